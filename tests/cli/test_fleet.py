"""`pyops fleet` over a fleet of small servers: what it shows, keeps, and exits with."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
import pytest

from pyops.cli import fleet_access
from pyops.estate import load
from pyops.fleet import targets
from pyops.fleet.target import Target

from ..fleet.answers import PACKAGES, answering
from ..fleet.server import LOOPBACK, Server, login, serving
from .command import Command

ROOT = Path(__file__).parents[2]
LAB = ROOT / "inventories" / "lab"
HOSTS = ("banbury-router-01", "towcester-router-01", "stratford-router-01")


@dataclass
class Fleet(Command):
    """`pyops fleet` with the routers of the lab's estate as servers here."""

    noun = "fleet"
    servers: dict[str, Server]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Fleet]:
    key = paramiko.ECDSAKey.generate()
    made = Fleet(LAB, capsys, monkeypatch, {})
    with ExitStack() as stack:
        for host in HOSTS:
            server = made.servers[host] = stack.enter_context(serving(key, key))
            server.answer = answering()
        access = login(tmp_path, key, {host: server.port for host, server in made.servers.items()})
        monkeypatch.setattr(fleet_access, "access_of", lambda *_: access)
        monkeypatch.setattr(fleet_access, "database", lambda _estate: tmp_path / "lab.db")
        monkeypatch.setattr(targets, "targets_of", made_targets(made.servers))
        yield made


def made_targets(servers: dict[str, Server]) -> Any:
    def targets_of(_estate: object, hosts: tuple[str, ...], statuses: dict[str, str]) -> tuple[Target, ...]:
        return tuple(Target(host, LOOPBACK, servers[host].port, statuses.get(host, "")) for host in hosts)

    return targets_of


def test_a_scan_tells_who_is_silent_and_what_is_wanting_and_exits_with_1(command: Fleet) -> None:
    command.servers[HOSTS[1]].lets_in = False
    command.servers[HOSTS[2]].answer = answering(packages=PACKAGES + "frr\t8.4\tamd64\tiF \n")

    code, found = command.json("scan", "--limit", "pool_router")
    again, table, _ = command("scan", "--limit", "pool_router")

    assert (code, again) == (1, 1)
    assert (found["estate"], found["asked"], found["answered"], found["interrupted"]) == ("lab", 3, 2, False)
    assert [(one["host"], one["reason"]) for one in found["silent"]] == [(HOSTS[1], "authentication refused")]
    assert found["wanting"] == [{"host": HOSTS[2], "words": ["dpkg is broken: frr is iF"]}]
    assert "lab: 2 of 3 hosts answered" in table
    assert "1 silent: 1 authentication refused" in table


def test_a_scan_in_order_exits_with_0_and_the_second_asks_only_for_what_changed(command: Fleet) -> None:
    assert command("scan", "--limit", HOSTS[0])[0] == 0
    command.servers[HOSTS[0]].answer = answering(packages=None, listed=None)

    assert command("scan", "--limit", HOSTS[0])[0] == 0
    assert command("scan", "--limit", HOSTS[0], "--anew")[0] == 1  # the server lists nothing any more


def test_an_interrupt_keeps_what_was_read(command: Fleet) -> None:
    server = command.servers[HOSTS[2]]

    def interrupt(_command: str) -> bytes:
        os.kill(os.getpid(), signal.SIGINT)
        return b""

    server.answer = interrupt
    server.answers_after = 1
    code, said, _ = command("scan", "--limit", "pool_router")

    assert code == 130
    assert "interrupted: 1 were not asked to the end, what was read is kept" in said
    assert [command("show", host)[0] for host in HOSTS] == [0, 0, 1]


def test_show_tells_a_hosts_facts_and_its_silence_first(command: Fleet) -> None:
    never, said, _ = command("show", HOSTS[0])
    command("scan", "--limit", HOSTS[0])
    code, found = command.json("show", HOSTS[0])
    command.servers[HOSTS[0]].lets_in = False
    command("scan", "--limit", HOSTS[0])
    silent, table, _ = command("show", HOSTS[0], "--packages")

    assert (never, said) == (1, f"{HOSTS[0]}: never read\n")
    assert code == 0
    assert found["silence"] is None
    assert found["facts"]["kernel"]["running"] == "6.1.0-28-amd64"
    assert found["facts"]["uptime"] == 86399.0
    assert found["facts"]["packages"]["openssl"]["version"] == "3.0.15-1~deb12u1"
    assert silent == 1
    assert table.startswith(f"{HOSTS[0]}: silent, ")
    assert "openssl" in table


