"""VPN sites and their links, and the connections to hubs' gateways.

Sources: Microsoft's VPN gateway and Virtual WAN documentation (at most four links, one address or name per link, a BGP
peer that is not the device's public address, AS numbers that Azure keeps for itself). That two links of one site may
not share a BGP peer is believed, not established.
"""

from collections.abc import Iterator

from pyops.emulator.identity import key
from pyops.emulator.parts import part
from pyops.emulator.rules.rule import Rule, Rules, Write
from pyops.emulator.values import Properties, at

_MOST_LINKS = 4
_KEPT_ASNS = (
    range(8074, 8076),
    range(12076, 12077),
    range(23456, 23457),
    range(64496, 64512),
    range(65515, 65516),
    range(65517, 65521),
    range(65535, 65552),
)
"""AS numbers that a site's device cannot have: Azure's own, and those that IANA keeps."""


def _site_problems(inputs: Properties) -> Iterator[str]:
    links = [link for link in at(inputs, "vpnSiteLinks[]") if isinstance(link, dict)]
    if len(links) > _MOST_LINKS:
        yield f"vpnSiteLinks: {len(links)} of them, a site has at most {_MOST_LINKS}"
    for number, link in enumerate(links):
        yield from _link_problems(link, f"vpnSiteLinks[{number}]")
    yield from _repeated(links, "name", "name")
    yield from _repeated(links, "bgpProperties.bgpPeeringAddress", "BGP peer")


def _link_problems(link: Properties, path: str) -> Iterator[str]:
    if "ipAddress" not in link and "fqdn" not in link:
        yield f"{path}: neither ipAddress nor fqdn, a link needs one"
    for asn in at(link, "bgpProperties.asn"):
        if isinstance(asn, int) and any(asn in kept for kept in _KEPT_ASNS):
            yield f"{path}.bgpProperties.asn: {asn}, Azure keeps this AS number"
    for peer in at(link, "bgpProperties.bgpPeeringAddress"):
        if isinstance(peer, str) and peer == link.get("ipAddress"):
            yield f"{path}.bgpProperties.bgpPeeringAddress: {peer}, must not be the device's public address"


def _repeated(links: list[Properties], path: str, what: str) -> Iterator[str]:
    found = [one for link in links for one in at(link, path) if isinstance(one, str)]
    for one in sorted({one for one in found if found.count(one) > 1}):
        yield f"vpnSiteLinks: the {what} {one} twice, each link has its own"


def _removed_links(write: Write) -> Iterator[str]:
    now = {str(name).lower() for name in at(write.inputs, "vpnSiteLinks[].name")}
    for name in at(write.before or {}, "vpnSiteLinks[].name"):
        users = write.neighbours.users(f"{write.id}/vpnSiteLinks/{name}") if str(name).lower() not in now else []
        if users:
            yield f"its link {name} is in use by {users[0].id}, a link in use cannot be removed"


def _connection_problems(write: Write) -> Iterator[str]:
    sites = [key(site) for site in at(write.inputs, "remoteVpnSite.id")]
    for link in at(write.inputs, "vpnLinkConnections[]"):
        for arm_id in at(link, "vpnSiteLink.id"):
            if not any(key(arm_id).startswith(f"{site}/") for site in sites):
                yield f"its link {arm_id} is not one of the site that it connects"
            found = part(arm_id, write.neighbours)
            if found and link.get("enableBgp") and "bgpProperties" not in found:
                yield f"its link {arm_id} has no BGP peer, enableBgp needs one"


RULES: Rules = {
    "azure-native:network:VpnSite": (
        Rule(
            "more than four links, a link without address, a kept AS number, a BGP peer twice (believed) or public",
            alone=_site_problems,
        ),
        Rule("removing a link in use", among=_removed_links),
    ),
    "azure-native:network:VpnConnection": (
        Rule("a link of another site, BGP over a link without a peer", among=_connection_problems),
    ),
}
