"""The life of controllers: roles move, a lost controller is made anew, the directory comes back from a backup."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from pyops.lab import faults, hosts
from pyops.lab.host import folder

from .conftest import INVENTORY, ROOT, Site3
from .officers import leaver, settle, soon

pytestmark = pytest.mark.lab

FIRST, SECOND, THIRD = CONTROLLERS = tuple(f"{site}-directory-01" for site in ("banbury", "towcester", "stratford"))
ROLES = ("domaindns", "forestdns", "infrastructure", "naming", "pdc", "rid", "schema")


def playbook(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One of the playbooks, as an engineer types it."""
    command = ["ansible-playbook", "-i", str(INVENTORY), f"playbooks/{name}.yml", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def done(name: str, *arguments: str) -> str:
    """What a playbook said that came to its end."""
    run = playbook(name, *arguments)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    return run.stdout


def changes(output: str) -> int:
    return output.count("\nchanged: [")


def holders(site: Site3, controller: str) -> dict[str, str]:
    """Who holds each role of the domain, as a controller knows it."""
    rows = site.run(controller, "directory-roles", "show").splitlines()
    return {role: name.partition(".")[0] for role, name in (row.split() for row in rows)}


def are_with(site: Site3, owner: str) -> bool:
    """Whether all controllers that run know one as the holder of all roles."""
    computer = owner.replace("-directory-", "-dc")
    running = [name for name in CONTROLLERS if hosts.is_running(site.lab, name)]
    return all(holders(site, name) == dict.fromkeys(ROLES, computer) for name in running)


def accounts(site: Site3, controller: str) -> list[str]:
    return site.run(controller, "samba-tool", "user", "list", check=False).split()


def account(site: Site3, login: str, controller: str) -> None:
    """Somebody new, whom all controllers know."""
    leaver(site, login, controller)
    site.run(controller, "samba-tool", "user", "create", login, "--random-password")
    settle(site, login)


def lose_disk(site: Site3, name: str) -> None:
    """All that a controller had is gone: what its packages bring is there, as on a host made anew."""
    hosts.power_off(site.lab, name)
    for path in ("var/lib/samba", "var/cache/samba", "etc/samba"):
        shutil.rmtree(folder(site.lab, name).upper / path, ignore_errors=True)
    site.pyops("lab", "on", name)


@pytest.fixture(scope="module")
def directory(three_sites: Site3) -> Iterator[Site3]:
    """The directory with all roles where the estate has them, and so again when the tests are done."""
    faults.heal(three_sites.lab)
    yield three_sites
    done("directory_roles", "-e", f"to={FIRST}")


def test_roles_go_to_no_host_that_is_no_controller(directory: Site3) -> None:
    run = playbook("directory_roles", "-e", "to=banbury-control-01")
    assert run.returncode != 0
    said = f"-e to=banbury-control-01, the roles go to one of the controllers: {', '.join(CONTROLLERS)}"
    assert said in " ".join(run.stdout.split())


def test_roles_move_while_their_holder_serves(directory: Site3) -> None:
    soon(lambda: are_with(directory, FIRST))
    dry = done("directory_roles", "-e", f"to={SECOND}", "--check")
    assert are_with(directory, FIRST)
    assert changes(dry) == changes(done("directory_roles", "-e", f"to={SECOND}")) == len(ROLES)
    soon(lambda: are_with(directory, SECOND))
    assert changes(done("directory_roles", "-e", f"to={SECOND}")) == 0
    done("directory_roles", "-e", f"to={FIRST}")
    soon(lambda: are_with(directory, FIRST))


@pytest.mark.long
def test_the_first_controller_is_made_anew_after_its_roles_were_seized(directory: Site3) -> None:
    account(directory, "before.loss.01", FIRST)
    hosts.power_off(directory.lab, FIRST)
    try:
        done("directory_roles", "-e", f"to={THIRD}")
        soon(lambda: are_with(directory, THIRD))
        lose_disk(directory, FIRST)
        done("directory", "--limit", FIRST)
        soon(lambda: "before.loss.01" in accounts(directory, FIRST))
        account(directory, "after.loss.01", FIRST)
        done("directory_roles", "-e", f"to={FIRST}")
        soon(lambda: are_with(directory, FIRST))
    finally:
        directory.pyops("lab", "on", FIRST)
        for login in ("before.loss.01", "after.loss.01"):
            leaver(directory, login, SECOND)


def test_a_backup_is_not_restored_over_controllers_that_serve(directory: Site3) -> None:
    run = playbook("directory_restore", "-e", "from=latest", "-e", f"on={FIRST}")
    assert run.returncode != 0
    assert f"{', '.join(CONTROLLERS)}: serves the directory" in " ".join(run.stdout.split())
    assert [
        name for name in CONTROLLERS if directory.run(name, "systemctl", "is-active", "samba-ad-dc") != "active\n"
    ] == []


@pytest.mark.long
def test_the_directory_comes_back_from_a_backup(directory: Site3) -> None:
    """An account that was deleted is there again, on the estate's own controllers, by their own names."""
    account(directory, "deleted.01", FIRST)
    before = controllers(directory, FIRST)
    directory.run(SECOND, "directory-backup", "3")
    leaver(directory, "deleted.01", FIRST)
    soon(lambda: not any("deleted.01" in accounts(directory, name) for name in CONTROLLERS))
    done("directory_restore", "-e", "from=latest", "-e", f"on={SECOND}", "-e", "replace=true")
    soon(lambda: all("deleted.01" in accounts(directory, name) for name in CONTROLLERS))
    soon(lambda: are_with(directory, FIRST))
    assert [controllers(directory, name) for name in CONTROLLERS] == [before] * 3
    assert changes(done("directory")) == 0
    leaver(directory, "deleted.01", FIRST)


def controllers(site: Site3, name: str) -> list[str]:
    """The controllers that one knows."""
    found = site.run(name, "samba-tool", "group", "listmembers", "Domain Controllers")
    return sorted(found.split())
