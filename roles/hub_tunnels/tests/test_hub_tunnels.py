"""A real tunnel to a hub that is a namespace inside the host: strongSwan of its own at the far end, and BGP over both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from testinfra.host import Host

from tests.roles.units import due

FILES = Path(__file__).parents[1] / "files"
PEERING, HUB_PEERING, BEHIND_THE_HUB = "172.30.1.1", "10.100.0.12", "10.97.1.10"
HUB = """
set -e
ip netns add hub
ip link add circuit-a type veth peer name port netns hub
ip address add 198.51.100.10/29 dev circuit-a
ip link set circuit-a up
ip route add 192.0.2.10/32 via 198.51.100.9
ip address add 172.30.1.1/32 dev lo
ip netns exec hub sh -ec '
    ip address add 198.51.100.9/29 dev port
    ip address add 192.0.2.10/32 dev lo
    ip address add 10.100.0.12/32 dev lo
    ip address add 10.97.1.10/24 dev lo
    ip link set port up
    ip link set lo up'
mkdir -p /run/hub
sed '/^charon/s/charon/charon-systemd/; /plugins {/a include /etc/strongswan.d/charon/*.conf\\nvici {\\nsocket = unix:///run/hub/vici\\n}' \
    /etc/strongswan.d/hub_tunnels.conf > /run/hub/strongswan.conf
sed -i '/^charon-systemd/a load_modular = yes' /run/hub/strongswan.conf
sed 's/198.51.100.10/there/; s/192.0.2.10/198.51.100.10/; s/there/192.0.2.10/; s/_action = start/_action = none/' \
    /etc/swanctl/conf.d/hub_tunnels.conf > /run/hub/swanctl.conf
systemd-run --quiet --unit hub --property NetworkNamespacePath=/run/netns/hub --setenv STRONGSWAN_CONF=/run/hub/strongswan.conf \
    /usr/sbin/charon-systemd
until swanctl --load-all --uri unix:///run/hub/vici --file /run/hub/swanctl.conf > /dev/null 2>&1; do sleep 0.2; done
ip netns exec hub ip route add 172.30.1.1/32 dev ipsec0
systemctl restart strongswan
ip route add 10.100.0.12/32 dev ipsec0 src 172.30.1.1
"""
NO_HUB = """
for place in site hub; do for daemon in bgpd zebra; do pkill --pidfile /run/frr/$place/$daemon.pid; done; done
systemctl stop hub
ip netns delete hub
ip link delete circuit-a
ip address delete 172.30.1.1/32 dev lo
ip route delete 10.100.0.12/32
rm -rf /run/hub /run/frr/site /run/frr/hub /etc/frr/site /etc/frr/hub
true
"""
SPEAKER = """
mkdir -p /etc/frr/{place} /run/frr/{place} && chown frr /run/frr/{place}
echo 'no zebra nexthop kernel enable' > /etc/frr/{place}/zebra.conf
cat > /etc/frr/{place}/bgpd.conf <<'X'
router bgp {asn}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {peer} remote-as {peer_asn}
 neighbor {peer} ebgp-multihop 255
 neighbor {peer} update-source {own}
 neighbor {peer} timers 1 3
 neighbor {peer} timers connect 1
 address-family ipv4 unicast
  network {network}
X
chown -R frr /etc/frr/{place}
for daemon in zebra bgpd; do {within} /usr/lib/frr/$daemon -d -N {place} -f /etc/frr/{place}/$daemon.conf -A 127.0.0.1 -P 0; done
"""
WAIT = "for _ in $(seq 60); do {} && exit 0; sleep 0.5; done; exit 1"


def waited(host: Host, condition: str) -> bool:
    """Whether something came about, with half a minute's patience."""
    return host.run("sh -c %s", WAIT.format(condition)).rc == 0


@pytest.fixture(scope="module", autouse=True)
def hub(host: Host) -> Iterator[None]:
    host.run("bash -c %s", NO_HUB)
    host.check_output("env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends frr nftables")
    host.check_output("systemctl disable --now frr")
    host.check_output("bash -c %s", HUB)
    yield
    host.run("bash -c %s", NO_HUB)
    host.check_output("systemctl restart strongswan")


