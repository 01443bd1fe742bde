"""Where apt gets packages from, asked of apt itself: with mirrors that answer, are dead, are silent, and lie."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from .mirrors import FIRST, SECOND, Mirrors
from .packages import Deb

ONLY = "-o Dir::Etc::sourcelist=/etc/apt/sources.list.d/patch_level.sources -o Dir::Etc::sourceparts=-"
TOOL = Deb("level-tool", "1")


def update(host: Host) -> str:
    """What apt says when it has forgotten all lists of the mirrors and fetches them; its last line is its exit code."""
    host.check_output("rm -rf /var/lib/apt/lists/_*")
    return host.check_output(f"apt-get {ONLY} -o APT::Update::Error-Mode=any update 2>&1; echo $?")


def test_packages_come_from_the_own_sites_mirror_past_the_hosts_proxy(host: Host, mirrors: Mirrors) -> None:
    mirrors.publish(TOOL)
    before = mirrors.asked(SECOND).count("GET")
    assert update(host).endswith("\n0")
    host.check_output("cd /tmp && apt-get download level-tool && rm level-tool_1_all.deb")
    assert 'GET /pool/level-tool_1.deb HTTP/1.1" 200' in mirrors.asked(FIRST)
    assert mirrors.asked(SECOND).count("GET") == before


@pytest.mark.parametrize("fault", [Mirrors.stop, Mirrors.be_silent])
def test_another_sites_mirror_stands_in_for_one_that_is_dead_or_silent(
    host: Host, mirrors: Mirrors, fault: Callable[[Mirrors, str], None]
) -> None:
    mirrors.publish(TOOL)
    fault(mirrors, FIRST)
    assert update(host).endswith("\n0")
    host.check_output("cd /tmp && apt-get download level-tool && rm level-tool_1_all.deb")
    assert 'GET /pool/level-tool_1.deb HTTP/1.1" 200' in mirrors.asked(SECOND)


def test_without_any_mirror_apt_says_so(host: Host, mirrors: Mirrors) -> None:
    mirrors.publish(TOOL)
    mirrors.close()
    assert update(host).endswith("\n100")


def test_a_list_that_was_tampered_with_is_refused(host: Host, mirrors: Mirrors) -> None:
    mirrors.publish(TOOL)
    mirrors.alter("dists/test/main/binary-amd64/Packages", "Version: 1", "Version: 9")
    said = update(host)
    assert "Hash Sum mismatch" in said
    assert said.endswith("\n100")


def test_a_package_that_was_tampered_with_is_refused(host: Host, mirrors: Mirrors) -> None:
    mirrors.publish(TOOL)
    assert update(host).endswith("\n0")
    mirrors.alter("pool/level-tool_1.deb", "debian-binary", "debian-bisary")
    done = host.run("cd /tmp && apt-get download level-tool")
    assert "Hash Sum mismatch" in done.stderr
    assert done.rc == 100


def test_a_release_without_a_signature_is_refused(host: Host, mirrors: Mirrors) -> None:
    mirrors.publish(TOOL, is_signed=False)
    said = update(host)
    assert "is not signed" in said
    assert said.endswith("\n100")


def test_a_release_that_was_tampered_with_is_refused(host: Host, mirrors: Mirrors) -> None:
    mirrors.publish(TOOL)
    mirrors.alter("dists/test/InRelease", "Origin: tests", "Origin: texts")
    said = update(host)
    assert "BADSIG" in said
    assert said.endswith("\n100")


def test_upstream_gives_nothing_but_by_way_of_the_mirrors(host: Host, mirrors: Mirrors) -> None:
    mirrors.publish(TOOL)
    host.check_output("apt-get update")
    known = host.check_output("apt-cache policy rsync")
    assert "-1 http://packages.ict.example/debian" in known
    assert "Candidate: (none)" in known


def test_the_signature_of_a_stranger_is_refused(host: Host, mirrors: Mirrors) -> None:
    """The last of this file: the mirrors are of no use afterwards."""
    mirrors.sign_as_a_stranger()
    mirrors.publish(TOOL)
    said = update(host)
    assert "NO_PUBKEY" in said
    assert said.endswith("\n100")
