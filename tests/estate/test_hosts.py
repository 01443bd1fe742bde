"""Names and addresses follow from the model, the same on every reading."""

from ipaddress import IPv4Address

from pyops.estate import Estate
from pyops.estate.hosts import servers_of


def test_servers_are_named_and_addressed_by_site_pool_and_number(production: Estate) -> None:
    application = servers_of(production.sites["banbury"], production.pools["application"])

    assert [(server.name, str(server.address)) for server in application] == [
        ("banbury-application-01", "10.10.20.40"),
        ("banbury-application-02", "10.10.20.41"),
        ("banbury-application-03", "10.10.20.42"),
    ]


def test_a_router_holds_every_gateway_and_its_circuits_its_own_zone_first(lab: Estate) -> None:
    (router,) = servers_of(lab.sites["stratford"], lab.gateway_pool)

    assert [(port.name, str(port.address), port.zone, port.carrier) for port in router.interfaces] == [
        ("management", "10.30.0.1", "management", None),
        ("servers", "10.30.20.1", "servers", None),
        ("desktops", "10.30.32.1", "desktops", None),
        ("circuit-a", "198.51.100.26", None, "a"),
        ("circuit-b", "203.0.113.26", None, "b"),
    ]
    assert router.address == IPv4Address("10.30.0.1")


def test_a_mac_is_the_address_behind_a_locally_administered_beginning(lab: Estate) -> None:
    server = next(server for server in lab.servers if server.name == "banbury-directory-01")

    assert server.interfaces[0].mac == "02:00:0a:0a:14:0a"


def test_all_names_addresses_and_macs_are_different(production: Estate) -> None:
    ports = [port for server in production.servers for port in server.interfaces]

    assert len({server.name for server in production.servers}) == len(production.servers) == 35
    assert len({port.address for port in ports}) == len({port.mac for port in ports}) == len(ports)


def test_a_link_has_an_address_and_an_interface_at_each_end(lab: Estate) -> None:
    link = lab.links["towcester-stratford-b"]

    assert [str(link.address(site)) for site in link.sites] == ["172.31.2.2", "172.31.2.3"]
    assert link.interface("towcester") == "wg-b-stratford"
    assert link.interface("stratford") == "wg-b-towcester"
    assert [one.id for one in lab.links_of("stratford")] == [name for name in lab.links if "stratford" in name]


def test_the_management_addresses_are_those_of_servers_and_of_desks_with_a_planned_one(
    lab: Estate, production: Estate
) -> None:
    assert str(lab.addresses["cdc-d0001"]) == "10.10.32.101"
    assert str(lab.addresses["towcester-router-01"]) == "10.20.0.1"
    assert set(production.addresses) == {server.name for server in production.servers}
