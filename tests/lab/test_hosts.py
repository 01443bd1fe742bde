"""Every host answers at its planned address, under its planned name."""

import subprocess
from pathlib import Path

import pytest

from .conftest import Site3

pytestmark = pytest.mark.lab


def test_every_host_answers_under_its_name(three_sites: Site3) -> None:
    answers = {name: three_sites.ssh(name, "hostname --fqdn").stdout.strip() for name in three_sites.names}
    assert answers == {name: f"{name}.{three_sites.estate.domain}" for name in three_sites.names}


def test_every_host_has_its_planned_addresses(three_sites: Site3) -> None:
    for server in three_sites.estate.servers:
        found = three_sites.run(server.name, "ip", "-4", "-oneline", "address", "show")
        for interface in server.interfaces:
            assert f"{interface.name}    inet {interface.address}/{interface.prefix.prefixlen} " in found


def test_names_are_known_everywhere(three_sites: Site3) -> None:
    for name in ("cdc-d0001", "stratford-application-01", "towcester-router-01"):
        found = three_sites.run(name, "getent", "hosts", f"banbury-directory-01.{three_sites.estate.domain}")
        assert found.split()[0] == "10.10.20.10"


def test_a_login_without_the_key_or_as_root_is_refused(three_sites: Site3) -> None:
    assert three_sites.ssh("banbury-application-01", "true").returncode == 0
    for user, options in (
        ("root", []),
        (
            "operator",
            ["-o", "IdentityFile=/dev/null", "-o", "IdentitiesOnly=yes", "-o", "PreferredAuthentications=password"],
        ),
    ):
        done = anew(three_sites, user, *options)
        assert done.returncode == 255
        assert "Permission denied" in done.stderr


def test_a_host_with_another_key_is_refused(three_sites: Site3, tmp_path: Path) -> None:
    known = three_sites.lab.state / "known_hosts"
    other = next(
        line.split()[2] for line in known.read_text().splitlines() if line.startswith("towcester-directory-01")
    )
    wrong = tmp_path / "known_hosts"
    lines = [line.split() for line in known.read_text().splitlines()]
    wrong.write_text(
        "\n".join(
            " ".join([line[0], line[1], other if line[0].startswith("banbury-directory-01") else line[2]])
            for line in lines
        )
        + "\n"
    )
    done = anew(three_sites, "operator", "-o", f"UserKnownHostsFile={wrong}", host="banbury-directory-01")
    assert done.returncode == 255
    assert "Host key verification failed" in done.stderr


def anew(
    site: Site3, user: str, *options: str, host: str = "banbury-application-01"
) -> subprocess.CompletedProcess[str]:
    """A login of its own, by no connection that is open already."""
    return site.ssh(host, "true", *options, "-o", "ControlPath=none", "-l", user)
