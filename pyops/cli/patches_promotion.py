"""`pyops patches promote`: all mirrors serve a ring's next baseline, or the one before."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from pyops.cli.answering import print_json
from pyops.cli.context import Inventory
from pyops.cli.options import Json
from pyops.cli.patches_options import Mirrors, SignedBy
from pyops.cli.patches_reading import Asked, Reading, alone, ring_of
from pyops.errors import OutsideFailed, Refused, WrongUsage

if TYPE_CHECKING:
    from pyops.patches.mirrors import Seen
    from pyops.patches.promotion import Promotion

Baseline = Annotated[
    str, typer.Option("--to", metavar="BASELINE", help="An earlier one goes back.", show_default="the estate's")
]


def promote(
    ring: Annotated[str, typer.Argument(metavar="RING", help="The ring to move.")],
    inventory: Inventory = None,
    to: Baseline = "",
    check: Annotated[bool, typer.Option("--check", help="Say what would be done, and do nothing.")] = False,
    early: Annotated[bool, typer.Option("--early", help="Before the ring's day, for a fix that cannot wait.")] = False,
    mirror: Mirrors = None,
    signed_by: SignedBy = None,
    as_json: Json = False,
) -> None:
    """Have all mirrors serve a baseline for a ring: none switches before each has it whole.

    It may be done once the ring's day has come and the ring before it carries the baseline, and while all mirrors
    answer. Hosts change only by `pyops patches rollout`. Killed half-way, run it again: it completes.

    \b
    JSON: {"ring", "baseline", "before": {site: baseline}, "done", "mirrors": {site: {"baseline", "sha256"}}}
    done: whether every mirror carries it now, with the same bytes
    Exit code 0 where it is done or was already, 1 where it may not be done, 3 where it failed.
    """
    from pyops.patches.promotion import unsettled

    reading = Reading(Asked(inventory, tuple(mirror or ()), signed_by))
    ring_of(reading.estate, ring)
    baseline = _baseline(to) if to else reading.estate.patches.baseline
    if check:
        _tell(*_considered(reading, ring, baseline, early=early), as_json=as_json)
        return
    with alone(reading, "patches promote"):
        made, seen = _considered(reading, ring, baseline, early=early)
        failed: tuple[str, ...] = ()
        if unsettled(made, seen):
            failed = _moved(reading, made)
            seen = _seen(reading)
    _tell(made, seen, as_json=as_json)
    if wrong := (*failed, *unsettled(made, seen)):
        raise OutsideFailed("\n".join(wrong))


def _baseline(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"--to: {text}, must be the day of a baseline, as in 2026-11-10") from None


def _seen(reading: Reading) -> "Seen":
    from pyops.patches.mirrors import look

    return look(reading.mirrors(), tuple(reading.estate.patches.rings), reading.key, reading.now)


def _considered(reading: Reading, ring: str, baseline: date, *, early: bool) -> "tuple[Promotion, Seen]":
    """What there is to do; raises Refused where it may not be done."""
    from pyops.patches.promotion import consider, unsettled

    seen = _seen(reading)
    made = consider(reading.estate, ring, baseline, seen, reading.now.date(), early=early)
    if made.objections and unsettled(made, seen):
        raise Refused("\n".join(made.objections))
    return made, seen


def _moved(reading: Reading, made: "Promotion") -> tuple[str, ...]:
    """Run the playbook; returns what failed."""
    from pyops.cli.playing import failures, played

    variables = {"promote_ring": made.ring, "promote_baseline": str(made.baseline)}
    outcome = played(reading.estate, "promote", variables)
    return tuple(f"{host}: {words}" for host, words in failures(outcome).items())


def _tell(made: "Promotion", seen: "Seen", *, as_json: bool) -> None:
    if not as_json:
        from pyops.cli.patches_tables import show_promotion

        show_promotion(made, seen)
        return
    from pyops.patches.plain import promotion

    print_json(promotion(made, seen))
