"""Parts of a resource that Azure knows by ids of their own, and that are declared with it: a network's subnets, say."""

from typing import Any, Protocol

from pyops.emulator.identity import key, parent_of
from pyops.emulator.store import Record
from pyops.emulator.values import Properties, at

_PARTS = {
    "azure-native:network:NetworkSecurityGroup": ("securityRules",),
    "azure-native:network:VirtualNetwork": ("subnets",),
    "azure-native:network:VpnConnection": ("vpnLinkConnections",),
    "azure-native:network:VpnSite": ("vpnSiteLinks",),
}
"""By type: the inputs that list parts by name; they are called so in ids too."""


class Finder(Protocol):
    """Where records are found by id."""

    def find(self, arm_id: str) -> Record | None:
        """The record of an id."""


def part(arm_id: str, records: Finder) -> Properties | None:
    """The part that an id names, as its resource's inputs declare it; None when there is none."""
    whole = parent_of(arm_id)
    record = records.find(whole) if whole else None
    if record is None or not record.done:
        return None
    *_, kind, name = key(arm_id).split("/")
    for listed in _PARTS.get(record.type, ()):
        for item in at(record.inputs, f"{listed}[]") if listed.lower() == kind else ():
            if str(item.get("name")).lower() == name:
                return dict(item)
    return None


def with_ids(token: str, arm_id: str, outputs: Properties) -> Properties:
    """The outputs of a resource, each of its parts with its id."""
    named = {listed: outputs[listed] for listed in _PARTS.get(token, ()) if isinstance(outputs.get(listed), list)}
    return outputs | {
        listed: [_with_id(item, f"{arm_id}/{listed}") for item in items] for listed, items in named.items()
    }


def _with_id(item: Any, within: str) -> Any:
    return {**item, "id": f"{within}/{item['name']}"} if isinstance(item, dict) and "name" in item else item
