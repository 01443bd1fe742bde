"""Plans and differences as plain data with stable keys."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from pyops.identity.parity import Difference
from pyops.identity.plan import Plan
from pyops.identity.steps import Step


def plan(made: Plan) -> dict[str, Any]:
    """A plan; `refused` is null where it may be done."""
    return {
        "refused": made.refusal or None,
        "managed": made.managed,
        "steps": [step.as_dict() for step in made.steps],
        "removed": list(made.removed),
        "notes": [asdict(note) for note in made.notes],
        "conflicts": [asdict(note) for note in made.conflicts],
        "foreign": list(made.foreign),
    }


def applied(done: Iterable[Step], left: Plan) -> dict[str, Any]:
    """What was done, and what a plan made afterwards still finds to do."""
    return {
        "done": [step.as_dict() for step in done],
        "left": [step.as_dict() for step in left.steps],
        "conflicts": [asdict(note) for note in left.conflicts],
    }


def parity(differences: Iterable[Difference]) -> dict[str, Any]:
    """Every difference; in order where each has a reason that holds."""
    told = [{**asdict(one), "until": one.until and str(one.until), "excused": one.is_excused} for one in differences]
    return {"in_order": all(one["excused"] for one in told), "differences": told}
