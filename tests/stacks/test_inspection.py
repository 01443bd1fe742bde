"""What the hubs' firewalls let pass, held against the flows."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from pyops.estate import Estate
from pyops.estate.azure import ip_group, private_zones
from pyops.estate.network import Protocol
from pyops.estate.reachability import passages, ports, reaches_spokes
from tests.stacks.conftest import Inputs

pytestmark = pytest.mark.engine

Allowed = set[tuple[str, str, str, str]]
"""From a set of addresses to another, with a protocol and its ports."""


def rules(planned: Inputs, group: str) -> list[Mapping[str, Any]]:
    collections = planned["FirewallPolicyRuleCollectionGroup", group]["ruleCollections"]
    assert {collection["action"]["type"] for collection in collections} == {"Allow"}
    return [rule for collection in collections for rule in collection["rules"]]


def passing(planned: Inputs) -> Iterator[tuple[str, str, str, str]]:
    """Everything that the rules between sites let pass, pair by pair and port by port."""
    for rule in rules(planned, "between-sites"):
        for start in rule["sourceIpGroups"]:
            for end in rule["destinationIpGroups"]:
                for protocol in rule["ipProtocols"]:
                    yield from ((start, end, protocol, port) for port in rule["destinationPorts"])


def wanted(estate: Estate) -> Allowed:
    """What the flows let pass between sites, by the same matrix that people read."""
    return {
        (
            ip_group(estate, passage.from_site, passage.from_zone),
            ip_group(estate, passage.to_site, passage.to_zone),
            port.protocol.upper(),
            "*" if port.protocol is Protocol.ICMP else port.ports,
        )
        for passage in passages(estate)
        if passage.from_site != passage.to_site
        for port in ports(estate, passage.services)
    }


def test_the_hubs_let_pass_between_sites_what_the_flows_allow_and_nothing_else(estate: Estate, planned: Inputs) -> None:
    found = list(passing(planned))
    assert set(found) == wanted(estate)
    assert len(set(found)) > len(estate.flows)


def test_a_flow_within_sites_makes_no_rule_in_the_hubs(estate: Estate, planned: Inputs) -> None:
    assert not [rule["name"] for rule in rules(planned, "between-sites") if "servers-to-management" in rule["name"]]
    ends = {(start, end) for start, end, _, _ in passing(planned)}
    assert (ip_group(estate, "banbury", "servers"), ip_group(estate, "towcester", "servers")) in ends
    assert not [site for site in estate.sites if (ip_group(estate, site, "servers"),) * 2 in ends]


def test_rules_are_named_for_what_they_allow_each_once(planned: Inputs) -> None:
    names = [rule["name"] for group in ("between-sites", "to-spokes") for rule in rules(planned, group)]
    assert len(names) == len(set(names))
    [kerberos] = [
        rule for rule in rules(planned, "between-sites") if rule["name"] == "banbury-desktops-to-servers-kerberos-udp"
    ]
    assert (kerberos["ipProtocols"], kerberos["destinationPorts"]) == (["UDP"], ["88", "464"])
    [rpc] = [rule for rule in rules(planned, "between-sites") if rule["name"] == "towcester-servers-to-servers-rpc-tcp"]
    assert rpc["destinationPorts"] == ["135", "49152-49160"]


def test_sets_of_addresses_are_the_zones_and_the_routers_own_loopbacks(estate: Estate, planned: Inputs) -> None:
    expected = {
        f"ipg-{site.id}-{zone.id}": [str(zone.prefix)] for site in estate.sites.values() for zone in site.zones.values()
    }
    for site in estate.sites.values():
        expected[f"ipg-{site.id}-{estate.gateway_pool.zone}"].append(f"{site.routing.loopback}/32")
    expected["ipg-hubs"] = [str(hub.prefix) for hub in estate.azure.hubs.values()]
    assert {name: found["ipAddresses"] for (kind, name), found in planned.items() if kind == "IpGroup"} == expected


def test_hosts_reach_resolvers_by_dns_and_endpoints_by_their_names_alone(estate: Estate, planned: Inputs) -> None:
    hosts = [ip_group(estate, site, zone) for site in estate.sites for zone in reaches_spokes(estate, site)]
    assert not [group for group in hosts if group.endswith("desktops")]
    names, endpoints = rules(planned, "to-spokes")
    assert names["sourceIpGroups"] == hosts
    assert names["destinationAddresses"] == ["10.100.4.132", "10.101.4.132"]
    assert (names["ipProtocols"], names["destinationPorts"]) == (["TCP", "UDP"], ["53"])
    assert endpoints["sourceIpGroups"] == [*hosts, ip_group(estate, "hubs")]
    assert endpoints["protocols"] == [{"protocolType": "Https", "port": 443}]
    assert endpoints["targetFqdns"] == [zone.replace("privatelink", "*") for zone in private_zones(estate)]
