"""A device of staff, which is a namespace inside the host, and what it wants to reach, which is another one."""

from collections.abc import Callable, Iterator

import pytest
from testinfra.backend.base import CommandResult
from testinfra.host import Host

PASSWORD = "Known-to-the-tests-alone"  # noqa: S105 # of accounts that are gone when they are
ADMINISTRATOR = "Only-for-the-tests-of-this-role"
SYSTEM = "10.98.1.10"
WORLD = """
ip netns add device && ip netns add system
ip link add uplink type veth peer name port netns device
ip link add behind type veth peer name port netns system
ip address add 192.0.2.1/24 dev uplink && ip link set uplink up
ip address add 10.98.1.1/24 dev behind && ip link set behind up
ip -n device address add 192.0.2.2/24 dev port && ip -n device link set port up && ip -n device link set lo up
ip -n system address add 10.98.1.10/24 dev port && ip -n system link set port up && ip -n system link set lo up
for port in 22 443; do
    systemd-run --quiet --collect --unit=tried-$port --property=NetworkNamespacePath=/run/netns/system nc -k -l $port
done
"""
NO_WORLD = """
systemctl stop tried-22 tried-443
ip -n device link delete tried
ip link delete uplink
ip link delete behind
ip netns delete device
ip netns delete system
rm -rf /run/tried
true
"""
DEVICE = """
ip -n device link delete tried 2> /dev/null
ip netns exec device wireguard-go tried > /dev/null 2>&1
ip netns exec device wg set tried private-key /run/tried/{key} peer $(wg show staff public-key) \
    endpoint 192.0.2.1:51820 allowed-ips 10.97.0.0/20,10.98.1.0/24
ip -n device address add {address}/20 dev tried && ip -n device link set tried up && ip -n device route add 10.98.1.0/24 dev tried
"""
PATIENCE = "for _ in $(seq 60); do {} && exit 0; sleep 0.5; done; exit 1"
REACHES = "ip netns exec device ping -c 1 -W 1 {} > /dev/null"


class Device:
    """A device that uses one key or another."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def key(self, name: str) -> str:
        """A new key's public half."""
        make = f"mkdir -p /run/tried && umask 077 && wg genkey > /run/tried/{name} && wg pubkey < /run/tried/{name}"
        return str(self._host.check_output("sh -c %s", make))

    def use(self, key: str, address: str) -> None:
        self._host.check_output("sh -c %s", DEVICE.format(key=key, address=address))

    def comes_in(self, target: str = SYSTEM) -> bool:
        """Whether it reaches what it wants, or does within half a minute."""
        return bool(self._host.run("sh -c %s", PATIENCE.format(REACHES.format(target))).rc == 0)

    def is_shut_out(self, target: str = SYSTEM) -> bool:
        """Whether it does not, or ceases to within half a minute."""
        return bool(self._host.run("sh -c %s", PATIENCE.format(f"! {REACHES.format(target)}")).rc == 0)

    def connects(self, target: str, port: int) -> bool:
        return bool(self._host.run(f"ip netns exec device nc -z -w 2 {target} {port}").rc == 0)


@pytest.fixture(scope="module")
def device(host: Host) -> Iterator[Device]:
    host.run("sh -c %s", NO_WORLD)
    host.check_output("sh -ec %s", WORLD)
    yield Device(host)
    host.run("sh -c %s", NO_WORLD)


@pytest.fixture(scope="module")
def directory(host: Host) -> Iterator[Callable[..., str]]:
    """Samba's tool, with what the tests make taken away before and after."""

    def tool(command: str) -> str:
        return str(host.check_output("sh -c %s", f"samba-tool {command} || exit 1"))

    def clean() -> None:
        for name in (
            "user delete officer-01",
            "user delete officer-02",
            "group delete remote_staff",
            "group delete team",
        ):
            host.run("sh -c %s", f"samba-tool {name} || true")

    clean()
    for account in ("officer-01", "officer-02"):
        tool(f"user create {account} {PASSWORD}")
    for group in ("remote_staff", "team"):
        tool(f"group add {group}")
    tool("group addmembers remote_staff officer-01")
    yield tool
    clean()


@pytest.fixture(scope="module")
def gateway(host: Host) -> Iterator[Callable[..., CommandResult]]:
    """The gateway's command, by a person's ticket."""

    def ask(person: str, *words: str) -> CommandResult:
        password = ADMINISTRATOR if person == "administrator" else PASSWORD
        ticket = f"export KRB5CCNAME=/run/tried.ticket; echo {password} | kinit {person} > /dev/null"
        return host.run("sh -c %s", f"{ticket} && staff-access {' '.join(words)}")

    yield ask
    host.run("rm --force /run/tried.ticket")


@pytest.fixture(scope="module")
def registered(device: Device, directory: Callable[..., str], gateway: Callable[..., CommandResult]) -> str:
    """The address of a device that is registered to officer-01, who may come in."""
    assert directory
    done = gateway("administrator", "register", "officer-01", "laptop-01", device.key("own"))
    assert done.rc == 0, done.stderr
    return str(done.stdout.split()[-1])


@pytest.fixture
def laptop(device: Device, registered: str) -> Device:
    """That device, with a tunnel of its own that is new."""
    device.use("own", registered)
    return device
