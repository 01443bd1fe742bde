"""What became of changes, and how far predictions can be trusted, is read from the ledger alone."""

from pyops.changes.history import history, last_run
from pyops.changes.ledger import Entry, Kind
from pyops.changes.verification import Deed, Rate, Verification, as_dict


def verified(*rates: tuple[str, int, int]) -> dict[str, object]:
    """What the ledger holds of a verification: by stack how much came true, and how much did not come."""
    deeds = [
        [Deed("resource", stack, f"{n}", how) for stack, *counts in rates for n in range(counts[at])]
        for at, how in enumerate(("update", "delete"))
    ]
    return as_dict(Verification(tuple(deeds[0]), (), tuple(deeds[1]), ()))


def entry(number: int, kind: Kind, record: str, **data: object) -> Entry:
    return Entry(number, "", kind, record, "", f"2026-11-28T09:0{number}:00+00:00", data, "")


def test_a_history_is_each_change_as_it_stands_and_the_rates_of_all() -> None:
    missed, true = verified(("network", 2, 0), ("pool", 0, 2)), verified(("network", 2, 0), ("pool", 2, 0))
    found = history(
        [
            entry(1, "drafted", "a"),
            entry(2, "approved", "a", principal="ict.lead@cherwell", role="service"),
            entry(2, "applied", "b"),
            entry(3, "verified", "b", **missed),
            entry(4, "stopped", "c", where="server_pool: quota"),
            entry(5, "applying", "d"),
            entry(5, "applied", "e"),
            entry(6, "verified", "e", **missed),
            entry(7, "verified", "e", **true),
            entry(8, "backed_out", "b"),
        ]
    )

    assert [(one.record, one.state, one.words, one.hits, one.predicted) for one in found.standings] == [
        ("a", "approved", "ict.lead@cherwell, service", None, None),
        ("c", "stopped", "server_pool: quota", None, None),
        ("d", "applying", "is being applied, or its run was killed", None, None),
        ("e", "verified", "", 4, 4),
        ("b", "backed_out", "", 2, 4),
    ]
    assert found.rates == (Rate("stack", "network", 4, 0, 0, 0), Rate("stack", "pool", 2, 0, 2, 0))


def test_a_run_that_stopped_is_not_mended_by_a_look_at_it_or_a_late_signature() -> None:
    events = [
        entry(1, "applying", "a"),
        entry(2, "stopped", "a", where="network: quota"),
        entry(3, "verified", "a", **verified(("network", 1, 1))),
        entry(4, "approved", "a", principal="ict.lead@cherwell", role="service"),
    ]
    (standing,) = history(events).standings
    assert (standing.state, standing.when, standing.words) == ("stopped", events[1].when, "network: quota")
    assert last_run(events, "a") == "stopped"
    assert last_run(events, "b") is None


def test_an_empty_ledger_has_no_history() -> None:
    assert (history(()).standings, history(()).rates) == ((), ())
