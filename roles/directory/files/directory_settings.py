"""What is set once for all controllers: sites and their prefixes, the link, rules for passwords, names of hosts.

Argument: `read` prints each difference between the directory and what is planned, one a line; `apply` takes them away
and prints the same. Standard input: JSON with sites (prefixes by name), records (addresses by name), computers (the
controllers, whose own records are theirs), and the rules for passwords. Both work on the controller's own database, so
they need no password.
"""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import ldb
from samba import sites, subnets
from samba.auth import system_session
from samba.dcerpc import dnsp
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

Difference = tuple[str, Callable[[], Any]]

MINE = "in the model"  # on each name that was written from it, so that it can be told from those that hosts registered
LINK_MINUTES = 15  # the shortest that the format knows; notices come at once all the same
NOTIFY = 1  # options of a link: changes are told, not asked for (MS-ADTS 6.1.1.2.2.3.2)
COMPLEX = 1  # pwdProperties: characters of three kinds (MS-SAMR 2.2.1.12)
NEVER = -0x8000000000000000
MINUTE, DAY = -600_000_000, -864_000_000_000  # intervals are negative, in units of 100 ns
ADDRESS_SECONDS = 900


def text(value: Any) -> str:
    """A value in words."""
    return str(value) if value is not None else "none"


def site_differences(db: SamDB, config: str, planned: dict[str, list[str]]) -> Iterator[Difference]:
    """Sites that are missing. A site that is no longer planned stays: computers may still be in it."""
    found = {str(one["cn"]) for one in db.search(f"CN=Sites,{config}", expression="(objectClass=site)", attrs=["cn"])}
    for site in sorted(planned.keys() - found):
        yield f"site {site}: none", lambda site=site: sites.create_site(db, config, site)


def prefix_differences(db: SamDB, config: str, planned: dict[str, list[str]]) -> Iterator[Difference]:
    """Prefixes that are missing, are another site's or no longer planned."""
    wanted = {prefix: site for site, prefixes in planned.items() for prefix in prefixes}
    rows = db.search(f"CN=Subnets,CN=Sites,{config}", expression="(objectClass=subnet)", attrs=["cn", "siteObject"])
    found = {str(row["cn"]): ldb.Dn(db, text(row.get("siteObject"))).get_rdn_value() for row in rows}
    for prefix in sorted(found.keys() - wanted.keys()):
        yield f"prefix {prefix}: not planned", lambda prefix=prefix: subnets.delete_subnet(db, config, prefix)
    for prefix, site in sorted(wanted.items()):
        if prefix not in found:
            yield f"prefix {prefix}: none", lambda p=prefix, s=site: subnets.create_subnet(db, config, p, s)
        elif found[prefix] != site:
            words = f"prefix {prefix}: {found[prefix]}, not {site}"
            yield words, lambda p=prefix, s=site: subnets.set_subnet_site(db, config, p, s)


def link_differences(db: SamDB, config: str, planned: dict[str, list[str]]) -> Iterator[Difference]:
    """One link for all sites: samba-tool makes sites without putting them on any."""
    dn = f"CN=DEFAULTIPSITELINK,CN=IP,CN=Inter-Site Transports,CN=Sites,{config}"
    (row,) = db.search(dn, ldb.SCOPE_BASE, attrs=["siteList", "replInterval", "options"])
    linked = {ldb.Dn(db, str(one)).get_rdn_value() for one in row.get("siteList", [])}
    for site in sorted(planned.keys() - linked):
        value = f"CN={site},CN=Sites,{config}"
        yield f"link: without {site}", lambda value=value: modify(db, dn, "siteList", value, ldb.FLAG_MOD_ADD)
    yield from value_differences(db, dn, row, {"replInterval": LINK_MINUTES, "options": NOTIFY})


def rule_differences(db: SamDB, planned: dict[str, Any]) -> Iterator[Difference]:
    """Rules for passwords and lock-out, and who may let a computer join: administrators alone."""
    domain = str(db.get_default_basedn())
    window = planned["lockout_minutes"] * MINUTE
    values = {
        "minPwdLength": planned["password_length"],
        "pwdHistoryLength": planned["password_history"],
        "minPwdAge": 0,
        "maxPwdAge": planned["password_days"] * DAY or NEVER,
        "lockoutThreshold": planned["lockout_attempts"],
        "lockoutDuration": window,
        "lockOutObservationWindow": window,
        "ms-DS-MachineAccountQuota": 0,
    }
    (row,) = db.search(domain, ldb.SCOPE_BASE, attrs=[*values, "pwdProperties"])
    properties = int(text(row["pwdProperties"])) & ~COMPLEX | (COMPLEX if planned["password_complexity"] else 0)
    yield from value_differences(db, domain, row, {**values, "pwdProperties": properties})


