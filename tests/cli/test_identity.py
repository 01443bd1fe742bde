"""`pyops identity` over real ssh on loopback, to a directory in memory."""

import io
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paramiko
import pytest

from pyops.cli import fleet_access, identity_reading
from pyops.fleet.target import Target
from pyops.identity import controller
from tests.cli.command import Command
from tests.fleet.server import LOOPBACK, login
from tests.identity.directory import Directory, foreign
from tests.identity.serving import Host, serving

LAB = Path(__file__).parents[2] / "inventories" / "lab"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FIRST, SECOND = "banbury-directory-01", "towcester-directory-01"
LEAVER = "sdc.officer.02,Stratford desk officer 02,stratford,desk_officers,sdc.officer.02@lab.ict.example,,\n"


@dataclass
class Identity(Command):
    """`pyops identity`, its people file, and the directory behind two controllers."""

    noun = "identity"
    directory: Directory
    hosts: dict[str, Host]

    def leaves(self) -> None:
        file = self.folder / "people.csv"
        assert LEAVER in file.read_text()
        file.write_text(file.read_text().replace(LEAVER, ""))

    def filled(self) -> "Identity":
        assert self("apply", "--yes")[0] == 0
        self.directory.done.clear()
        self.directory.commands.clear()
        return self


@pytest.fixture
def identity(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Identity]:
    for file in LAB.glob("*.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    directory, key = Directory(), paramiko.ECDSAKey.generate()
    with ExitStack() as stack:
        hosts = {host: stack.enter_context(serving(key, directory.answer)) for host in (FIRST, SECOND)}
        ports = {name: host.port for name, host in hosts.items()}
        access = login(tmp_path, key, ports)
        monkeypatch.setattr(fleet_access, "access_of", lambda *_: access)
        monkeypatch.setattr(fleet_access, "database", lambda _estate: tmp_path / "fleet.db")
        monkeypatch.setattr(identity_reading, "now", lambda: NOW)
        targets = lambda _, names: [Target(name, LOOPBACK, ports.get(name, 9)) for name in names]  # noqa: E731
        monkeypatch.setattr(controller, "targets_of", targets)
        yield Identity(tmp_path, capsys, monkeypatch, directory, hosts)


def test_a_plan_shows_every_step_and_changes_nothing(identity: Identity) -> None:
    code, said, _ = identity("plan")

    assert code == 0
    assert re.search(r"create +│ cdc\.officer\.01 +│ is new: Cherwell desk officer 01, in OU=cherwell,OU=People", said)
    assert "0 managed accounts; 18 to create, 0 to change, 22 memberships, 0 to disable, 0 to delete" in said
    assert "12 people in people.csv" in said
    assert identity.directory.done == []
    assert identity.directory.commands == ["sudo -n /usr/local/sbin/directory-accounts read"]


def test_apply_does_it_and_a_second_one_finds_nothing_to_do(identity: Identity) -> None:
    code, said, progress = identity("apply", "--yes")

    assert (code, "lab: 53 steps done" in said) == (0, True)
    assert "    1/53 unit OU=People: is new\n" in progress
    assert identity.directory.accounts["cdc.engineer.01"]["groups"] == ["desk_officers", "platform_engineers"]
    code, said, progress = identity("apply", "--yes")
    assert (code, "nothing to do: the directory holds what the estate says" in said) == (0, True)
    assert len(identity.directory.done) == 53


def test_first_passwords_are_kept_in_a_file_of_its_owner_alone_and_never_said(identity: Identity) -> None:
    file = identity.folder / "passwords"
    file.touch(mode=0o600)
    file.write_text("cdc.officer.01 correct horse battery staple\n")
    code, said, progress = identity("apply", "--yes", "--passwords", str(file))
    kept = dict(line.split(" ", 1) for line in file.read_text().splitlines())

    assert (code, file.stat().st_mode & 0o777) == (0, 0o600)
    assert kept == identity.directory.passwords
    assert len(kept) == 18
    assert kept["cdc.officer.01"] == "correct horse battery staple"
    assert re.fullmatch(r"([A-Z][a-z]{7}-){4}\d", kept["sdc.officer.01"])
    assert not any(password in said + progress for password in kept.values())
    assert not any(password in command for password in kept.values() for command in identity.directory.commands)


def test_a_file_of_passwords_that_others_can_read_is_refused_before_anything_is_done(identity: Identity) -> None:
    file = identity.folder / "passwords"
    file.touch(mode=0o640)
    file.chmod(0o640)

    assert identity("apply", "--yes", "--passwords", str(file))[::2][0] == 1
    assert identity.directory.done == []


def test_whoever_says_no_changes_nothing(identity: Identity) -> None:
    identity.monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    code, _, asked = identity("apply")

    assert (code, identity.directory.done) == (1, [])
    assert f"Do these 53 steps on {FIRST}? [y/N]:" in asked


def test_a_program_that_asks_for_json_is_not_asked(identity: Identity) -> None:
    says = "--json: shows no plan to ask about: say --yes with it, after pyops identity plan\n"
    assert identity("apply", "--json") == (2, "", says)


def test_a_directory_that_changes_while_somebody_reads_the_plan_is_looked_at_again(identity: Identity) -> None:
    identity.filled().leaves()

    def yes(*_: Any, **__: Any) -> bool:
        identity.directory.accounts["sdc.officer.01"]["groups"] = []
        return True

    identity.monkeypatch.setattr("typer.confirm", yes)
    code, _, error = identity("apply")

    assert (code, identity.directory.done) == (1, [])
    assert error.endswith(f"{FIRST}: the directory has changed since the plan was shown: look again\n")


def test_a_step_that_fails_ends_it_and_the_next_run_goes_on(identity: Identity) -> None:
    identity.directory.fails_at = "cdc.auditor.01"
    code, _, error = identity("apply", "--yes")

    assert code == 3
    assert error.endswith(f"{FIRST}: create cdc.auditor.01: the disk is full\n")
    assert "cdc.engineer.01" in identity.directory.accounts
    assert "snc.officer.01" not in identity.directory.accounts
    identity.directory.fails_at = ""
    code, made = identity.json("apply", "--yes")
    assert (code, made["left"], len(made["done"])) == (0, [], 53 - 16)


def test_a_connection_that_is_lost_under_way_is_told_with_the_host(identity: Identity) -> None:
    first = identity.hosts[FIRST]

    def cut(command: str, given: bytes) -> Iterator[str]:
        first.is_cut_off = command.endswith("apply")
        yield from identity.directory.answer(command, given)

    first.answer = cut
    code, _, error = identity("apply", "--yes")

    assert code == 3
    assert re.search(rf"^{FIRST}: (the connection was lost under way|ended after 1 of 53 steps)", error, re.MULTILINE)
    assert identity.directory.done == ["unit OU=People"]


def test_another_controller_is_asked_where_one_does_not_answer(identity: Identity) -> None:
    identity.hosts[FIRST].key = paramiko.ECDSAKey.generate()
    code, made = identity.json("plan")

    assert (code, made["controller"]) == (0, SECOND)
    code, _, error = identity("plan", "--controller", FIRST)
    assert (code, error.splitlines()[-1].startswith(f"{FIRST}: ")) == (3, True)


def test_a_controller_without_the_program_says_so(identity: Identity) -> None:
    first = identity.hosts[FIRST]
    first.answer, first.status = (lambda *_: iter(())), 1
    first.complaints = "sudo: /usr/local/sbin/directory-accounts: command not found\n"
    code, _, error = identity("plan")

    assert (code, error.splitlines()[-1]) == (
        3,
        f"{FIRST}: sudo: /usr/local/sbin/directory-accounts: command not found",
    )


def test_an_answer_that_is_none_is_told(identity: Identity) -> None:
    identity.hosts[FIRST].answer = lambda *_: iter(["{}"])

    assert identity("plan")[2].endswith("directory-accounts: its answer cannot be read: KeyError('version')\n")


def test_no_such_controller(identity: Identity) -> None:
    said = "--controller: banbury-directory-02, is not a controller of lab; did you mean banbury-directory-01?\n"
    assert identity("plan", "--controller", "banbury-directory-02")[::2] == (2, said)


def test_the_directory_of_another_realm_is_refused(identity: Identity) -> None:
    identity.directory.realm = "ICT.EXAMPLE"
    words = f"{FIRST}: holds the realm ICT.EXAMPLE, the estate's realm is LAB.ICT.EXAMPLE: it is another directory"
    code, _, error = identity("apply", "--yes")

    assert (code, error.splitlines()[-1], identity.directory.done) == (1, words, [])


def test_too_many_leavers_are_refused_and_nothing_is_done(identity: Identity) -> None:
    file = identity.filled().folder / "people.csv"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-4]))
    code, made = identity.json("plan")
    words = "4 of 18 managed accounts (22 %) would be disabled, deleted or left without a role, more than the 20 % of "

    assert (code, made["refused"].startswith(words), len(made["removed"])) == (1, True, 4)
    code, _, error = identity("apply", "--yes")
    assert (code, words in error, identity.directory.done) == (1, True, [])


