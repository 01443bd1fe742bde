"""Images and packages: what is built once, what a kill leaves, and what a plain host may install without a network."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyops.errors import OutsideFailed, Refused
from pyops.lab import Lab, apt, cgroups, hosts, images, repository, tools

from .conftest import PREFIX, boot, zone

pytestmark = pytest.mark.root
PACKAGE = "hello"  # small, and in no image


@pytest.fixture
def own_cache(lab: Lab, tmp_path: Path) -> Lab:
    """A lab with a cache of its own, that has the shared base (as links) and no other image."""
    own = Lab(tmp_path / "lab", tmp_path / "cache")
    (own.cache / "images").mkdir(parents=True)
    base = Path(images.build(lab, "plain").layers[0]).parent
    (own.cache / "images" / base.name).symlink_to(base)
    (own.cache / "packages").symlink_to(lab.cache / "packages")
    return own


def layers_in(lab: Lab) -> list[str]:
    return sorted(entry.name for entry in (lab.cache / "images").iterdir() if not entry.is_symlink())


def builders(lab: Lab) -> list[str]:
    """The processes that build in this lab's cache."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return [line for line in lines if str(lab.cache) in line]


def test_an_image_is_a_layer_over_the_base_and_built_once(own_cache: Lab) -> None:
    image = images.build(own_cache, "small", [PACKAGE])
    top, base = map(Path, image.layers)
    assert (top / "usr/bin/hello").exists()
    assert not (top / "usr/sbin/policy-rc.d").exists()
    assert sorted(entry.name for entry in top.parent.iterdir()) == ["recipe.json", "root"]
    assert base.parent.name in [entry.name for entry in (own_cache.cache / "images").iterdir()]
    made = top.stat().st_ctime_ns
    assert images.build(own_cache, "again", [PACKAGE]).layers == image.layers
    assert top.stat().st_ctime_ns == made


def test_the_base_is_clean(lab: Lab) -> None:
    base = Path(images.build(lab, "plain").layers[-1])
    assert (base / "etc/machine-id").read_text() == ""
    assert list((base / "etc/ssh").glob("ssh_host_*")) == []
    assert not (base / "usr/sbin/policy-rc.d").exists()
    assert (base / "etc/apt/sources.list").read_text() == ""
    assert list((base / "var/lib/apt/lists").glob("*_Packages*")) == []


def test_a_package_that_nobody_has_is_named(own_cache: Lab) -> None:
    with pytest.raises(OutsideFailed) as failed:
        images.build(own_cache, "wrong", ["no-such-package-at-all"])
    expected = "image of no-such-package-at-all: E: Unable to locate package no-such-package-at-all, exit 100"
    assert str(failed.value) == expected
    assert layers_in(own_cache) == []


def test_a_killed_build_leaves_no_process_and_the_next_one_completes_it(own_cache: Lab) -> None:
    program = "import sys; from pathlib import Path; from pyops.lab import Lab, images\n"
    program += f"images.build(Lab(Path(sys.argv[1]), Path(sys.argv[2])), 'small', ['{PACKAGE}'])"
    child = subprocess.Popen([sys.executable, "-c", program, own_cache.state, own_cache.cache])
    while not list((own_cache.cache / "images").glob(".unfinished-*/root/usr")):
        assert child.poll() is None
        time.sleep(0.005)
    child.kill()
    child.wait()
    started = time.monotonic()
    while (left := builders(own_cache)) and time.monotonic() - started < 10:
        time.sleep(0.01)
    assert left == []
    assert list((own_cache.cache / "images").glob(".unfinished-*/root/usr/bin/hello")) == []  # nobody carried on
    image = images.build(own_cache, "small", [PACKAGE])
    assert layers_in(own_cache) == [Path(image.layers[0]).parent.name]
    assert (Path(image.layers[0]) / "usr/bin/hello").exists()
    assert str(own_cache.cache) not in Path("/proc/self/mounts").read_text()


