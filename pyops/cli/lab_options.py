"""Which lab a command is about, and the options that its verbs share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyops.cli.context import estate_of

if TYPE_CHECKING:
    from pyops.lab import Lab


def _of_estate(context: typer.Context, state: Path | None) -> Path | None:
    """The state folder of the estate that `-i` named before the noun, where none is told."""
    inventory = context.find_root().params.get("inventory")
    if state is not None or inventory is None:
        return state
    from pyops.environments.laboratory import laboratory

    return laboratory(estate_of(inventory)).lab.state


_STATE_HELP = (
    "The lab's state folder [default: of the estate of -i, else PYOPS_LAB_STATE, else .lab/lab of this checkout]."
)
State = Annotated[Path | None, typer.Option("--state", help=_STATE_HELP, show_default=False, callback=_of_estate)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON with stable keys.")]


def open_lab(state: Path | None) -> "Lab":
    """The lab that a command means."""
    from pyops.lab import Lab
    from pyops.lab.connect import find_state

    return Lab(state or Path(find_state()))
