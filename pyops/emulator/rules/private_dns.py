"""Private DNS: a network is linked to one zone of a name.

Source: Microsoft's documentation of private DNS zones.
"""

from collections.abc import Iterator

from pyops.emulator.identity import key, parent_of
from pyops.emulator.rules.rule import Label, Rule, Rules
from pyops.emulator.values import Properties, at


def _one_zone(arm_id: str, inputs: Properties) -> Iterator[Label]:
    zone = (parent_of(arm_id) or "").rsplit("/", 1)[-1].lower()
    for network in at(inputs, "virtualNetwork.id"):
        yield Label(f"zone {zone} for {key(network)}", f"the one link to a zone {zone} that {network} may have")


RULES: Rules = {
    "azure-native:privatedns:VirtualNetworkLink": (
        Rule("a network that is linked to a zone of this name already", labels=_one_zone),
    ),
}
