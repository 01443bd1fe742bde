"""Each part that moved since an approval is named, and what did not move is not."""

from dataclasses import replace
from typing import Any

import pytest

from pyops.changes.moved import beyond, moved
from pyops.changes.record import (
    Base,
    BlindSpot,
    Claim,
    Passage,
    PropertyEdit,
    Record,
    ResourceChange,
    Risk,
    TaskChange,
    TextEdit,
    Window,
)
from pyops.changes.verification import Deed
from tests.changes.people import EMPTY, drafted

BASE = Base(
    inventory={"estate.yml": "1", "desktops.csv": "1"},
    previous={"estate.yml": "0"},
    code={"revision": "a", "pyops": "1", "roles": "1"},
    collections={"ansible-core": "2.21.5"},
    state={"network": "1", "server_pool": "1"},
)
NETWORK = ResourceChange(
    "network", "urn::lnet", "Network", "lnet-banbury", "update", "banbury", (PropertyEdit("size", "12", "20"),)
)
TASK = TaskChange("patching", "Install updates", "/here/main.yml:3", "apt", False, ("web-01", "web-02"))


DONE = frozenset({Deed("resource", "network", "urn::lnet", "update")})
"""What a run did before it was stopped."""


def record(**parts: Any) -> Record:
    return drafted(**{"base": BASE, "resources": (NETWORK,), "tasks": (TASK,), **parts})


def based(**parts: Any) -> Record:
    return record(base=replace(BASE, **parts))


def edited(before: str | None, after: str | None, path: str = "size") -> ResourceChange:
    return replace(NETWORK, edits=(PropertyEdit(path, before, after),))


def test_a_fresh_draft_of_the_same_has_moved_nowhere() -> None:
    assert moved(record(), replace(record(), id="other", drafted="2026-11-29T08:00:00+00:00")) == ()


@pytest.mark.parametrize(
    ("now", "sentences"),
    [
        (record(environment="production"), ["environment: lab was approved, this is production"]),
        (based(inventory={"estate.yml": "2", "desktops.csv": "1"}), ["inventory: estate.yml was edited"]),
        (
            based(inventory={"estate.yml": "1", "gateways.yml": "1"}),
            ["inventory: desktops.csv was removed", "inventory: gateways.yml was added"],
        ),
        (based(previous={"estate.yml": "5"}), ["last applied estate: estate.yml was edited"]),
        (based(code={"revision": "b", "pyops": "1", "roles": "2"}), ["code: roles was edited"]),
        (based(code={"revision": "b", "pyops": "1", "roles": "1"}), []),
        (based(collections={"ansible-core": "2.22.0"}), ["collections: ansible-core 2.21.5 was approved, now 2.22.0"]),
        (
            based(collections={"ansible.posix": "2.1.0"}),
            [
                "collections: ansible-core 2.21.5 was approved, now not installed",
                "collections: ansible.posix not installed was approved, now 2.1.0",
            ],
        ),
        (
            based(state={"network": "2", "server_pool": "1"}),
            ["state of network: was changed since, in what this change does not edit"],
        ),
        (
            record(window=Window("2026-11-29T19:00:00+00:00", "2026-11-29T22:00:00+00:00")),
            [
                "window: 2026-11-28T19:00:00+00:00 to 2026-11-28T22:00:00+00:00 was approved, "
                "now 2026-11-29T19:00:00+00:00 to 2026-11-29T22:00:00+00:00"
            ],
        ),
    ],
)
def test_a_part_of_the_base_that_moved_is_named(now: Record, sentences: list[str]) -> None:
    assert list(moved(record(), now)) == sentences


def test_a_state_that_moved_is_shown_by_its_values() -> None:
    now = record(base=replace(BASE, state={"network": "2", "server_pool": "1"}), resources=(edited("31", "20"),))

    assert moved(record(), now) == ("state of network: lnet-banbury size: 12 -> 20 was approved, now 31",)


@pytest.mark.parametrize(
    ("resources", "sentences"),
    [
        ([], ["plan of network: lnet-banbury: update was approved, now nothing"]),
        (
            [replace(NETWORK, operation="replace")],
            ["plan of network: lnet-banbury: update was approved, now replace"],
        ),
        (
            [NETWORK, ResourceChange("server_pool", "urn::vm", "Machine", "vm-1", "delete", "")],
            ["plan of server_pool: vm-1: delete now, nothing was approved"],
        ),
        ([edited("12", "25")], ["plan of network: lnet-banbury size: 12 -> 20 was approved, now 12 -> 25"]),
        ([edited("31", "25")], ["state of network: lnet-banbury size: 12 -> 20 was approved, now 31 -> 25"]),
        ([edited(None, "20")], ["state of network: lnet-banbury size: 12 -> 20 was approved, now none"]),
        (
            [edited("1", "2", "mtu")],
            [
                "plan of network: lnet-banbury size: 12 -> 20 was approved, now nothing",
                "plan of network: lnet-banbury mtu: 1 -> 2 now, nothing was approved",
            ],
        ),
        (
            [edited("12", "9" * 100)],
            [f"plan of network: lnet-banbury size: 12 -> 20 was approved, now 12 -> {'9' * 80}..."],
        ),
    ],
)
def test_a_plan_that_differs_is_told_by_resource(resources: list[ResourceChange], sentences: list[str]) -> None:
    assert list(moved(record(), record(resources=tuple(resources)))) == sentences


