"""Azure's rules beyond types, on names, ranges and addresses: what a preview can check, and what needs the neighbours.

Only rules that an estate can plausibly break are here; Azure has many more. Sources: Microsoft's documentation of Azure
Local's logical networks and of storage accounts, and the azurerm provider's validation of names.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from pyops.emulator.identity import key
from pyops.emulator.store import Store
from pyops.emulator.values import UNKNOWN, Properties, at
from pyops.errors import Refused

_HCI = "azure-native:azurestackhci"
_ADDRESS = "ipConfigurations[].properties.privateIPAddress"
_NETWORK = "ipConfigurations[].properties.subnet.id"
_LARGEST_VLAN = 4094

_NAMES = {
    f"{_HCI}:LogicalNetwork": ("logicalNetworkName", r"[A-Za-z0-9][\w.-]{0,62}[A-Za-z0-9]", "2 to 64"),
    f"{_HCI}:VirtualHardDisk": ("virtualHardDiskName", r"[A-Za-z0-9][\w.-]{0,62}[A-Za-z0-9]", "2 to 64"),
    f"{_HCI}:NetworkInterface": ("networkInterfaceName", r"[A-Za-z0-9][\w.-]{0,78}[A-Za-z0-9]", "2 to 80"),
}
_LOWER_NAMES = {
    "azure-native:storage:StorageAccount": ("accountName", r"[a-z0-9]{3,24}", "3 to 24 lower-case letters and digits"),
    "azure-native:storage:BlobContainer": (
        "containerName",
        r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*",
        "3 to 63 lower-case letters, digits and single hyphens",
    ),
}


def problems(token: str, inputs: Properties) -> list[str]:
    """Every rule that the inputs alone break, as `<path>: <what was given>, <the rule>`."""
    found = list(_name_problems(token, inputs))
    return [*found, *_CHECKS[token](inputs)] if token in _CHECKS else found


def refuse(token: str, arm_id: str, inputs: Properties, store: Store) -> None:
    """Raise Refused when a resource does not fit among those that exist."""
    if token == f"{_HCI}:NetworkInterface":
        for address, network in zip(at(inputs, _ADDRESS), at(inputs, _NETWORK), strict=False):
            _refuse_outside(arm_id, address, network, store)
            _refuse_taken(arm_id, address, network, store)


def _name_problems(token: str, inputs: Properties) -> Iterator[str]:
    if token in _NAMES:
        name, pattern, length = _NAMES[token]
        rule = f"{length} letters, digits, dots, hyphens and underscores, a letter or digit at both ends"
    elif token in _LOWER_NAMES:
        name, pattern, rule = _LOWER_NAMES[token]
    else:
        return
    for given in at(inputs, name):
        if isinstance(given, str) and not re.fullmatch(pattern, given):
            yield f"{name}: {given!r}, must be {rule}"


def _network_problems(inputs: Properties) -> Iterator[str]:
    subnets = at(inputs, "subnets[]")
    if len(subnets) > 1:
        yield f"subnets: {len(subnets)} of them, a logical network has one"
    for number, subnet in enumerate(subnets):
        if isinstance(subnet, dict):
            yield from _subnet_problems(subnet, f"subnets[{number}]")


def _subnet_problems(subnet: Properties, path: str) -> Iterator[str]:
    vlan = subnet.get("vlan", 0)
    if isinstance(vlan, int) and not 0 <= vlan <= _LARGEST_VLAN:
        yield f"{path}.vlan: {vlan}, must be between 0 and {_LARGEST_VLAN}"
    given = subnet.get("addressPrefix")
    if given is None or given is UNKNOWN:
        return
    prefix = _parsed(IPv4Network, given)
    if prefix is None:
        yield f"{path}.addressPrefix: {given!r}, must be an IPv4 prefix such as 10.10.20.0/24"
        return
    for number, pool in enumerate(at(subnet, "ipPools[]")):
        yield from _pool_problems(pool, prefix, f"{path}.ipPools[{number}]")


def _pool_problems(pool: Properties, prefix: IPv4Network, path: str) -> Iterator[str]:
    ends = [pool.get("start"), pool.get("end")]
    if UNKNOWN in ends:
        return
    start, end = (_parsed(IPv4Address, value) for value in ends)
    if start is None or end is None or start not in prefix or end not in prefix or start > end:
        yield f"{path}: {ends[0]} to {ends[1]}, must be a range of addresses in {prefix}"


def _interface_problems(inputs: Properties) -> Iterator[str]:
    for number, address in enumerate(at(inputs, _ADDRESS)):
        if isinstance(address, str) and _parsed(IPv4Address, address) is None:
            path = _ADDRESS.replace("[]", f"[{number}]")
            yield f"{path}: {address!r}, must be an IPv4 address"


_CHECKS: dict[str, Callable[[Properties], Iterator[str]]] = {
    f"{_HCI}:LogicalNetwork": _network_problems,
    f"{_HCI}:NetworkInterface": _interface_problems,
}


def _refuse_outside(arm_id: str, address: str, network: str, store: Store) -> None:
    record = store.find(network)
    found = IPv4Address(address)
    for subnet in at(record.inputs, "subnets[]") if record else ():
        prefix = IPv4Network(subnet.get("addressPrefix", "0.0.0.0/0"))
        if found not in prefix:
            raise Refused(f"{arm_id}: its address {address} lies outside of its network's {prefix}")
        pools = [(IPv4Address(pool["start"]), IPv4Address(pool["end"])) for pool in subnet.get("ipPools", ())]
        if pools and not any(start <= found <= end for start, end in pools):
            raise Refused(f"{arm_id}: its address {address} lies in none of its network's IP pools")


def _refuse_taken(arm_id: str, address: str, network: str, store: Store) -> None:
    for other in store.all(f"{_HCI}:NetworkInterface"):
        if key(other.id) == key(arm_id) or key(network) not in map(key, at(other.inputs, _NETWORK)):
            continue
        if address in at(other.inputs, _ADDRESS):
            raise Refused(f"{arm_id}: its address {address} is taken by {other.id}")


def _parsed[Kind](kind: Callable[[str], Kind], given: Any) -> Kind | None:
    try:
        return kind(given)
    except ValueError:
        return None
