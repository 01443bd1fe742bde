"""What a router does, asked of one that is alone: hosts of two zones and a carrier are namespaces inside it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from testinfra.host import Host

SCRIPT = (Path(__file__).parents[1] / "files" / "pending.sh").read_text(encoding="utf-8")
PLACES = {
    # Namespace and, by it, the router's interface, the router's address there and the namespace's own.
    "servers": ("10.98.1.1/24", "10.98.1.10/24"),
    "desktops": ("10.98.2.1/24", "10.98.2.10/24"),
    "circuit-a": ("198.51.100.10/29", "198.51.100.9/29"),
}
SERVER, DESK = "10.98.1.10", "10.98.2.10"
ENDPOINT, RESOLVER = "10.100.4.5", "10.100.4.132"
ADDRESSES = {"servers": [SERVER], "desktops": [DESK], "hub": [ENDPOINT, RESOLVER]}
METER = """table inet seen {
  chain everything { type filter hook prerouting priority 0; udp dport 51801 counter accept; counter; }
}"""
HUB = """
set -e
ip netns add hub
ip link add hub-0a64000c type veth peer name port netns hub
ip netns exec hub sh -ec 'for address in 10.100.4.5 10.100.4.132 10.100.0.12; do ip address add $address/32 dev lo; done'
ip netns exec hub sh -ec 'ip link set lo up; ip link set port up; ip route add 172.30.1.1/32 dev port'
ip link set hub-0a64000c up
mkdir -p /etc/frr/hub /run/frr/hub
cat > /etc/frr/hub/bgpd.conf <<'X'
router bgp 65515
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 172.30.1.1 remote-as 64601
 neighbor 172.30.1.1 ebgp-multihop 255
 neighbor 172.30.1.1 update-source 10.100.0.12
 neighbor 172.30.1.1 timers connect 1
 address-family ipv4 unicast
  network 10.97.1.0/24
  network 10.100.4.0/24
  network 10.55.0.0/16
X
chown -R frr /etc/frr/hub /run/frr/hub
for daemon in zebra bgpd; do
    touch /etc/frr/hub/$daemon.conf
    ip netns exec hub /usr/lib/frr/$daemon -d -N hub -f /etc/frr/hub/$daemon.conf -A 127.0.0.1 -P 0
