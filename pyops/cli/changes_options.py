"""The options that verbs of `pyops changes` share."""

from pathlib import Path
from typing import Annotated

import typer

Change = Annotated[
    str, typer.Argument(metavar="CHANGE", help="The change's id, or a beginning of it that no other has.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON; its keys stand above.")]
InLab = Annotated[
    bool, typer.Option("--lab", help="On this estate's lab, with the stand-in for Azure, instead of on Azure.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Checkpoints = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="FOLDER",
        help="Folder of exported states (`pulumi stack export > network.json`, ...) to start from.",
        show_default="the lab's own, else nothing was made yet",
    ),
]