def test_a_broken_people_file_is_refused_before_any_controller_is_asked(identity: Identity) -> None:
    file = identity.folder / "people.csv"
    file.write_text(file.read_text().replace("stratford,desk_officers,", "stratford,desk_oficers,", 1))
    says = f"{file}:10: roles: desk_oficers, is not a group of this estate; did you mean desk_officers?\n"

    assert identity("plan") == (1, "", says)
    assert identity.directory.commands == []


def test_parity_lists_differences_and_fails_where_one_has_no_reason(identity: Identity) -> None:
    code, made = identity.filled().json("parity")
    assert (code, made["in_order"], len(made["differences"])) == (0, True, 1)

    identity.directory.accounts["contractor"] = foreign("contractor", "server_engineers")
    code, said, _ = identity("parity")
    assert (code, "2 differences, 1 without a reason" in said) == (1, True)
    assert re.search(
        r"server_engineers +│ - +│ contractor +│ has the role, and is not managed by this estate +│ none", said
    )


@pytest.mark.parametrize("verb", ["plan", "apply", "parity"])
def test_json_has_the_keys_that_help_documents(verb: str, identity: Identity) -> None:
    identity.filled().leaves()
    made = identity.json(verb, *(["--yes"] if verb == "apply" else []))[1]
    told = {
        *made,
        *(
            key
            for value in made.values()
            if isinstance(value, list)
            for one in value
            if isinstance(one, dict)
            for key in one
        ),
    }

    assert told <= set(re.findall(r'"(\w+)"', identity(verb, "--help")[1]))
