"""A device of staff somewhere in the world: a namespace behind a carrier, with an address that no router of the estate knows."""

import subprocess
from dataclasses import dataclass

from pyops.lab import Lab, carriers

_WORLD = """
ip netns add {device}
ip link add abroad type veth peer name {link} netns {carrier}
ip link set abroad netns {device}
ip -n {carrier} address add 192.0.2.1/24 dev {link}
ip -n {carrier} link set {link} up
ip -n {device} address add 192.0.2.77/24 dev abroad
ip -n {device} link set abroad up
ip -n {device} link set lo up
ip -n {device} route add default via 192.0.2.1
"""
_TUNNEL = """
ip -n {device} link delete staff 2> /dev/null
ip netns exec {device} wireguard-go staff > /dev/null 2>&1
ip netns exec {device} wg set staff private-key /dev/stdin peer {gateway} endpoint {endpoint} allowed-ips {networks}
ip -n {device} address add {address}/32 dev staff
ip -n {device} link set staff up mtu 1380
for network in $(echo {networks} | tr , ' '); do ip -n {device} route replace $network dev staff; done
"""


@dataclass(frozen=True)
class Device:
    """One device behind one carrier."""

    lab: Lab
    carrier: str

    @property
    def name(self) -> str:
        return f"{self.lab.name}-abroad"

    def travels(self) -> None:
        """It is somewhere else now, behind its carrier."""
        self.stays_home()
        words = {"device": self.name, "carrier": carriers.namespace(self.lab, self.carrier), "link": "abroad-router"}
        _shell(_WORLD.format(**words))

    def stays_home(self) -> None:
        """Nothing of it is left: the tunnel's process ends with its interface, the cable with its end."""
        subprocess.run(["ip", "-n", self.name, "link", "delete", "staff"], capture_output=True, check=False)
        subprocess.run(["ip", "-n", self.name, "link", "delete", "abroad"], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True, check=False)

    def dials(self, private: str, gateway: str, endpoint: str, address: str, networks: list[str]) -> None:
        """Bring its tunnel up, to the gateway of this public key at this address and port."""
        words = {"gateway": gateway, "endpoint": endpoint, "address": address, "networks": ",".join(networks)}
        _shell(_TUNNEL.format(device=self.name, **words), private)

    def opens(self, address: str, port: int) -> bool:
        """Whether a TCP connection comes about."""
        command = ["ip", "netns", "exec", self.name, "nc", "-z", "-w", "2", address, str(port)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def new_key() -> tuple[str, str]:
    """A device's private and public key."""
    private = subprocess.run(["wg", "genkey"], capture_output=True, text=True, check=True).stdout
    public = subprocess.run(["wg", "pubkey"], input=private, capture_output=True, text=True, check=True).stdout
    return private, public.strip()


def _shell(script: str, stdin: str = "") -> None:
    subprocess.run(["sh", "-c", script], input=stdin, text=True, check=True, capture_output=True)
