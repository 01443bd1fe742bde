"""`pyops keys`: keys that are made on the controller, before the first converge."""

from pathlib import Path
from typing import Annotated

import typer

from pyops.cli.context import Inventory, estate_of

app = typer.Typer(
    help="Keys of the tunnels and of the package archive: public halves by the inventory, the rest in Ansible Vault."
)

PasswordFile = Annotated[
    Path, typer.Option("--vault-password-file", exists=True, help="The file with Ansible Vault's password.")
]


@app.callback()
def keys() -> None:
    """Keep `keys` a noun with verbs."""


@app.command()
def make(
    password_file: PasswordFile,
    inventory: Inventory = None,
    renew: Annotated[
        str | None, typer.Option("--renew", metavar="NAME", help="Make these anew: a link's, a hub tunnel's, a site's.")
    ] = None,
) -> None:
    """Make the keys that are missing: links, hub tunnels, gateways of staff, package archive. The lab makes its own."""
    from pyops.environments.production_keys import make_keys
    from pyops.errors import WrongUsage
    from pyops.estate.azure import hub_tunnels

    estate = estate_of(inventory)
    hubs = set(hub_tunnels(estate))
    gateways = estate.staff_access.prefixes if estate.staff_access else ()
    if renew is not None and renew not in {*estate.links, *hubs, *gateways}:
        raise WrongUsage(
            f"--renew: {renew}, is no link of {estate.name}, no tunnel of it to a hub, no site with such a gateway"
        )
    changed = make_keys(estate, password_file, renew)
    typer.echo(
        "\n".join(f"made: {tunnel}" for tunnel in changed) or "every tunnel and the package archive have their keys"
    )
    if hubs.intersection(changed):
        typer.echo("next: `pyops keys hub` gives the hubs' keys to the network stack")


@app.command()
def hub(password_file: PasswordFile, inventory: Inventory = None) -> None:
    """Give the keys of the tunnels to the hubs to the network stack, encrypted. None is shown."""
    from pyops.environments.production_keys import hand_hub_keys
    from pyops.environments.workspace import engineers_project

    estate = estate_of(inventory)
    network = engineers_project("network", estate)
    hand_hub_keys(estate, password_file, network)
    typer.echo(f"{network.label} has the hubs' keys, in its settings and encrypted: review and commit them")
