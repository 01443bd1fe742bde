"""Which estate a command is about: its `-i`, before the noun or after the verb, else what Ansible would take."""

import os
from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyops.errors import WrongUsage

if TYPE_CHECKING:
    from pyops.estate import Estate

ANSIBLE_CONFIG = "ansible.cfg"


def _nearer(context: typer.Context, value: Path | None) -> Path | None:
    """The verb's own `-i`, else the one that stood before the noun."""
    return value or context.find_root().params.get("inventory")


Inventory = Annotated[
    Path | None,
    typer.Option(
        "-i",
        "--inventory",
        metavar="INVENTORY",
        help="The estate file or its folder.",
        show_default="the one of ansible.cfg",
        callback=_nearer,
    ),
]
"""The option that every verb takes: `def check(inventory: Inventory = None)`."""


def estate_of(inventory: Path | None) -> "Estate":
    """The checked estate that `-i` names; raises WrongUsage where there is none to take, Refused where it is wrong."""
    from pyops.estate import load

    return load(inventory_file(inventory))


def inventory_file(inventory: Path | None) -> Path:
    """The estate file: of `-i`, of ANSIBLE_INVENTORY, or of the `ansible.cfg` here or in the nearest folder above."""
    from pyops.estate import ESTATE_FILE

    path = inventory or _from_environment() or _from_ansible()
    file = path / ESTATE_FILE if path.is_dir() else path
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _from_environment() -> Path | None:
    value = os.environ.get("ANSIBLE_INVENTORY", "")
    return _single(value, Path.cwd(), "ANSIBLE_INVENTORY") if value else None


def _from_ansible() -> Path:
    file = _ansible_config()
    if file is None:
        raise WrongUsage(
            f"-i: nothing, name an estate file or its folder: no {ANSIBLE_CONFIG} names one here or in a folder above"
        )
    parser = ConfigParser(interpolation=None)
    try:
        parser.read(file, encoding="utf-8")
    except (ConfigError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{file}: cannot be read: {str(error).splitlines()[0]}") from None
    value = parser.get("defaults", "inventory", fallback="")
    if not value:
        raise WrongUsage(f"{file}: names no inventory under [defaults]: name an estate file with -i")
    return _single(value, file.parent, str(file))


def _ansible_config() -> Path | None:
    named = os.environ.get("ANSIBLE_CONFIG")
    if named:
        return Path(named)
    here = Path.cwd()
    return next((file for folder in (here, *here.parents) if (file := folder / ANSIBLE_CONFIG).is_file()), None)


def _single(value: str, folder: Path, where: str) -> Path:
    if "," in value:
        raise WrongUsage(f"{where}: {value}, names several inventories: name one estate file with -i")
    return folder / Path(value).expanduser()
