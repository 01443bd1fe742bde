"""Facts that the lab needs and that Azure's types leave optional."""

from typing import Any

from pyops.emulator.values import Properties, at
from pyops.errors import Refused


def first(inputs: Properties, path: str, where: str) -> Any:
    """The first value at a path; Refused when it is not given."""
    found = at(inputs, path)
    if not found:
        raise Refused(f"{where}: {path.replace('[]', '[0]')} not given, the lab cannot make it real without")
    return found[0]


def last_name(arm_id: str) -> str:
    """The name at the end of an id."""
    return arm_id.strip("/").rsplit("/", 1)[1]


def changed(inputs: Properties, path: str, value: Any) -> Properties:
    """The inputs with another value at a path, in the first item of each list on the way."""
    name, _, rest = path.partition(".")
    own, each = name.removesuffix("[]"), name.endswith("[]")
    if not rest:
        return {**inputs, own: value}
    if each:
        items = inputs[own]
        return {**inputs, own: [changed(items[0], rest, value), *items[1:]]}
    return {**inputs, own: changed(inputs[own], rest, value)}
