"""Addresses and endpoints that Azure assigns: they follow from the id and from what the resource hangs on.

Offsets in a hub's prefix are those that Azure is commonly seen to take (12 and 13 for a VPN gateway's two instances,
68 and 69 for the router, 132 for a firewall); Azure promises none of them. Public addresses are of 198.18.0.0/15, the
range for benchmarks (RFC 2544): none of them is anybody's.
"""

import hashlib
from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

from pyops.emulator.identity import key, minted
from pyops.emulator.parts import part, with_ids
from pyops.emulator.rules import ranges
from pyops.emulator.rules.endpoints import KEPT
from pyops.emulator.store import Record, Store
from pyops.emulator.values import Properties, at
from pyops.errors import Refused

_PUBLIC = IPv4Network("198.18.0.0/15")
_GATEWAY, _ROUTER, _FIREWALL = (12, 13), (68, 69), 132
_HUB_ASN = 65515


def outputs(record: Record, found: Properties, store: Store) -> Properties:
    """Outputs with what Azure assigns. `found` follows from the inputs; the record holds the outputs there were."""
    assign = _ASSIGNED.get(record.type)
    return with_ids(record.type, record.id, found | assign(record, found, store) if assign else found)


def _storage_account(record: Record, found: Properties, _: Store) -> Properties:
    name = record.id.rsplit("/", 1)[1]
    services = {"blob": "blob", "dfs": "dfs", "file": "file", "queue": "queue", "table": "table", "web": "z33.web"}
    endpoints = {service: f"https://{name}.{host}.core.windows.net/" for service, host in services.items()}
    return {"primaryEndpoints": endpoints, "primaryLocation": found.get("location"), "statusOfPrimary": "available"}


def _replication_policy(record: Record, *_: object) -> Properties:
    """Its id is the name that Azure minted for it, the same on both accounts."""
    return {"policyId": record.id.rsplit("/", 1)[1]}


def _virtual_hub(_: Record, found: Properties, __: Store) -> Properties:
    routers = [str(prefix[at]) for prefix in ranges.prefixes([found.get("addressPrefix")]) for at in _ROUTER]
    return {"virtualRouterAsn": _HUB_ASN, "virtualRouterIps": routers, "routingState": "Provisioned"}


def _vpn_gateway(record: Record, found: Properties, store: Store) -> Properties:
    peers = [_in_hub(record, offset, store) for offset in _GATEWAY]
    names = [f"Instance{number}" for number in range(len(peers))]
    publics = [_public(record.id, name) for name in names]
    given = found.get("bgpSettings", {})
    customs = {one.get("ipconfigurationId"): one for one in at(given, "bgpPeeringAddresses[]")}
    addresses = [
        {"ipconfigurationId": name, "defaultBgpIpAddresses": [peer], "tunnelIpAddresses": [public]}
        | customs.get(name, {})
        for name, peer, public in zip(names, peers, publics, strict=True)
    ]
    bgp = {"asn": _HUB_ASN, "peerWeight": 0} | given
    bgp |= {"bgpPeeringAddress": ",".join(peers), "bgpPeeringAddresses": addresses}
    configurations = [
        {"id": name, "privateIpAddress": peer, "publicIpAddress": public}
        for name, peer, public in zip(names, peers, publics, strict=True)
    ]
    return {"bgpSettings": bgp, "ipConfigurations": configurations}


def _firewall(record: Record, found: Properties, store: Store) -> Properties:
    if "virtualHub" not in found:
        return {}
    given = found.get("hubIPAddresses", {})
    public = given.get("publicIPs", {})
    count = int(public.get("count", 1))
    addresses = public.get("addresses") or [{"address": _public(record.id, f"public {at}")} for at in range(count)]
    public = public | {"count": count, "addresses": addresses}
    return {"hubIPAddresses": given | {"privateIPAddress": _in_hub(record, _FIREWALL, store), "publicIPs": public}}


