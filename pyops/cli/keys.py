"""`pyops keys`: key pairs that are made on the controller, before the first converge."""

from pathlib import Path
from typing import Annotated

import typer

from pyops.cli.context import Inventory, estate_of

app = typer.Typer(help="Key pairs of the tunnels: public halves beside the inventory, private ones in Ansible Vault.")


@app.callback()
def keys() -> None:
    """Keep `keys` a noun with verbs."""


@app.command()
def make(
    password_file: Annotated[
        Path, typer.Option("--vault-password-file", exists=True, help="The file with Ansible Vault's password.")
    ],
    inventory: Inventory = None,
    renew: Annotated[str | None, typer.Option("--renew", metavar="LINK", help="Make this link's keys anew.")] = None,
) -> None:
    """Make the tunnel keys that are missing. The lab makes its own: this is for the others."""
    from pyops.environments.production_keys import make_keys
    from pyops.errors import WrongUsage

    estate = estate_of(inventory)
    if renew is not None and renew not in estate.links:
        raise WrongUsage(f"--renew: {renew}, is not a link of {estate.name}")
    changed = make_keys(estate, password_file, renew)
    typer.echo("\n".join(f"made: {link}" for link in changed) or "every link has its keys")
