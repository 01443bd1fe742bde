"""The life of controllers: roles move, a lost controller is made anew, the directory comes back from a backup."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from pyops.lab import hosts
from pyops.lab.host import folder

from .conftest import Site3, playbook
from .officers import CONTROLLERS, leaver, names, newcomer, settle, soon

pytestmark = pytest.mark.lab

FIRST, SECOND, THIRD = ALL = tuple(CONTROLLERS.values())
ROLES = ("domaindns", "forestdns", "infrastructure", "naming", "pdc", "rid", "schema")


def changes(run: subprocess.CompletedProcess[str]) -> int:
    return run.stdout.count("\nchanged: [")


def holders(site: Site3, controller: str) -> dict[str, str]:
    """Who holds each role of the domain, as a controller knows it."""
    rows = site.run(controller, "directory-roles", "show").splitlines()
    return {role: name.partition(".")[0] for role, name in (row.split() for row in rows)}


def are_with(site: Site3, owner: str) -> bool:
    """Whether all controllers that run know one as the holder of all roles."""
    computer = owner.replace("-directory-", "-dc")
    running = [name for name in ALL if hosts.is_running(site.lab, name)]
    return all(holders(site, name) == dict.fromkeys(ROLES, computer) for name in running)


def account(site: Site3, login: str, controller: str) -> None:
    """Somebody new, whom all controllers know."""
    newcomer(site, login, controller)
    settle(site, login)


def lose_disk(site: Site3, name: str) -> None:
    """All that a controller had is gone: what its packages bring is there, as on a host made anew."""
    hosts.power_off(site.lab, name)
    for path in ("var/lib/samba", "var/cache/samba", "etc/samba"):
        shutil.rmtree(folder(site.lab, name).upper / path, ignore_errors=True)
    site.pyops("lab", "on", name)


@pytest.fixture(scope="module", autouse=True)
def roles_at_home(directory: Site3) -> Iterator[None]:
    """All roles are where the estate has them when the tests are done."""
    yield
    playbook("directory_roles", "-e", f"to={FIRST}")


def test_roles_go_to_no_host_that_is_no_controller(directory: Site3) -> None:
    run = playbook("directory_roles", "-e", "to=banbury-control-01", check=False)
    assert run.returncode != 0
    said = f"-e to=banbury-control-01, the roles go to one of the controllers: {', '.join(ALL)}"
    assert said in " ".join(run.stdout.split())


def test_roles_move_while_their_holder_serves(directory: Site3) -> None:
    soon(lambda: are_with(directory, FIRST))
    dry = playbook("directory_roles", "-e", f"to={SECOND}", "--check")
    assert are_with(directory, FIRST)
    assert changes(dry) == changes(playbook("directory_roles", "-e", f"to={SECOND}")) == len(ROLES)
    soon(lambda: are_with(directory, SECOND))
    assert changes(playbook("directory_roles", "-e", f"to={SECOND}")) == 0
    playbook("directory_roles", "-e", f"to={FIRST}")
    soon(lambda: are_with(directory, FIRST))


@pytest.mark.long
def test_the_first_controller_is_made_anew_after_its_roles_were_seized(directory: Site3) -> None:
    account(directory, "before.loss.01", FIRST)
    hosts.power_off(directory.lab, FIRST)
    try:
        playbook("directory_roles", "-e", f"to={THIRD}")
        soon(lambda: are_with(directory, THIRD))
        lose_disk(directory, FIRST)
        playbook("directory", "--limit", FIRST)
        soon(lambda: "before.loss.01" in names(directory, FIRST, "user", check=False))
        account(directory, "after.loss.01", FIRST)
        playbook("directory_roles", "-e", f"to={FIRST}")
        soon(lambda: are_with(directory, FIRST))
    finally:
        directory.pyops("lab", "on", FIRST)
        for login in ("before.loss.01", "after.loss.01"):
            leaver(directory, login, SECOND)


def test_a_backup_is_not_restored_over_controllers_that_serve(directory: Site3) -> None:
    run = playbook("directory_restore", "-e", "from=latest", "-e", f"on={FIRST}", check=False)
    assert run.returncode != 0
    assert f"{', '.join(ALL)}: serves the directory" in " ".join(run.stdout.split())
    assert [name for name in ALL if directory.run(name, "systemctl", "is-active", "samba-ad-dc") != "active\n"] == []


@pytest.mark.long
def test_the_directory_comes_back_from_a_backup(directory: Site3) -> None:
    """An account that was deleted is there again, on the estate's own controllers, by their own names."""
    account(directory, "deleted.01", FIRST)
    before = controllers(directory, FIRST)
    directory.run(SECOND, "directory-backup", "3")
    leaver(directory, "deleted.01", FIRST)
    soon(lambda: not any("deleted.01" in names(directory, name, "user", check=False) for name in ALL))
    playbook("directory_restore", "-e", "from=latest", "-e", f"on={SECOND}", "-e", "replace=true")
    soon(lambda: all("deleted.01" in names(directory, name, "user", check=False) for name in ALL))
    soon(lambda: are_with(directory, FIRST))
    assert [controllers(directory, name) for name in ALL] == [before] * 3
    assert changes(playbook("directory")) == 0
    leaver(directory, "deleted.01", FIRST)


def controllers(site: Site3, name: str) -> list[str]:
    """The controllers that one knows."""
    found = site.run(name, "samba-tool", "group", "listmembers", "Domain Controllers")
    return sorted(found.split())
