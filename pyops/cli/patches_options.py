"""The options that verbs of `pyops patches` share."""

from pathlib import Path
from typing import Annotated

import typer

Mirrors = Annotated[
    list[str] | None,
    typer.Option(
        "--mirror",
        metavar="PLACE",
        help="A mirror's address or folder; SITE=PLACE for one site; repeat it.",
        show_default="each site's own",
    ),
]
SignedBy = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The mirrors' public key.",
        show_default="mirror.asc beside the estate file, or the lab's own",
    ),
]
MaxAge = Annotated[float, typer.Option(min=0, metavar="HOURS", help="Older readings make a host unknown.")]
Feeds = Annotated[
    list[Path] | None,
    typer.Option(
        "--feed",
        metavar="FILE",
        help="debsecan's data or Debian's OVAL definitions: also what they name; the exit code stays; repeat it.",
    ),
]