@pytest.mark.parametrize(
    ("tasks", "sentences"),
    [
        ([], ["tasks: patching: Install updates: would no longer change web-01, web-02"]),
        (
            [replace(TASK, hosts=("web-02", "web-03"))],
            [
                "tasks: patching: Install updates: would now also change web-03",
                "tasks: patching: Install updates: would no longer change web-01",
            ],
        ),
        (
            [TASK, replace(TASK, role="", task="Restart", is_handler=True, hosts=tuple(f"h{n}" for n in range(8)))],
            ["tasks: Restart: would now also change h0, h1, h2, h3, h4 and 3 more"],
        ),
        (
            [replace(TASK, hosts=("web-01",)), replace(TASK, hosts=("web-02",), edits=(TextEdit("f", "a", "b"),))],
            ["tasks: patching: Install updates: would now change something else on web-02"],
        ),
        ([replace(TASK, path="/elsewhere/main.yml:3")], []),
        ([replace(TASK, hosts=("web-02",)), replace(TASK, hosts=("web-01",))], []),
    ],
)
def test_tasks_that_differ_are_told_by_host(tasks: list[TaskChange], sentences: list[str]) -> None:
    assert list(moved(record(), record(tasks=tuple(tasks)))) == sentences


def test_who_must_sign_is_drafted_anew() -> None:
    """Else whoever writes a record could leave out who would refuse."""
    approved = record(risk=Risk("standard", 1, (), {"service": "nothing else"}))

    assert moved(approved, record()) == (
        "class: standard was approved, now normal",
        "signers: partner/cherwell must sign now and was not asked",
        "signers: system/service_desk must sign now and was not asked",
        "signers: service was asked and need not sign now",
    )


@pytest.mark.parametrize(
    ("part", "parts"),
    [
        ("title", {"title": "Nothing much"}),
        ("author", {"author": "owner@stratford"}),
        ("passages", {"passages": (Passage("added", "desktops may reach servers"),)}),
        ("proofs and policies", {"claims": (Claim("r1", "resilience", "any site may fail", True, False),)}),
        ("blind spots", {"blind": (BlindSpot("unreachable", "no answer", ("web-01",)),)}),
        ("outage", {"outage": replace(EMPTY.outage, is_expected=True)}),
        ("back-out", {"back_out": replace(EMPTY.back_out, is_complete=False)}),
        ("causes", {"resources": (replace(NETWORK, causes=(1,)),)}),
    ],
)
def test_a_page_that_says_another_thing_of_the_same_plan_is_refused(part: str, parts: dict[str, Any]) -> None:
    assert moved(record(**parts), record()) == (f"page: {part}: says now something else than was approved",)


def test_words_that_follow_from_what_moved_are_not_told_twice() -> None:
    now = record(resources=(), outage=replace(EMPTY.outage, is_expected=True))

    assert moved(record(), now) == ("plan of network: lnet-banbury: update was approved, now nothing",)


def test_blind_spots_in_another_order_are_the_same() -> None:
    spots = (BlindSpot("unreachable", "no answer", ("a", "b")), BlindSpot("failed", "x", ("c",)))
    others = (spots[1], replace(spots[0], where=("b", "a")))

    assert moved(record(blind=spots), record(blind=others)) == ()


def test_what_is_left_of_a_change_that_was_begun_may_run() -> None:
    left = record(resources=(), tasks=(replace(TASK, hosts=("web-02",)),), base=replace(BASE, state={"network": "9"}))
    assert beyond(record(), left, DONE) == ()


def test_a_change_that_was_begun_does_nothing_that_it_did_not_hold() -> None:
    more = record(resources=(replace(NETWORK, operation="delete"),), tasks=(replace(TASK, hosts=("web-03",)),))
    assert beyond(record(), more, DONE) == (
        "network: lnet: delete: was not approved",
        "patching: Install updates: web-03: was not approved",
    )
    assert beyond(record(), based(code={"pyops": "2", "roles": "1"}), DONE) == ("code: pyops was edited",)


def test_what_a_change_has_not_done_yet_still_starts_where_it_was_approved() -> None:
    other = frozenset({Deed("resource", "network", "urn::other", "update")})
    now = record(resources=(edited("31", "20"),))
    assert len(beyond(record(), now, other)) == 1
    assert "12 -> 20 was approved, now 31" in beyond(record(), now, other)[0]


def test_a_host_that_is_there_by_now_may_be_gone_on_with() -> None:
    new = BlindSpot("not there yet", "is made by this change", ("web-03",))
    approved, now = record(blind=(new,)), record(tasks=(replace(TASK, hosts=("web-03", "web-04")),))
    assert beyond(approved, now, DONE) == ("patching: Install updates: web-04: was not approved",)


def test_what_a_task_has_not_done_yet_is_what_was_approved() -> None:
    texts = [replace(TASK, edits=(TextEdit("/etc/motd", "old", new),)) for new in ("new", "newer")]
    approved, now = (record(tasks=(task,)) for task in texts)
    left = record(tasks=(replace(texts[0], hosts=("web-02",)),))
    assert beyond(approved, left, DONE) == ()
    assert (
        "patching: Install updates: would now change something else on web-01, web-02"
        in beyond(approved, now, DONE)[-1]
    )


def test_a_change_that_no_run_began_is_bound_as_a_whole() -> None:
    other = record(resources=(edited("31", "20"),), base=replace(BASE, state={"network": "9", "server_pool": "1"}))
    assert beyond(record(), other, None) == moved(record(), other) != ()