def value_differences(db: SamDB, dn: str, row: ldb.Message, planned: dict[str, int]) -> Iterator[Difference]:
    """Attributes of an object with another value than planned."""
    for name, value in planned.items():
        found = text(row.get(name, idx=0))
        if found != str(value):
            words = f"{name}: {found}, not {value}"
            yield words, lambda n=name, v=value: modify(db, dn, n, str(v), ldb.FLAG_MOD_REPLACE)


def modify(db: SamDB, dn: str, name: str, value: str, flag: int) -> None:
    """Add a value to an attribute, or replace it."""
    message = ldb.Message(ldb.Dn(db, dn))
    message[name] = ldb.MessageElement(value, flag, name)
    db.modify(message)


def name_differences(db: SamDB, planned: dict[str, Any]) -> Iterator[Difference]:
    """Names of hosts with another address than planned, or that were planned once."""
    domain = db.domain_dns_name()
    zone = f"DC={domain},CN=MicrosoftDNS,DC=DomainDnsZones,{db.get_default_basedn()}"
    wanted = {name: address for name, address in planned["records"].items() if name not in planned["computers"]}
    rows = db.search(zone, ldb.SCOPE_ONELEVEL, "(objectClass=dnsNode)", attrs=["name", "dnsRecord", "description"])
    nodes = {str(row["name"]).lower(): row for row in rows}
    for name, row in sorted(nodes.items()):
        if text(row.get("description", idx=0)) == MINE and name not in wanted:
            yield f"name {name}: not planned", lambda dn=row.dn: db.delete(dn)
    for name, address in sorted(wanted.items()):
        found = addresses(nodes[name]) if name in nodes else []
        if found != [address] or text(nodes[name].get("description", idx=0)) != MINE:
            words = f"name {name}: {' '.join(found) or 'none'}, not {address}"
            yield words, lambda n=name, a=address: write_name(db, f"DC={n},{zone}", a, nodes.get(n))


def addresses(node: ldb.Message) -> list[str]:
    """The addresses of a name. A record of type 0 is the mark of a name that was taken away."""
    records = [ndr_unpack(dnsp.DnssrvRpcRecord, bytes(one)) for one in node.get("dnsRecord", [])]
    return sorted(str(one.data) for one in records if one.wType == dnsp.DNS_TYPE_A)


def write_name(db: SamDB, dn: str, address: str, node: ldb.Message | None) -> None:
    """Have a name lead to one address and to nothing else."""
    record = dnsp.DnssrvRpcRecord()
    record.wType, record.rank, record.dwSerial = dnsp.DNS_TYPE_A, dnsp.DNS_RANK_ZONE, 1
    record.dwTtlSeconds, record.data = ADDRESS_SECONDS, address
    values = {"dnsRecord": ndr_pack(record), "description": MINE, "dNSTombstoned": "FALSE"}
    if node is None:
        db.add({"dn": dn, "objectClass": "dnsNode", **values})
        return
    message = ldb.Message(node.dn)
    for name, value in values.items():
        message[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
    db.modify(message)


def differences(db: SamDB, planned: dict[str, Any]) -> Iterator[Difference]:
    """All of them, in the order in which they are taken away: a prefix needs its site."""
    config = str(db.get_config_basedn())
    yield from site_differences(db, config, planned["sites"])
    yield from prefix_differences(db, config, planned["sites"])
    yield from link_differences(db, config, planned["sites"])
    yield from rule_differences(db, planned)
    yield from name_differences(db, planned)


def main(verb: str) -> None:
    """Print the differences, and take them away where that is asked for."""
    parameters = LoadParm()
    parameters.load_default()
    db = SamDB(session_info=system_session(parameters), lp=parameters)
    for words, take_away in list(differences(db, json.load(sys.stdin))):
        if verb == "apply":
            take_away()
        sys.stdout.write(f"{words}\n")


main(sys.argv[1])