done
"""
NO_HUB = """
for daemon in bgpd zebra; do pkill --pidfile /run/frr/hub/$daemon.pid; done
ip link delete hub-0a64000c
ip netns delete hub
rm -rf /etc/frr/hub /run/frr/hub
true
"""


@pytest.fixture(scope="module", autouse=True)
def places(host: Host) -> Iterator[None]:
    """A host in each of two zones, and the carrier at the end of a circuit, as long as these tests run."""
    remove_places(host)
    for place, (inside, outside) in PLACES.items():
        host.check_output("ip netns add %s", place)
        host.check_output("ip link add %s type veth peer name port netns %s", place, place)
        host.check_output("ip address add %s dev %s", inside, place)
        within(host, place, f"ip address add {outside} dev port && ip link set port up && ip link set lo up")
    within(host, "circuit-a", f"nft '{METER}'")
    for place, (inside, _) in PLACES.items():
        host.check_output("ip link set %s up", place)
        within(host, place, f"ip route add default via {inside.split('/')[0]}")
    yield
    remove_places(host)


def remove_places(host: Host) -> None:
    for place in PLACES:
        host.run("ip link delete %s; ip netns delete %s", place, place)


@pytest.fixture
def pending(host: Host) -> Iterator[Callable[[], str]]:
    """What the role finds not to be as configured; afterwards all of it is."""
    yield lambda: host.check_output("sh -c %s pending tunnel:wg-a-far=172.31.1.0/31", SCRIPT)
    host.check_output("systemctl reload nftables frr wg-quick@wg-a-far && systemctl restart router-forwards")


@pytest.fixture
def hub(host: Host) -> Iterator[None]:
    """A hub that speaks BGP, and announces a network of the other site, its spoke and a network that nobody planned."""
    host.run("bash -c %s", NO_HUB)
    host.check_output("bash -c %s", HUB)
    yield
    host.run("bash -c %s", NO_HUB)


def within(host: Host, place: str, command: str) -> str:
    return host.check_output("ip netns exec %s sh -c %s", place, command)


def reaches(host: Host, source: str, target: str, port: int) -> bool:
    """Whether a connection from one namespace to a port at an address of another one comes about."""
    place = next(place for place, addresses in ADDRESSES.items() if target in addresses)
    asked = f"ip netns exec {source} nc -z -w 1 -s {ADDRESSES[source][0]} {target} {port}"
    return host.run(f"ip netns exec {place} timeout 3 nc -l {port} > /dev/null & sleep 0.3; {asked}").rc == 0


def counted(host: Host, counter: str) -> int:
    listing = host.check_output("nft list counter inet router %s", counter)
    return int(listing.split("packets ")[-1].split()[0])


def test_a_flow_passes(host: Host) -> None:
    before = counted(host, "desktops_to_servers")
    assert reaches(host, "desktops", SERVER, 443)
    assert within(host, "desktops", f"ping -c 1 -W 2 {SERVER}")
    assert counted(host, "desktops_to_servers") == before + 2


def test_what_is_no_flow_is_refused_counted_and_logged(host: Host) -> None:
    before = counted(host, "desktops_to_servers_refused")
    assert not reaches(host, "desktops", SERVER, 22)
    assert counted(host, "desktops_to_servers_refused") > before
    assert "refused desktops to servers IN=desktops OUT=servers" in host.check_output("journalctl --identifier=ulogd")


def test_a_flow_has_a_direction(host: Host) -> None:
    assert not reaches(host, "servers", DESK, 443)


@pytest.mark.parametrize(("place", "source"), [("desktops", "10.98.9.9"), ("circuit-a", ENDPOINT)])
def test_a_forged_source_is_refused(host: Host, place: str, source: str) -> None:
    before = counted(host, "forged_refused")
    within(host, place, f"ip address add {source}/32 dev lo")
    host.run("ip netns exec %s ping -c 1 -W 1 -I %s %s", place, source, SERVER)
    assert counted(host, "forged_refused") == before + 1


@pytest.mark.parametrize("place", ["desktops", "servers"])
def test_the_router_offers_nothing_but_an_answer_to_pings(host: Host, place: str) -> None:
    gateway = PLACES[place][0].split("/")[0]
    assert within(host, place, f"ping -c 1 -W 2 {gateway}")
    assert host.run("ip netns exec %s nc -z -w 1 %s 22", place, gateway).rc == 1
    assert host.run("ip netns exec %s nc -z -w 1 %s 179", place, gateway).rc == 1


def test_a_circuit_carries_nothing_but_tunnels(host: Host) -> None:
    host.run("ping -c 1 -W 1 198.51.100.9")
    host.run("ip netns exec desktops ping -c 1 -W 1 198.51.100.9")
    host.check_output(
        "for second in $(seq 20); do ip netns exec circuit-a nft list table inet seen | grep -q 'packets [1-9]' && break; sleep 1; done"
    )
    tunnels, others = [
        line for line in within(host, "circuit-a", "nft list table inet seen").splitlines() if "packets" in line
    ]
    assert "packets 0 " not in tunnels
    assert "packets 0 " in others


def test_a_circuit_lets_nothing_in(host: Host) -> None:
    assert host.run("ip netns exec circuit-a ping -c 1 -W 1 198.51.100.10").rc == 1
    assert host.run("ip netns exec circuit-a nc -z -w 1 198.51.100.10 22").rc == 1
    assert host.run("ip netns exec circuit-a nc -z -w 1 %s 443", SERVER).rc == 1


@pytest.mark.usefixtures("hub")
def test_a_hub_is_a_further_way_and_hears_of_this_site_alone(host: Host) -> None:
    host.check_output("for second in $(seq 30); do ip route show 10.97.1.0/24 | grep -q hub- && break; sleep 1; done")
    assert " dev hub-0a64000c " in host.check_output("ip route get 10.97.1.10")
    path = json.loads(host.check_output("vtysh -c 'show bgp ipv4 unicast 10.97.1.0/24 json'"))["paths"][0]
    assert (path["locPrf"], path["community"]["string"]) == (50, "no-advertise")
    assert host.check_output("ip route show 10.55.0.0/16") == ""
    heard = "vtysh -N hub -c 'show bgp ipv4 unicast neighbors 172.30.1.1 routes json' 2> /dev/null"
    assert set(json.loads(host.check_output(heard))["routes"]) == {"10.98.1.0/24", "10.98.2.0/24", "10.98.255.1/32"}


@pytest.mark.usefixtures("hub")
def test_some_zones_open_https_and_names_beside_a_hub_and_nothing_comes_from_there(host: Host) -> None:
    there, back = "ip route show 10.100.4.0/24", "ip -n hub route show 10.98.1.0/24"
    host.check_output(
        f"for second in $(seq 30); do {there} | grep -q hub- && {back} | grep -q port && break; sleep 1; done"
    )
    before = counted(host, "spokes")
    assert reaches(host, "servers", ENDPOINT, 443)
    assert reaches(host, "servers", RESOLVER, 53)
    assert counted(host, "spokes") == before + 2
    assert not reaches(host, "servers", ENDPOINT, 80)
    assert not reaches(host, "servers", RESOLVER, 443)
    assert not reaches(host, "desktops", ENDPOINT, 443)
    assert not reaches(host, "hub", SERVER, 443)


@pytest.mark.parametrize(("source", "arrives"), [("192.0.2.10", True), ("198.51.100.9", False)])
def test_a_circuit_lets_ipsec_of_a_hub_in_and_of_nobody_else(host: Host, source: str, arrives: bool) -> None:
    within(host, "circuit-a", "ip address replace 192.0.2.10/32 dev lo")
    sending = f"echo hello | ip netns exec circuit-a nc -u -w 1 -s {source} 198.51.100.10 4500"
    got = host.run(
        f"timeout 3 nc -u -l 198.51.100.10 4500 > /tmp/got & sleep 0.3; {sending}; wait; cat /tmp/got; rm /tmp/got"
    )
    assert ("hello" in got.stdout) == arrives


@pytest.mark.parametrize("source", ["198.51.100.9", "192.0.2.77"])
def test_what_a_circuit_passes_on_is_answered_by_the_same_circuit(host: Host, source: str) -> None:
    """Also to an address anywhere, to which all else would go another way."""
    within(host, "circuit-a", "ip address replace 192.0.2.77/32 dev lo")
    before = counted(host, "forwarded")
    asked = f"(echo hello; sleep 2) | ip netns exec circuit-a timeout 3 nc -u -s {source} 198.51.100.10 51820"
    answering = "ip netns exec servers sh -c 'echo hello back | timeout 3 nc -u -l 51820'"
    answered = host.run(f"{answering} > /tmp/asked & sleep 0.3; {asked}; cat /tmp/asked; rm /tmp/asked")
    assert answered.stdout.split("\n")[:2] == ["hello back", "hello"]
    assert counted(host, "forwarded") == before + 1


def test_a_circuit_passes_on_nothing_else(host: Host) -> None:
    within(host, "circuit-a", f"ip route replace {SERVER}/32 via 198.51.100.10")
    for target, port in ((SERVER, 51820), ("198.51.100.10", 51821)):
        sending = f"echo hello | ip netns exec circuit-a nc -u -w 1 {target} {port}"
        got = host.run(
            f"ip netns exec servers timeout 3 nc -u -l {port} > /tmp/got & sleep 0.3; {sending}; wait; cat /tmp/got; rm /tmp/got"
        )
        assert got.stdout == "", (target, port)
    within(host, "circuit-a", f"ip route delete {SERVER}/32 via 198.51.100.10")


def test_a_reload_keeps_connections(host: Host) -> None:
    sending = f"(echo before; sleep 2; echo after) | ip netns exec desktops nc -N -w 5 {SERVER} 443"
    receiving = "ip netns exec servers timeout 9 nc -l 443"
    received = host.check_output(f"{receiving} & sleep 0.3; ({sending}) & sleep 1; systemctl reload nftables; wait")
    assert received == "before\nafter"


@pytest.mark.parametrize(
    "service", ["nftables", "frr", "ulogd2", "router-forwards", "wg-quick@wg-a-far", "wg-quick@wg-b-far"]
)
def test_everything_comes_back_by_itself_after_a_power_cut(host: Host, service: str) -> None:
    assert host.service(service).is_enabled
    assert host.service(service).is_running


def test_private_keys_are_roots_alone(host: Host) -> None:
    assert host.file("/etc/wireguard/wg-a-far.conf").mode == 0o600
    assert host.file("/etc/wireguard/wg-a-far.conf").user == "root"


def test_the_far_end_is_reached_by_its_own_carrier(host: Host) -> None:
    assert " via 198.51.100.9 dev circuit-a " in host.check_output("ip route get 198.51.100.18")


def test_nothing_is_pending_after_a_run(pending: Callable[[], str]) -> None:
    assert pending() == ""


@pytest.mark.parametrize(
    ("by_hand", "found"),
    [
        ("nft flush chain inet router forward && nft delete table inet router", "nftables reloaded"),
        ("vtysh -c 'configure terminal' -c 'ip route 192.0.2.0/24 blackhole'", "frr reloaded"),
        ("wg set wg-a-far listen-port 51999", "wg-quick@wg-a-far reloaded"),
        ("ip rule flush protocol 210", "router-forwards restarted"),
    ],
)
def test_what_was_changed_by_hand_is_pending(host: Host, pending: Callable[[], str], by_hand: str, found: str) -> None:
    host.check_output(by_hand)
    assert pending() == found