def test_a_query_tells_who_is_so_and_of_whom_nobody_knows(command: Fleet) -> None:
    command("scan", "--limit", f"{HOSTS[0]},{HOSTS[1]}")
    code, found = command.json("query", "--limit", "pool_router", "--package", "openssl<3.1")
    known, _ = command.json("query", "--limit", HOSTS[0], "--package", "openssl>3.1")
    silent, table, _ = command("query", "--limit", "pool_router", "--silent")

    assert code == 1
    assert [one["host"] for one in found["matches"]] == list(HOSTS[:2])
    assert found["silent"] == [{"host": HOSTS[2], "tried_at": None, "reason": None, "detail": "never read"}]
    assert known == 0
    assert silent == 1
    assert HOSTS[2] in table
    assert HOSTS[0] not in table


@pytest.mark.parametrize("arguments", [[], ["--silent", "--broken"]])
def test_a_query_that_asks_nothing_or_two_things_that_do_not_fit_is_wrong_usage(
    command: Fleet, arguments: list[str]
) -> None:
    code, _, said = command("query", *arguments)

    assert code == 2
    assert said.startswith("query: ask for --silent alone")


def test_history_tells_changes_and_silences(command: Fleet) -> None:
    command("scan", "--limit", HOSTS[0])
    command.servers[HOSTS[0]].answer = answering(packages=PACKAGES.replace("3.0.15", "3.0.16"), status="a" * 64)
    command("scan", "--limit", HOSTS[0])
    command.servers[HOSTS[0]].lets_in = False
    command("scan", "--limit", HOSTS[0])

    code, found = command.json("history", HOSTS[0])

    assert code == 0
    assert found[0]["reason"] == "authentication refused"
    assert found[1]["changes"] == ["openssl: 3.0.15-1~deb12u1 -> 3.0.16-1~deb12u1"]
    assert "openssl: 3.0.15-1~deb12u1 -> 3.0.16-1~deb12u1" in command("history", HOSTS[0])[1]


@pytest.mark.parametrize("verb", ["show", "history"])
def test_a_host_that_the_estate_does_not_have_is_wrong_usage(command: Fleet, verb: str) -> None:
    said = "banbury-ruter-01: is no host of lab; did you mean banbury-router-01?\n"
    assert command(verb, "banbury-ruter-01") == (2, "", said)


def test_without_a_lab_the_hosts_keys_are_those_beside_the_estate(tmp_path: Path) -> None:
    estate = load(ROOT / "inventories" / "production")

    access = fleet_access.access_of(estate)

    assert access.user == "operator"
    assert access.known_hosts == ROOT / "inventories" / "production" / "known_hosts"
    assert fleet_access.access_of(estate, jump="banbury-router-01").way == fleet_access._bastion(
        estate, "banbury-router-01"
    )


def test_readers_need_certificates_and_each_node_gets_its_own(
    command: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fleet_access, "lab_of", lambda _estate: None)
    folder = tmp_path / "lab-readers"

    refused, _, why = command("scan", "--by-site", "--limit", "pool_router")
    made, said, _ = command("certify", "--days", "30")

    assert refused == 1
    assert why == f"{folder / 'authority.pem'}: there is no such file, `pyops fleet certify` makes them\n"
    assert made == 0
    assert said.splitlines()[1:] == [
        f"  {site}: authority.pem reader-{site}.pem reader-{site}.key" for site in ("banbury", "towcester", "stratford")
    ]
    assert len(list(folder.iterdir())) == 1 + 2 * (2 + 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--listen", "192.0.2.1"], "--listen: readers come there, so it goes with --by-site only\n"),
        (
            ["--by-site", "--jump", "banbury-router-01"],
            "--by-site: a reader logs in by itself, leave out --key, --known-hosts, --user and --jump\n",
        ),
    ],
)
def test_what_does_not_go_with_readers_is_wrong_usage(command: Fleet, arguments: list[str], said: str) -> None:
    assert command("scan", *arguments) == (2, "", said)
