"""The options of `pyops changes`: those that its verbs share, then those of a draft."""

from pathlib import Path
from typing import Annotated

import typer

Change = Annotated[
    str, typer.Argument(metavar="CHANGE", help="The change's id, or a beginning of it that no other has.")
]
Checkpoints = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="FOLDER",
        help="Folder of exported states (`pulumi stack export > network.json`, ...) to start from.",
        show_default="the lab's own, else nothing was made yet",
    ),
]
Title = Annotated[str, typer.Option("--title", metavar="WORDS", help="What the change is for, in a few words.")]
Before = Annotated[
    Path | None,
    typer.Option("--from", metavar="ESTATE", help="The estate as it was.", show_default="as last applied here"),
]
AskHosts = Annotated[bool, typer.Option("--hosts/--no-hosts", help="Whether to ask the hosts by a dry run.")]
Author = Annotated[
    str, typer.Option("--author", metavar="PRINCIPAL", help="Who drafts it.", show_default="git's user.email")
]
Opens = Annotated[str, typer.Option("--opens", metavar="TIME", help="ISO 8601.", show_default="now")]
Closes = Annotated[str, typer.Option("--closes", metavar="TIME", help="ISO 8601.", show_default="in 7 days")]
Emergency = Annotated[bool, typer.Option("--emergency", help="One signature is enough; it is told as such.")]