@pytest.fixture(scope="module")
def bgp(host: Host) -> None:
    """Both ends speak BGP as the site's router and the hub's gateway do, each in a process of its own."""
    site = {"place": "site", "asn": 64601, "own": PEERING, "network": "10.98.1.0/24", "within": ""}
    far = {"place": "hub", "asn": 65515, "own": HUB_PEERING, "network": "10.97.1.0/24", "within": "ip netns exec hub"}
    for one, other in ((site, far), (far, site)):
        host.check_output("bash -c %s", SPEAKER.format(**one, peer=other["own"], peer_asn=other["asn"]))


def test_a_packet_arrives_and_nobody_on_the_carrier_can_read_it(host: Host) -> None:
    assert waited(host, f"ping -c 1 -W 1 {HUB_PEERING} > /dev/null")
    clear = "table inet seen { chain carrier { type filter hook prerouting priority raw; iifname port ip protocol icmp counter; iifname port udp dport 4500 counter; }; }"
    host.check_output("ip netns exec hub nft %s", clear)
    host.check_output("ping -c 5 -i 0.2 %s", HUB_PEERING)
    in_clear, encrypted = [
        line
        for line in host.check_output("ip netns exec hub nft list table inet seen").splitlines()
        if "packets" in line
    ]
    assert "packets 0 " in in_clear
    assert int(encrypted.split("packets ")[1].split()[0]) >= 5


def test_the_algorithms_are_the_hubs_own(host: Host) -> None:
    assert waited(host, "swanctl --list-sas 2> /dev/null | grep -q INSTALLED")
    shown = host.check_output("swanctl --list-sas 2> /dev/null")
    assert "AES_CBC-256/HMAC_SHA2_384_192/PRF_HMAC_SHA2_384/ECP_384" in shown
    assert "ESP:AES_GCM_16-256" in shown


@pytest.mark.usefixtures("bgp")
def test_a_route_is_learned_from_the_hub_and_used(host: Host) -> None:
    assert waited(host, "ip route show 10.97.1.0/24 | grep -q ipsec0")
    assert " dev ipsec0 " in host.check_output("ip route get %s", BEHIND_THE_HUB)
    assert host.run("ping -c 2 -W 2 -I %s %s", PEERING, BEHIND_THE_HUB).rc == 0


@pytest.mark.usefixtures("bgp")
def test_a_route_goes_with_the_tunnel_and_comes_back_with_it(host: Host) -> None:
    assert waited(host, "ip route show 10.97.1.0/24 | grep -q ipsec0")
    host.check_output("ip link set circuit-a down")
    gone = waited(host, "! ip route show 10.97.1.0/24 | grep -q ipsec0")
    host.check_output("ip link set circuit-a up && ip route replace 192.0.2.10/32 via 198.51.100.9")
    assert gone
    assert waited(host, f"ping -c 1 -W 1 -I {PEERING} {BEHIND_THE_HUB} > /dev/null")


def test_nothing_else_of_the_host_goes_through_the_tunnel(host: Host) -> None:
    assert " dev plain " in host.check_output("ip route get 10.99.0.254")
    assert "ipsec0" not in host.check_output("ip route show table main").replace(f"{HUB_PEERING} dev ipsec0", "")


def test_keys_are_roots_alone(host: Host) -> None:
    file = host.file("/etc/swanctl/conf.d/hub_tunnels.conf")
    assert (file.mode, file.user) == (0o600, "root")


def test_it_comes_back_by_itself_after_a_power_cut(host: Host) -> None:
    assert host.service("strongswan").is_enabled
    assert host.service("strongswan").is_running


def test_what_was_stopped_or_written_by_hand_is_due(host: Host) -> None:
    strongswan = {"name": "strongswan", "reads": ["/etc/swanctl/conf.d/hub_tunnels.conf"]}
    assert due(host, strongswan) == []
    host.check_output("touch /etc/swanctl/conf.d/hub_tunnels.conf")
    assert due(host, strongswan, is_check=False) == ["strongswan restarted"]
    assert due(host, strongswan) == []
    host.check_output("systemctl stop strongswan")
    assert due(host, strongswan, is_check=False) == ["strongswan started"]


def test_what_is_no_longer_planned_is_found(host: Host) -> None:
    script = (FILES / "found.sh").read_text(encoding="utf-8")
    planned = ["file:/etc/strongswan.d/hub_tunnels.conf", "file:/etc/swanctl/conf.d/hub_tunnels.conf"]
    assert host.check_output("sh -c %s found " + " ".join(planned), script) == ""
    assert host.check_output("sh -c %s found " + planned[0], script) == "file /etc/swanctl/conf.d/hub_tunnels.conf"