def _private_endpoint(record: Record, found: Properties, store: Store) -> Properties:
    """One address for each group of the service, the first that is free in the subnet; it keeps them."""
    wanted = [group for links in _links(found) for group in at(links, "groupIds[]")] or ["default"]
    addresses = at(record.outputs, "customDnsConfigs[].ipAddresses[]")
    subnet = str(at(found, "subnet.id")[0])
    missing = len(wanted) - len(addresses)
    addresses += _free(subnet, record.id, store)[: max(missing, 0)]
    if len(addresses) < len(wanted):
        raise Refused(f"{record.id}: {subnet} has no free address left")
    services = [str(link.get("privateLinkServiceId", "")).rsplit("/", 1)[-1] for link in _links(found)] * len(wanted)
    configurations = [
        {"fqdn": f"{service}.{group}", "ipAddresses": [address]}
        for service, group, address in zip(services, wanted, addresses, strict=False)
    ]
    group = record.id.split("/providers/")[0]
    nic = f"{record.id.rsplit('/', 1)[1]}.nic.{minted(record.id, 'interface')}"
    nic = str(found.get("customNetworkInterfaceName") or nic)
    interface = {"id": f"{group}/providers/Microsoft.Network/networkInterfaces/{nic}"}
    return {"customDnsConfigs": configurations, "networkInterfaces": [interface]}


def _links(found: Properties) -> list[Properties]:
    return [*at(found, "privateLinkServiceConnections[]"), *at(found, "manualPrivateLinkServiceConnections[]")]


def _free(subnet: str, own: str, store: Store) -> list[str]:
    declared = part(subnet, store)
    prefix = ranges.prefixes(at(declared or {}, "addressPrefix"))[0]
    others = [user for user in store.users(subnet) if key(user.id) != key(own)]
    taken = {address for user in others for address in _addresses(user)}
    return [str(one) for one in list(prefix)[KEPT:-1] if str(one) not in taken]


def _addresses(user: Record) -> list[Any]:
    return [
        *at(user.outputs, "customDnsConfigs[].ipAddresses[]"),
        *at(user.inputs, "ipConfigurations[].privateIpAddress"),
    ]


def _in_hub(record: Record, offset: int, store: Store) -> str:
    hubs = [store.find(hub) for hub in at(record.inputs, "virtualHub.id")]
    prefixes = [one for hub in hubs if hub for one in ranges.prefixes(at(hub.inputs, "addressPrefix"))]
    return str(prefixes[0][offset])


def _public(arm_id: str, what: str) -> str:
    drawn = hashlib.sha256(f"{key(arm_id)} {what}".encode()).digest()
    return str(_PUBLIC[1 + int.from_bytes(drawn[:8]) % (_PUBLIC.num_addresses - 2)])


_ASSIGNED: dict[str, Callable[[Record, Properties, Store], Properties]] = {
    "azure-native:network:AzureFirewall": _firewall,
    "azure-native:network:PrivateEndpoint": _private_endpoint,
    "azure-native:network:VirtualHub": _virtual_hub,
    "azure-native:network:VpnGateway": _vpn_gateway,
    "azure-native:storage:ObjectReplicationPolicy": _replication_policy,
    "azure-native:storage:StorageAccount": _storage_account,
}
PATHS = {
    "azure-native:network:AzureFirewall": ("hubIPAddresses.privateIPAddress", "hubIPAddresses.publicIPs.addresses"),
    "azure-native:network:PrivateEndpoint": ("customDnsConfigs", "networkInterfaces"),
    "azure-native:network:VirtualHub": ("virtualRouterAsn", "virtualRouterIps"),
    "azure-native:network:VpnGateway": (
        "bgpSettings.bgpPeeringAddress",
        "bgpSettings.bgpPeeringAddresses",
        "ipConfigurations",
    ),
    "azure-native:storage:StorageAccount": ("primaryEndpoints", "primaryLocation"),
}
"""What is assigned, by path: unknown in a preview."""