def test_two_builders_of_one_image_wait_for_each_other(own_cache: Lab) -> None:
    program = "import sys; from pathlib import Path; from pyops.lab import Lab, images\n"
    program += f"print(images.build(Lab(Path(sys.argv[1]), Path(sys.argv[2])), sys.argv[3], ['{PACKAGE}']).layers)"
    argv = [sys.executable, "-c", program, str(own_cache.state), str(own_cache.cache)]
    children = [subprocess.Popen([*argv, name], stdout=subprocess.PIPE, text=True) for name in ("one", "two")]
    answers = {child.communicate()[0] for child in children}
    assert [child.returncode for child in children] == [0, 0]
    assert len(answers) == 1


def test_an_image_that_left_the_cache_is_named(own_cache: Lab) -> None:
    image = images.build(own_cache, "small", [PACKAGE])
    Path(image.layers[0]).rename(Path(image.layers[0]).with_name("away"))
    with pytest.raises(Refused) as refused:
        images.layers(own_cache, "small")
    assert str(refused.value) == f"small: its layer {image.layers[0]} is no longer in the cache, build the image again"


def test_a_missing_tool_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only = tmp_path / "bin"
    only.mkdir()
    for tool in ("apt-config", "sh"):
        (only / tool).symlink_to(f"/usr/bin/{tool}")
    monkeypatch.setattr(tools, "PATH", str(only))
    with pytest.raises(OutsideFailed) as failed:
        images.build(Lab(tmp_path / "lab", tmp_path / "cache"), "plain")
    assert str(failed.value) == (
        "mmdebstrap, setpriv, unshare, mount: not on this machine,"
        " install the Debian package mmdebstrap mount util-linux"
    )


def test_a_full_disk_during_a_build_is_one_clear_line(own_cache: Lab, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", small], check=True)
    try:
        (small / "images").mkdir()
        for entry in (own_cache.cache / "images").iterdir():
            (small / "images" / entry.name).symlink_to(entry.resolve())
        (small / "packages").symlink_to((own_cache.cache / "packages").resolve())
        lab = Lab(own_cache.state, small)
        with pytest.raises(OutsideFailed) as failed:
            images.build(lab, "small", [PACKAGE])
        assert re.fullmatch(rf"image of {PACKAGE}: .*No space left on device.*", str(failed.value))
        assert layers_in(lab) == []
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.fixture(scope="module")
def served(lab: Lab) -> Iterator[Lab]:
    """The lab with its repository, which has a package that no image has, and a plain host."""
    repository.fetch(lab, [PACKAGE])
    repository.start(lab)
    boot(lab, "plain", (zone(), PREFIX[11]))
    hosts.wait_for_ssh(lab, ["plain"], 60)
    yield lab
    hosts.delete(lab, "plain")


def apt_get(lab: Lab, *arguments: str) -> subprocess.CompletedProcess[str]:
    return hosts.run(lab, "plain", ["apt-get", "--quiet", "--yes", *arguments], check=False)


def test_a_plain_host_installs_without_a_network(served: Lab) -> None:
    updated = apt_get(served, "update")
    assert (updated.returncode, [line for line in updated.stderr.splitlines() if line.startswith(("W:", "E:"))]) == (
        0,
        [],
    )
    assert apt_get(served, "install", PACKAGE).returncode == 0
    assert hosts.run(served, "plain", ["hello"]).stdout == "Hello, world!\n"


def test_packages_are_those_that_the_lab_signed(served: Lab) -> None:
    """With another key than the lab's, the same repository is refused."""
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    sources = f"deb [signed-by={keyring}] http://packages.ict.example/debian bookworm main\n"
    hosts.run(served, "plain", ["tee", "/etc/apt/other.list"], stdin=sources)
    done = apt_get(served, "-o", "Dir::Etc::SourceList=/etc/apt/other.list", "update")
    assert "NO_PUBKEY" in done.stdout + done.stderr


def test_the_companions_of_a_release_are_there_and_empty(served: Lab) -> None:
    lines = "".join(f"deb http://any.example/debian bookworm{suite} main\n" for suite in ("", "-updates", "-security"))
    hosts.run(served, "plain", ["tee", "/etc/apt/all.list"], stdin=lines)
    done = apt_get(served, "-o", "Dir::Etc::SourceList=/etc/apt/all.list", "update")
    assert (done.returncode, [line for line in done.stderr.splitlines() if line.startswith(("W:", "E:"))]) == (0, [])


def test_a_server_that_died_is_started_again_and_one_that_lives_is_left(served: Lab) -> None:
    cgroup = cgroups.of_lab(served) / ".repository"
    before = cgroups.processes(cgroup)
    repository.start(served)
    assert cgroups.processes(cgroup) == before
    cgroups.kill(cgroup)
    assert not repository.is_running(served)
    repository.start(served)
    assert repository.is_running(served)


def test_the_index_follows_the_archive(served: Lab) -> None:
    index = served.state / "repository" / "dists" / "bookworm" / "main"
    listed = next(index.glob("binary-*/Packages")).read_text()
    assert f"Package: {PACKAGE}\n" in listed
    files = [line.removeprefix("Filename: pool/") for line in listed.splitlines() if line.startswith("Filename: ")]
    assert set(files) == {file.name for file in apt.place(served.cache, "bookworm").archive.glob("*.deb")}


@pytest.fixture
def fix(tmp_path: Path) -> Path:
    """A newer version of the package, built here."""
    tree = tmp_path / "fix"
    (tree / "DEBIAN").mkdir(parents=True)
    control = (
        f"Package: {PACKAGE}\nVersion: 99\nArchitecture: all\nMaintainer: Lab <lab@ict.example>\nDescription: fix\n"
    )
    (tree / "DEBIAN" / "control").write_text(control)
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, tmp_path / "fix.deb"], check=True)
    return tmp_path / "fix.deb"


