"""Azure resource ids: from path parameters for known types, by the shape of the names for others.

Azure compares ids without regard to case, so every comparison goes through `key`.
"""

import re
import uuid
from typing import Any

from pyops.emulator.kinds import Kind, kind_of
from pyops.emulator.values import UNKNOWN, Properties, bare

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
"""The subscription when neither the provider's configuration nor ARM_SUBSCRIPTION_ID names one."""

_MINTED = uuid.UUID("6b0b8a5e-4f43-5a6f-9a0e-0c6d2f9c2c11")
_SCOPES = {"scope", "resourceUri"}


def key(arm_id: str) -> str:
    """An id in the form in which ids are compared: lower case, one slash in front."""
    return "/" + arm_id.strip("/").lower()


def minted(arm_id: str, what: str) -> str:
    """A value that Azure would make up: here it follows from the id, so that a second run gives the same."""
    return str(uuid.uuid5(_MINTED, f"{key(arm_id)} {what}"))


def name_parameter(token: str, inputs: Properties) -> str | None:
    """The input that carries the resource's own name; None where the id has none (an instance is always `default`)."""
    kind = kind_of(token)
    if kind is None:
        return _own_name(token, inputs)
    last = re.search(r"{(\w+)}$", kind.id)
    return last[1] if last else None


def arm_id(token: str, inputs: Properties, subscription: str, urn_name: str) -> str | None:
    """The resource's id; None while one of its path parameters is unknown."""
    kind, given = kind_of(token), bare(inputs)
    values = {name: given.get(name) for name in kind.path_parameters} if kind else path_names(token, given, urn_name)
    if any(value is UNKNOWN for value in values.values()):
        return None
    if kind is None:
        return _derived(token, values, subscription)
    return _filled(kind, {**values, "subscriptionId": subscription}, given)


def _filled(kind: Kind, values: dict[str, Any], given: Properties) -> str | None:
    last = name_parameter(kind.token, given)
    if kind.names_minted_from and last and str(values[last]).lower() == "default":
        origins = [given.get(name) for name in kind.names_minted_from]
        if UNKNOWN in origins:
            return None
        values[last] = minted(" ".join(key(str(origin)) for origin in origins), "name")
    trimmed = {name: str(value).strip("/") if name in _SCOPES else value for name, value in values.items()}
    return "/" + kind.id.format(**trimmed).strip("/")


def _own_name(token: str, inputs: Properties) -> str | None:
    wanted = token.rsplit(":", 1)[1].lower() + "name"
    return next((name for name in inputs if name.lower() in (wanted, "resourcename")), None)


def path_names(token: str, given: Properties, urn_name: str) -> dict[str, Any]:
    """Path parameters of a type that no table knows: its group, its parents' names, its own name."""
    own = _own_name(token, given)
    parents = [name for name in given if name.endswith("Name") and name not in ("resourceGroupName", own)]
    values = {name: given[name] for name in ("resourceGroupName", *parents) if name in given and _nameable(given[name])}
    return {**values, "name": given[own] if own else urn_name}


def _nameable(value: Any) -> bool:
    return value is UNKNOWN or isinstance(value, str)


def _derived(token: str, values: dict[str, Any], subscription: str) -> str:
    _, module, name = token.split(":")
    group = values.pop("resourceGroupName", None)
    own = values.pop("name")
    parents = [f"/{name.removesuffix('Name')}s/{value}" for name, value in values.items()]
    scope = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    return f"{scope}/providers/Microsoft.{module}{''.join(parents)}/{name[:1].lower()}{name[1:]}s/{own}"


def parent_of(arm_id: str) -> str | None:
    """The id that has to exist first: the enclosing resource, the scope of an extension, the resource group.

    None at the top, for a resource of a subscription.
    """
    parts = arm_id.strip("/").split("/")
    at = _providers(parts)
    is_own_scope = at is not None and len(parts) - at <= 4
    scope = parts[:at] if is_own_scope else parts[:-2]
    # `blobServices/default` comes with its account and is seldom declared: the account stands for it.
    if [part.lower() for part in scope[-2:]] == ["blobservices", "default"]:
        scope = scope[:-2]
    return "/" + "/".join(scope) if len(scope) > 2 else None


def scopes_of(arm_id: str) -> list[str]:
    """The id itself and everything that it lies in, innermost first: its parents, its group, its subscription."""
    parts = arm_id.strip("/").split("/")
    ends = [at + 2 for at in range(0, len(parts) - 1, 2) if parts[at].lower() != "providers"]
    return ["/" + "/".join(parts[:end]) for end in reversed(ends)]


def arm_type(arm_id: str) -> str:
    """The type in an id, as Azure writes it: `Microsoft.Network/virtualHubs/hubRouteTables`."""
    parts = arm_id.strip("/").split("/")
    at = _providers(parts)
    if at is None:
        return "Microsoft.Resources/resourceGroups"
    return "/".join([parts[at + 1], *parts[at + 2 :: 2]])


def _providers(parts: list[str]) -> int | None:
    """Where the innermost provider's part of an id begins."""
    return max((at for at, part in enumerate(parts) if part.lower() == "providers"), default=None)
