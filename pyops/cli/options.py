"""The options that several nouns have."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON; its keys stand above.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
InLab = Annotated[
    bool, typer.Option("--lab", help="On this estate's lab, with the stand-in for Azure, instead of on Azure.")
]
Limit = Annotated[
    str, typer.Option("--limit", metavar="PATTERN", help="Hosts or groups, as Ansible writes them.", show_default="all")
]
