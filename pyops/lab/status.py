"""What a lab is like now, as plain data with stable keys, for people and programs alike."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pyops.lab import carriers, faults, interfaces, namespaces, networks, power, records, repository
from pyops.lab.host import Host
from pyops.lab.networks import Network
from pyops.lab.place import BRIDGE, Lab
from pyops.lab.ports import Port


@dataclass(frozen=True, slots=True)
class HostStatus:
    """One host now; `uptime_s` is None while it is off."""

    name: str
    sites: tuple[str, ...]
    image: str
    is_on: bool
    addresses: tuple[str, ...]
    uptime_s: int | None


@dataclass(frozen=True, slots=True)
class NetworkStatus:
    """One logical network now: whether its bridge is there."""

    name: str
    site: str
    zone: str | None
    circuit: str | None
    prefix: str
    is_up: bool


@dataclass(frozen=True, slots=True)
class Status:
    """A lab now. It runs when its namespace is there; hosts off and cuts are faults that somebody asked for."""

    name: str
    state: str
    is_up: bool
    serves_packages: bool
    hosts: tuple[HostStatus, ...]
    networks: tuple[NetworkStatus, ...]
    carriers: tuple[str, ...]
    cuts: tuple[faults.Cut, ...]

    def plain(self) -> dict[str, Any]:
        """The same in dicts and lists, for JSON."""
        return asdict(self)


def status(lab: Lab) -> Status:
    """Read the truth about a lab; one that was never made is empty and not up."""
    known = networks.every(lab)
    present = interfaces.names(lab.namespace)
    return Status(
        name=lab.name,
        state=str(lab.state),
        is_up=namespaces.exists(lab.namespace),
        serves_packages=repository.is_running(lab),
        hosts=tuple(_host(lab, host, known) for host in records.everything(lab, Host)),
        networks=tuple(_network(network, BRIDGE.interface(network.name) in present) for network in known),
        carriers=tuple(carriers.running(lab)),
        cuts=tuple(faults.active(lab)),
    )


def hosts_of_site(lab: Lab, site: str) -> list[str]:
    """The hosts with a port on one of the site's networks."""
    known = networks.every(lab)
    return [host.name for host in records.everything(lab, Host) if site in _host(lab, host, known).sites]


def _host(lab: Lab, host: Host, known: list[Network]) -> HostStatus:
    ports = [port for name in host.ports if (port := records.load(lab, Port, name)) is not None]
    on = {port.network for port in ports}
    sites = sorted({network.site for network in known if network.name in on})
    is_on = power.is_running(lab, host.name)
    uptime_s = _age_s(power.leader(lab, host.name)) if is_on else None
    return HostStatus(host.name, tuple(sites), host.image, is_on, tuple(str(port.address) for port in ports), uptime_s)


def _network(network: Network, is_up: bool) -> NetworkStatus:
    return NetworkStatus(network.name, network.site, network.zone, network.circuit, str(network.prefix), is_up)


def _age_s(process: int | None) -> int | None:
    """How long a process has run: field 22 of proc_pid_stat(5), in clock ticks since the machine started."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return round(float(Path("/proc/uptime").read_text().split()[0]) - started_s)
