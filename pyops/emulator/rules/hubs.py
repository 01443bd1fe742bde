"""Virtual hubs: their prefixes, the networks connected to them, and how they route.

Sources: Microsoft's Virtual WAN documentation: a hub is at least a /24; hubs, and the networks connected to them, do
not overlap; a network is connected to one hub at a time; a hub has one routing intent, at most one private and one
internet policy, and no custom route tables beside it. That a hub has one firewall and one VPN gateway, both in its
region, is what the portal and Azure Verified Modules build on; the exact refusal was not seen.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from pyops.emulator.identity import key, parent_of
from pyops.emulator.rules import ranges
from pyops.emulator.rules.rule import Label, Neighbours, Rule, Rules, Write
from pyops.emulator.store import Record
from pyops.emulator.values import Properties, at

_NETWORK = "azure-native:network"
_HUB = f"{_NETWORK}:VirtualHub"
_TABLE = f"{_NETWORK}:HubRouteTable"
_INTENT = f"{_NETWORK}:RoutingIntent"
_CONNECTION = f"{_NETWORK}:HubVirtualNetworkConnection"
_SMALLEST = 24
_OWN_TABLES = {"defaultroutetable", "noneroutetable"}


def _prefix_problems(inputs: Properties) -> Iterator[str]:
    given = inputs.get("addressPrefix")
    prefix = ranges.prefix(given)
    if isinstance(given, str) and (prefix is None or prefix.prefixlen > _SMALLEST):
        yield f"addressPrefix: {given!r}, must be an IPv4 prefix of at least /{_SMALLEST}"


def _overlapping_hub(write: Write) -> Iterator[str]:
    own = ranges.prefixes(at(write.inputs, "addressPrefix"))
    for other in _hubs(at(write.inputs, "virtualWan.id"), write.neighbours):
        for prefix in own:
            yield from _overlap(prefix, ranges.prefixes(at(other.inputs, "addressPrefix")), other.id)
            for network in _connected(other, write.neighbours):
                yield from _overlap(prefix, _space(network), network.id)


def _overlapping_network(write: Write) -> Iterator[str]:
    hub = write.neighbours.find(parent_of(write.id) or "")
    for network in _networks(at(write.inputs, "remoteVirtualNetwork.id"), write.neighbours):
        for other in _hubs(at(hub.inputs, "virtualWan.id") if hub else [], write.neighbours):
            for prefix in _space(network):
                yield from _overlap(prefix, ranges.prefixes(at(other.inputs, "addressPrefix")), other.id)


def _overlap(prefix: IPv4Network, others: list[IPv4Network], of: str) -> Iterator[str]:
    yield from (
        f"{prefix} overlaps {other} of {of}, a WAN's hubs and networks are apart"
        for other in others
        if prefix.overlaps(other)
    )


def _hubs(wans: list[str], neighbours: Neighbours) -> list[Record]:
    return [hub for wan in wans for hub in neighbours.users(wan, _HUB)]


def _connected(hub: Record, neighbours: Neighbours) -> list[Record]:
    connections = neighbours.below(hub.id, _CONNECTION)
    return _networks([one for each in connections for one in at(each.inputs, "remoteVirtualNetwork.id")], neighbours)


def _networks(ids: list[str], neighbours: Neighbours) -> list[Record]:
    return [network for arm_id in ids if (network := neighbours.find(arm_id))]


def _space(network: Record) -> list[IPv4Network]:
    return ranges.prefixes(at(network.inputs, "addressSpace.addressPrefixes[]"))


def _policy_problems(inputs: Properties) -> Iterator[str]:
    given = at(inputs, "routingPolicies[].destinations[]")
    for destination in sorted({one for one in given if isinstance(one, str) and given.count(one) > 1}):
        yield f"routingPolicies: {given.count(destination)} for {destination}, a routing intent has at most one"


def _foreign_next_hop(write: Write) -> Iterator[str]:
    hub = key(parent_of(write.id) or "")
    for hop in at(write.inputs, "routingPolicies[].nextHop"):
        firewall = write.neighbours.find(hop)
        if firewall and hub not in map(key, at(firewall.inputs, "virtualHub.id")):
            yield f"its next hop {hop} is in another hub, a routing intent goes through its own hub's firewall"


def _tables_beside_intent(write: Write) -> Iterator[str]:
    tables = [table for table in write.neighbours.below(parent_of(write.id) or "", _TABLE) if _is_custom(table.id)]
    yield from (
        f"its hub has {table.id}, custom route tables and routing intent exclude each other" for table in tables
    )


def _intent_beside_table(write: Write) -> Iterator[str]:
    intents = write.neighbours.below(parent_of(write.id) or "", _INTENT) if _is_custom(write.id) else []
    yield from (f"its hub has {one.id}, custom route tables and routing intent exclude each other" for one in intents)


def _is_custom(table: str) -> bool:
    return table.rsplit("/", 1)[1].lower() not in _OWN_TABLES


def _other_region(write: Write) -> Iterator[str]:
    own = _place(write.inputs)
    for arm_id in at(write.inputs, "virtualHub.id"):
        hub = write.neighbours.find(arm_id)
        if hub and own and own != _place(hub.inputs):
            yield f"location {own} is not its hub's {_place(hub.inputs)}, they are in one region"


def _place(inputs: Properties) -> str:
    return str(inputs.get("location", "")).replace(" ", "").lower()


def _one_intent(arm_id: str, _: Properties) -> Iterator[Label]:
    hub = key(parent_of(arm_id) or "")
    yield Label(f"routing intent of {hub}", "the one routing intent of its hub")


def _one_hub(_: str, inputs: Properties) -> Iterator[Label]:
    for network in at(inputs, "remoteVirtualNetwork.id"):
        yield Label(f"hub of {key(network)}", f"the one connection to a hub that {network} may have")


def _one_firewall(_: str, inputs: Properties) -> Iterator[Label]:
    for hub in at(inputs, "virtualHub.id"):
        yield Label(f"firewall of {key(hub)}", "the one firewall of its hub")


def _one_gateway(_: str, inputs: Properties) -> Iterator[Label]:
    for hub in at(inputs, "virtualHub.id"):
        yield Label(f"vpn gateway of {key(hub)}", "the one VPN gateway of its hub")


_REGION = Rule("another region than its hub's", among=_other_region)
RULES: Rules = {
    _HUB: (
        Rule("a prefix smaller than /24", alone=_prefix_problems),
        Rule("a prefix that overlaps another hub of its WAN or a network connected to one", among=_overlapping_hub),
    ),
    _CONNECTION: (
        Rule("a network that overlaps a hub of the WAN", among=_overlapping_network),
        Rule("a network that another hub has", labels=_one_hub),
    ),
    _INTENT: (
        Rule("two policies for one kind of traffic", alone=_policy_problems),
        Rule("a firewall of another hub", among=_foreign_next_hop),
        Rule("custom route tables in its hub", among=_tables_beside_intent),
        Rule("a second one in its hub", labels=_one_intent),
    ),
    _TABLE: (Rule("a routing intent in its hub", among=_intent_beside_table),),
    f"{_NETWORK}:AzureFirewall": (Rule("a second one in its hub", labels=_one_firewall), _REGION),
    f"{_NETWORK}:VpnGateway": (Rule("a second one in its hub", labels=_one_gateway), _REGION),
}
