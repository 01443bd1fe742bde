"""Network interfaces of Azure Local: their addresses.

Source: Microsoft's documentation of Azure Local: an address lies in its network's pool. That a taken address is refused
at the create, rather than found later, is ours.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from pyops.emulator.identity import key
from pyops.emulator.rules import ranges
from pyops.emulator.rules.logical_networks import pools
from pyops.emulator.rules.rule import Label, Rule, Rules, Write
from pyops.emulator.store import Record
from pyops.emulator.values import Properties, at

_ADDRESS = "ipConfigurations[].properties.privateIPAddress"
_NETWORK = "ipConfigurations[].properties.subnet.id"


def _problems(inputs: Properties) -> Iterator[str]:
    for number, address in enumerate(at(inputs, _ADDRESS)):
        if isinstance(address, str) and ranges.address(address) is None:
            path = _ADDRESS.replace("[]", f"[{number}]")
            yield f"{path}: {address!r}, must be an IPv4 address"


def _outside(write: Write) -> Iterator[str]:
    for address, network in zip(at(write.inputs, _ADDRESS), at(write.inputs, _NETWORK), strict=False):
        record = write.neighbours.find(network)
        if record:
            yield from _outside_of(IPv4Address(address), record)


def _outside_of(address: IPv4Address, network: Record) -> Iterator[str]:
    whole = ranges.prefixes(at(network.inputs, "subnets[].addressPrefix"))
    found = pools(network.inputs)
    if whole and not any(address in prefix for prefix in whole):
        yield f"its address {address} lies outside of its network's {whole[0]}"
    elif found and not any(start <= address <= end for start, end in found):
        yield f"its address {address} lies in none of its network's IP pools"


def _addresses(_: str, inputs: Properties) -> Iterator[Label]:
    for address, network in zip(at(inputs, _ADDRESS), at(inputs, _NETWORK), strict=False):
        yield Label(f"address {address} of {key(network)}", f"its address {address}")


RULES: Rules = {
    "azure-native:azurestackhci:NetworkInterface": (
        Rule("an address outside of its network's prefix or pools", alone=_problems, among=_outside),
        Rule("an address that another interface has", labels=_addresses),
    ),
}
