"""What is known of each Azure type beyond the SDK's classes: its id, what replaces it, what Azure mints, what it needs.

The SDK carries none of this (the real provider keeps it in metadata of its own). The tables follow Azure's REST
specification, the azure-native provider's source and what the azurerm provider re-creates; each entry says where it is
not established. A type without an entry is stored all the same: its id is derived from its names, only path parameters
and location replace it, and it is counted as not known well.
"""

import re
from dataclasses import dataclass
from functools import cache

EVERYTHING = "*"
"""In `replaces`: every property that `in_place` does not name."""


@dataclass(frozen=True)
class Kind:
    """One Azure type. Property paths are wire names; `[]` stands for each item of a list."""

    token: str
    id: str
    """The id as a template over path parameters, which always replace."""
    replaces: tuple[str, ...] = ()
    in_place: tuple[str, ...] = ()
    minted: tuple[str, ...] = ()
    """Outputs that only Azure can make up: unknown in a preview."""
    needs: tuple[str, ...] = ()
    """Paths of ids that must exist when it is made, and that cannot be deleted while it stands."""
    located: bool = False
    """Whether it has a location, which Azure demands and which replaces."""
    names_minted_from: tuple[str, ...] = ()
    """For a type whose last name may be `default`, "make one up": the properties that ours follows from."""
    comes_with_parent: bool = False
    """Made together with its parent: a first create is an update, a delete writes the defaults back."""
    note: str = ""
    """Where the table is less than sure, or less than Azure."""

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The inputs that the id is made of."""
        return tuple(re.findall(r"{(\w+)}", self.id.replace("{subscriptionId}", "")))


GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"


def in_group(path: str) -> str:
    """The id template of a type that lies in a resource group: provider namespace, types and names in turn."""
    return f"{GROUP}/providers/{path}"


@cache
def _known() -> dict[str, Kind]:
    from pyops.emulator.tables import backup, local, monitoring, network

    tables = (network.KINDS, monitoring.KINDS, local.KINDS, backup.KINDS)
    return {kind.token: kind for table in tables for kind in table}


def known_types() -> tuple[Kind, ...]:
    """Every type of the tables."""
    return tuple(_known().values())


def kind_of(token: str) -> Kind | None:
    """The table's entry for a type token, or None when the type is not known well."""
    return _known().get(token)


def is_known_well(token: str) -> bool:
    """Whether what the stand-in does with a type is established: it has an entry, and nothing is noted against it."""
    kind = _known().get(token)
    return kind is not None and not kind.note
