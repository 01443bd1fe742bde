"""Tables of plans for the directory, and of roles that are not alike."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from pyops.cli.output import BAD, GOOD, QUIET, Cell, show, table
from pyops.estate.difference.telling import counted
from pyops.estate.model import Estate
from pyops.identity.parity import Difference
from pyops.identity.plan import Plan
from pyops.identity.steps import REMOVING, Act, Step

_NONE = "-"
_MOST_FOREIGN = 5
_COUNTED = {
    "to create": (Act.CREATE,),
    "to change": (Act.RELEASE, Act.CHANGE, Act.ENABLE),
    "memberships": (Act.JOIN, Act.LEAVE),
    "to disable": (Act.DISABLE,),
    "to delete": (Act.DELETE,),
}


def show_plan(estate: Estate, made: Plan) -> None:
    """Every step in order, then the sum, and what is left as it is."""
    parts: list[Table | str | Text] = []
    if made.steps:
        rows = [_step(step) for step in made.steps]
        parts.append(table(f"{estate.name}: what would be done", ("act", "name", "what changes"), rows))
    else:
        parts.append(Text(f"{estate.name}: nothing to do: the directory holds what the estate says", style=GOOD))
    if made.notes:
        notes: list[list[Cell]] = [[note.name, note.why] for note in made.notes]
        parts.append(table("left as they are", ("name", "why"), notes))
    if made.conflicts:
        conflicts: list[list[Cell]] = [[note.name, Text(note.why, style=BAD)] for note in made.conflicts]
        parts.append(table("names that somebody else has, or that were given twice", ("name", "why"), conflicts))
    if made.steps:
        sums = (f"{made.count(*acts):,} {words}" for words, acts in _COUNTED.items())
        parts.append(Text(f"{counted(made.managed, 'managed account')}; {', '.join(sums)}"))
    if made.foreign:
        parts.append(Text(_foreign(made.foreign), style=QUIET))
    show(*parts)


def show_applied(estate: Estate, done: Sequence[Step], left: Plan) -> None:
    """How many steps were done, and what a plan made afterwards still finds."""
    show(Text(f"{estate.name}: {counted(len(done), 'step')} done", style=GOOD))
    if left.steps:
        rows = [_step(step) for step in left.steps]
        show(table("still to be done", ("act", "name", "what changes"), rows))


def show_parity(estate: Estate, differences: Sequence[Difference]) -> None:
    """One line a difference; those without a reason stand out."""
    if not differences:
        show(Text(f"{estate.name}: every role reaches the same things at every council", style=GOOD))
        return
    rows: list[list[Cell]] = [
        [
            one.role,
            one.partner or _NONE,
            one.login or _NONE,
            one.what,
            Text(one.reason or "none", style="" if one.is_excused else BAD),
            one.owner or _NONE,
            str(one.until or _NONE),
        ]
        for one in differences
    ]
    columns = ("role", "council", "account", "what differs", "reason", "owner", "until")
    open_ = sum(not one.is_excused for one in differences)
    words = f"{counted(len(differences), 'difference')}, {open_:,} without a reason"
    show(table(f"{estate.name}: roles that are not alike", columns, rows), Text(words, style=BAD if open_ else GOOD))


def _step(step: Step) -> list[Cell]:
    return [Text(str(step.act), style=BAD if step.act in REMOVING else ""), step.name, step.why]


def _foreign(names: Sequence[str]) -> str:
    first = ", ".join(names[:_MOST_FOREIGN]) + (f", and {len(names) - _MOST_FOREIGN:,} more" * (len(names) > 5))
    return f"not managed by this estate, and never touched: {counted(len(names), 'account')} ({first})"
