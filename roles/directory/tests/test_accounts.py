"""`directory-accounts` on a controller that serves: what it makes can log in, and what it disables cannot."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from testinfra.backend.base import CommandResult
from testinfra.host import Host

PASSWORD = "Known-to-these-tests-alone"  # noqa: S105 # of accounts that are gone when they are
PERSON = {
    "do": "account",
    "kind": "person",
    "login": "tried.officer.01",
    "name": "Tried, Zoë, desk officer 01",
    "mail": "tried.officer.01@roles.ict.example",
    "unit": "OU=tried,OU=People",
    "expires": "2099-03-31",
    "spns": [],
}
EMERGENCY = {
    "do": "account",
    "kind": "break_glass",
    "login": "tried_emergency",
    "name": "tried_emergency",
    "unit": "OU=People",
}
SERVICE = EMERGENCY | {
    "kind": "service",
    "login": "tried_service",
    "name": "tried_service",
    "spns": ["HTTP/tried.roles.ict.example"],
}
GROUP = {"do": "group", "group": "tried_officers", "unit": "OU=People", "description": "works at a desk"}
UNITS = [{"do": "unit", "unit": "OU=People"}, {"do": "unit", "unit": "OU=tried,OU=People"}]
JOIN = {"do": "join", "login": "tried.officer.01", "group": "tried_officers"}

Step = dict[str, Any]


@dataclass(frozen=True)
class Accounts:
    """The program on the host."""

    host: Host

    def apply(self, *steps: Step, estate: str = "tried") -> list[dict[str, Any]]:
        """What it says of each step."""
        document = json.dumps({"estate": estate, "steps": steps})
        self.host.run("sh -c %s", f"umask 077; cat > /run/tried.steps <<'END'\n{document}\nEND")
        done = self.host.run(
            "sh -c %s", "directory-accounts apply < /run/tried.steps; status=$?; rm /run/tried.steps; exit $status"
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def read(self) -> dict[str, Any]:
        """Everything."""
        told: dict[str, Any] = json.loads(self.host.check_output("directory-accounts read"))
        return told

    def account(self, login: str) -> dict[str, Any]:
        """One of them."""
        return next(one for one in self.read()["accounts"] if one["login"] == login)

    def kinit(self, login: str) -> CommandResult:
        """Ask for a ticket with the password."""
        asked = self.host.run("sh -c %s", f"echo {PASSWORD} | KRB5CCNAME=/run/tried.accounts kinit {login} || exit 1")
        self.host.run("rm --force /run/tried.accounts")
        return asked


def changed(answers: list[dict[str, Any]]) -> list[bool]:
    return [answer["changed"] for answer in answers]


@pytest.fixture
def accounts(host: Host) -> Iterator[Accounts]:
    """The program; what the tests made is gone afterwards."""
    made = Accounts(host)
    yield made
    told = made.read()
    ours = [one["login"] for one in told["accounts"] if one["mark"].startswith("pyops tried ")]
    groups = [one["login"] for one in told["groups"] if one["mark"].startswith("pyops tried ")]
    made.apply(
        *({"do": "disable", "login": login, "on": "2026-11-28"} for login in ours),
        *({"do": "delete", "login": login} for login in ours),
        *({"do": "drop", "group": group} for group in groups),
    )


def test_people_groups_and_memberships_are_made_once_and_read_back(accounts: Accounts) -> None:
    steps = [*UNITS, GROUP, PERSON | {"password": PASSWORD}, JOIN]
    accounts.apply(*UNITS)

    assert changed(accounts.apply(*steps)) == [False, False, True, True, True]
    assert changed(accounts.apply(*steps)) == [False] * 5
    made = accounts.account("tried.officer.01")
    assert {key: made[key] for key in ("name", "mail", "unit", "expires")} == {
        key: PERSON[key] for key in ("name", "mail", "unit", "expires")
    }
    assert (made["groups"], made["enabled"], made["mark"]) == (["tried_officers"], True, "pyops tried person")
    assert PASSWORD not in json.dumps(accounts.read())


def test_a_person_must_choose_another_password_at_the_first_login(accounts: Accounts) -> None:
    accounts.apply(*UNITS, PERSON | {"password": PASSWORD})
    asked = accounts.kinit("tried.officer.01")

    assert asked.rc == 1
    assert "Password expired" in asked.stdout + asked.stderr


def test_a_disabled_account_gets_no_ticket_and_an_enabled_one_does(accounts: Accounts) -> None:
    accounts.apply(*UNITS, EMERGENCY | {"password": PASSWORD})
    assert accounts.kinit("tried_emergency").rc == 0

    off = {"do": "disable", "login": "tried_emergency", "on": "2026-11-28"}
    assert changed(accounts.apply(off, off | {"on": "2026-11-29"})) == [True, False]
    assert accounts.account("tried_emergency")["disabled_since"] == "2026-11-28"
    refused = accounts.kinit("tried_emergency")
    assert (refused.rc, "revoked" in refused.stderr) == (1, True)
    on = {"do": "enable", "login": "tried_emergency"}
    assert changed(accounts.apply(on, on)) == [True, False]
    assert accounts.kinit("tried_emergency").rc == 0


def test_an_account_past_its_last_day_gets_no_ticket(accounts: Accounts) -> None:
    accounts.apply(*UNITS, EMERGENCY | {"password": PASSWORD, "expires": "2026-01-31"})

    assert accounts.account("tried_emergency")["expires"] == "2026-01-31"
    assert accounts.kinit("tried_emergency").rc == 1
    accounts.apply(EMERGENCY)
    assert accounts.kinit("tried_emergency").rc == 0


def test_only_what_is_disabled_is_deleted(accounts: Accounts) -> None:
    accounts.apply(*UNITS, SERVICE)
    delete = {"do": "delete", "login": "tried_service"}

    why = "tried_service: is enabled, and only what is disabled is deleted"
    assert accounts.apply(delete) == [{"step": 0, "done": False, "why": why}]
    assert changed(accounts.apply({"do": "disable", "login": "tried_service", "on": "2026-11-28"}, delete, delete)) == [
        True,
        True,
        False,
    ]


def test_a_kerberos_name_is_given_up_before_another_account_gets_it(accounts: Accounts) -> None:
    heir = SERVICE | {"login": "tried_heir", "name": "tried_heir"}
    release = {"do": "release", "login": "tried_service", "spns": ["http/Tried.roles.ict.example"]}
    accounts.apply(*UNITS, SERVICE)

    assert "conflict" in accounts.apply(heir)[0]["why"]
    assert changed(accounts.apply(release, release, heir)) == [True, False, True]
    assert accounts.account("tried_service")["spns"] == []
    assert accounts.account("tried_heir")["spns"] == SERVICE["spns"]


@pytest.mark.parametrize(
    ("step", "estate", "name"),
    [
        ({"do": "disable", "login": "Administrator", "on": "2026-11-28"}, "tried", "Administrator"),
        ({"do": "drop", "group": "Domain Admins"}, "tried", "Domain Admins"),
        (EMERGENCY | {"name": "another"}, "other", "tried_emergency"),
    ],
)
def test_what_the_estate_does_not_manage_stays_as_it_is(step: Step, estate: str, name: str, accounts: Accounts) -> None:
    accounts.apply(*UNITS, EMERGENCY)
    before = accounts.read()

    why = f"{name}: is not managed by this estate, and stays as it is"
    assert accounts.apply(step, estate=estate) == [{"step": 0, "done": False, "why": why}]
    assert accounts.read() == before


def test_a_step_that_fails_ends_the_run_and_leaves_nothing_half_made(accounts: Accounts) -> None:
    short = PERSON | {"password": "short"}
    answers = accounts.apply(*UNITS, short, GROUP)

    assert [answer["done"] for answer in answers] == [True, True, False]
    assert "password" in answers[-1]["why"].lower()
    assert "short " not in answers[-1]["why"].replace("too short", "")
    assert "tried.officer.01" not in {one["login"] for one in accounts.read()["accounts"]}


def test_a_mover_goes_to_another_unit_with_the_same_account(accounts: Accounts) -> None:
    accounts.apply(*UNITS, EMERGENCY | {"password": PASSWORD})

    moved = EMERGENCY | {"unit": "OU=tried,OU=People", "name": "Tried otherwise"}
    assert changed(accounts.apply(moved, moved)) == [True, False]
    made = accounts.account("tried_emergency")
    assert (made["unit"], made["name"]) == ("OU=tried,OU=People", "Tried otherwise")
    assert accounts.kinit("tried_emergency").rc == 0
