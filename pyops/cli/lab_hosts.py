"""`pyops lab host`: single plain hosts in a small lab of their own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pyops.lab import Lab

app = typer.Typer(help="Single plain hosts in a small lab of their own, to try a role on.", no_args_is_help=True)

_SMALL_HELP = "The state folder of the small lab [default: .lab/roles of this checkout]."
SmallState = Annotated[Path | None, typer.Option("--state", help=_SMALL_HELP, show_default=False)]


@app.command("create")
def create_host(
    name: str,
    image: Annotated[
        str, typer.Option(help="The packages that it is made with, comma between; `plain`: none.")
    ] = "plain",
    offer: Annotated[str, typer.Option(help="Packages that it can install, comma between.")] = "",
    state: SmallState = None,
) -> None:
    """Boot a plain host, wait until it answers ssh, and print its address."""
    from pyops.lab import single

    packages = [] if image in ("plain", "base") else image.split(",")
    typer.echo(single.create(_small_lab(state), name, packages, [word for word in offer.split(",") if word]))


@app.command("destroy")
def destroy_host(name: str, state: SmallState = None) -> None:
    """Remove a plain host; the last one takes the small lab with it."""
    from pyops.lab import single

    single.destroy(_small_lab(state), name)


def _small_lab(state: Path | None) -> "Lab":
    from pyops.lab import Lab
    from pyops.lab.connect import find_state

    return Lab(state or Path(find_state()).with_name("roles"))