def test_a_fix_comes_out_in_the_suite_of_security_and_is_withdrawn_again(served: Lab, fix: Path) -> None:
    line = "deb http://any.example/debian-security bookworm-security main\n"
    hosts.run(served, "plain", ["tee", "/etc/apt/sources.list.d/fixes.list"], stdin=line)
    repository.publish(served, [fix], "bookworm-security")
    assert apt_get(served, "update").returncode == 0
    assert apt_get(served, "install", "--download-only", f"{PACKAGE}=99").returncode == 0
    repository.withdraw(served)
    assert apt_get(served, "update").returncode == 0
    assert "99" not in hosts.run(served, "plain", ["apt-cache", "madison", PACKAGE]).stdout


def test_what_is_no_package_or_no_suite_is_refused_in_words(served: Lab, fix: Path) -> None:
    with pytest.raises(Refused, match="bookworm-secure: is no suite of the lab's repository; known: bookworm, "):
        repository.publish(served, [fix], "bookworm-secure")
    fix.write_text("half a package")
    with pytest.raises(OutsideFailed, match="end of file in archive"):
        repository.publish(served, [fix], "bookworm-security")


def test_no_agent_of_gpg_is_left(served: Lab) -> None:
    lines = [path.read_bytes().decode() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
    assert [line for line in lines if str(served.state) in line and "gpg-agent" in line] == []


def test_a_recipe_names_what_is_in_a_layer(lab: Lab) -> None:
    base = Path(images.build(lab, "plain").layers[-1])
    release, packages = json.loads((base.parent / "recipe.json").read_text())
    assert release == "bookworm"
    assert "openssh-server" in packages


def test_a_damaged_database_of_packages_is_made_again(served: Lab) -> None:
    database = apt.place(served.cache, "bookworm").folder / "packages.db"
    database.write_text("half a database")
    (served.state / "repository" / "offered").unlink()
    repository.start(served)
    assert database.read_bytes() != b"half a database"
    assert apt_get(served, "update").returncode == 0


def test_the_callers_proxies_reach_apt_and_nothing_else_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:8080")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "secret")
    assert apt.Shared(tmp_path).environment == {
        "APT_CONFIG": f"{tmp_path}/apt.conf",
        "DEBIAN_FRONTEND": "noninteractive",
        "https_proxy": "http://proxy.example:8080",
    }
