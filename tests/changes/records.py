"""Hand-made change records, one for each case that a board meets, for tests of the page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pyops.changes.record import (
    BackOut,
    Base,
    BlindSpot,
    Churn,
    Claim,
    EstateEdit,
    Outage,
    Passage,
    PropertyEdit,
    Record,
    ResourceChange,
    Risk,
    RiskInput,
    TaskChange,
    TextEdit,
    Touched,
    Window,
)

SITES = ("banbury", "stratford", "towcester")
PARTNERS = ("cherwell", "stratford", "south_northants")
HELD = tuple(
    Claim(f"proof_{number}", "resilience", f"with site {site} lost, every service is up", True, True)
    for number, site in enumerate(SITES)
)
STILL = Record(
    id="2026-11-28-1a2b3c4d",
    environment="lab",
    title="Nothing",
    author="ict.engineer@cherwell",
    drafted="2026-11-28T09:00:00+00:00",
    window=Window("2026-11-28T19:00:00+00:00", "2026-11-28T22:00:00+00:00"),
    estate=(),
    resources=(),
    tasks=(),
    churn=(),
    blind=(),
    passages=(),
    claims=HELD,
    outage=Outage(False, ("nothing changes",)),
    touched=Touched(),
    risk=Risk("standard", 0, (), {}),
    back_out=BackOut(("Nothing is to be brought back.",), True),
    base=Base({"estate.yml": "a" * 64}, {"estate.yml": "b" * 64}, {"revision": "c" * 40}, {}, {"network": "d" * 64}),
    predicted={"resources": 40, "results": 600},
)
RISK = Risk(
    "normal",
    4,
    (RiskInput("touches 1 site", 1), RiskInput("changes what runs", 3)),
    {"partner cherwell": "its site banbury changes"},
)
BACK = BackOut(("Apply the estate as it was.", "Resources that are new are deleted."), True)


def made(title: str, **parts: Any) -> Record:
    """A record of a change at banbury, but for what is said otherwise."""
    usual: Mapping[str, Any] = {
        "touched": Touched(("banbury",), ("cherwell",), ("service_desk",), (), 1, 1),
        "outage": Outage(False, ("nothing that serves is replaced or deleted",)),
        "risk": RISK,
        "back_out": BACK,
    }
    return replace(STILL, title=title, **{**usual, **parts})


def resource(name: str, operation: Any, *edits: PropertyEdit, **parts: Any) -> ResourceChange:
    kind = parts.pop("type", "azure-native:azurestackhci:VirtualMachineInstance")
    stack, site = parts.pop("stack", "server_pool"), parts.pop("site", "banbury")
    return ResourceChange(
        stack, f"urn:pulumi:lab::{stack}::{kind}::{name}", kind, name, operation, site, edits, **parts
    )


def task(role: str, words: str, hosts: tuple[str, ...], *edits: TextEdit, **parts: Any) -> TaskChange:
    handler, hidden = parts.get("is_handler", False), parts.get("is_hidden", False)
    return TaskChange(role, words, f"roles/{role}/tasks/main.yml:1", "template", handler, hosts, edits, hidden)


def edit(words: str, path: str, kind: Any = "changed") -> EstateEdit:
    return EstateEdit(kind, words, (path,))


def server_more() -> Record:
    return made(
        "A server more",
        estate=(edit("banbury gets 1 more application server: 2", "pools.application.count.banbury"),),
        resources=(resource("banbury-application-02", "create", causes=(0,)),),
        tasks=(
            task(
                "node_exporter",
                "Tell what is scraped",
                ("banbury-control-01",),
                TextEdit(
                    "targets.yml", "- banbury-application-01\n", "- banbury-application-01\n- banbury-application-02\n"
                ),
            ),
        ),
        blind=(BlindSpot("not there yet", "the host does not exist yet", ("banbury-application-02",)),),
    )


def flow_more() -> Record:
    words = "desktops at banbury may reach servers at stratford on 443/tcp"
    return made(
        "A flow more",
        estate=(edit(words, "flows.desk_web", "added"),),
        passages=(Passage("added", words),),
        tasks=(
            task(
                "firewall",
                "Write the rules",
                ("banbury-router-01", "stratford-router-01"),
                TextEdit("/etc/nftables.conf", "drop\n", "tcp dport 443 accept\ndrop\n"),
            ),
            task("firewall", "Load the rules", ("banbury-router-01", "stratford-router-01"), is_handler=True),
        ),
        touched=Touched(SITES[:2], PARTNERS[:2], (), (), 2, 0),
    )


def address_moved() -> Record:
    address = PropertyEdit("properties.ipAddress", '"10.1.20.12"', '"10.1.20.20"', forces_replacement=True)
    kind = "azure-native:azurestackhci:NetworkInterface"
    return made(
        "An address moved",
        estate=(edit("banbury-application-01 moves from 10.1.20.12 to 10.1.20.20", "servers.banbury-application-01"),),
        resources=(
            resource("banbury-application-01", "update", PropertyEdit("properties.nic", '"a"', '"b"'), causes=(0,)),
            resource("banbury-application-01-nic", "replace", address, type=kind, causes=(0,)),
        ),
        outage=Outage(True, ("banbury-application-01-nic (NetworkInterface) is replaced",)),
        touched=Touched(("banbury",), ("cherwell",), ("service_desk",), ("web",), 1, 2),
    )


def site_added() -> Record:
    kinds = ("LogicalNetwork", "NetworkSecurityGroup", "VirtualHardDisk")
    return made(
        "A site added",
        estate=(
            edit("site daventry of partner cherwell is new", "sites.daventry", "added"),
            edit("link banbury-daventry-a is new", "links.banbury-daventry-a", "added"),
        ),
        resources=tuple(
            resource(
                f"daventry-{number}", "create", type=f"azure-native:azurestackhci:{kind}", site="daventry", causes=(0,)
            )
            for kind in kinds
            for number in range(4)
        ),
        claims=(*HELD, Claim("mirrors_reached", "patch", "every site has a mirror", True, False, "daventry has none")),
        blind=(
            BlindSpot("not there yet", "the host does not exist yet", tuple(f"daventry-host-{n}" for n in range(6))),
        ),
        touched=Touched(("banbury", "daventry"), ("cherwell",), (), (), 6, 12),
    )


def baseline_moved() -> Record:
    hosts = tuple(f"{site}-application-01" for site in SITES)
    before, after = "baseline 2026-11-01\n", "baseline 2026-11-24\n"
    return made(
        "The package baseline moves to 2026-11-24",
        estate=(edit("packages move from baseline 2026-11-01 to 2026-11-24", "patches.baseline"),),
        tasks=(task("patch_level", "Write the level", hosts, TextEdit("/etc/pyops/level", before, after)),),
        blind=(BlindSpot("depends on skipped", "patch_level: Install what the ring carries", hosts),),
        touched=Touched(SITES, PARTNERS, (), (), 3, 0),
    )


def secret_rotated() -> Record:
    return made(
        "The backup secret is rotated",
        estate=(edit("the secret backup_key is new", "secrets.backup_key"),),
        resources=(
            resource("backup-vault", "update", PropertyEdit("properties.key", None, None, is_secret=True), causes=(0,)),
        ),
        tasks=(task("backup", "Write the key", ("banbury-control-01",), is_hidden=True),),
    )


def nothing_changed() -> Record:
    return STILL


def version_only() -> Record:
    words = "2024-01-01 becomes 2025-06-01"
    churn = tuple(Churn("api version", "network", "LogicalNetwork", f"{site}-servers", words) for site in SITES)
    return replace(STILL, title="Provider upgrade", churn=churn)


def one_site_differs() -> Record:
    sizes = {"banbury": ("12", "20"), "stratford": ("12", "20"), "towcester": ("12", "31")}
    return made(
        "Larger servers on 3 sites",
        estate=(edit("application servers get more memory", "pools.application.memory"),),
        resources=tuple(
            resource(f"{site}-application-01", "update", PropertyEdit("memory", *size), site=site, causes=(0,))
            for site, size in sizes.items()
        ),
        touched=Touched(SITES, PARTNERS, ("service_desk",), (), 3, 3),
    )


def desktops() -> Record:
    hosts = tuple(f"cdc-d{number:04}" for number in range(1, 1701))
    usual = TextEdit("/etc/motd", "welcome\n", "welcome to the joint service\n")
    other = TextEdit("/etc/motd", "keep off\n", "welcome to the joint service\n")
    return made(
        "A new greeting on 1,700 desktops",
        estate=(edit("desktops greet people otherwise", "desktops.greeting"),),
        tasks=(
            task("desktop", "Write the greeting", hosts[:1697], usual),
            task("desktop", "Write the greeting", hosts[1697:], other),
        ),
        touched=Touched(SITES, PARTNERS, (), (), 1700, 0),
    )


CASES = (
    server_more,
    flow_more,
    address_moved,
    site_added,
    baseline_moved,
    secret_rotated,
    nothing_changed,
    version_only,
    one_site_differs,
    desktops,
)


def huge() -> Record:
    """1,000 resources and 1,700 hosts with 3 exceptions, and much of everything else."""
    types = [f"azure-native:azurestackhci:Kind{number}" for number in range(40)]
    long = "a rule of the estate that takes some words to say " * 3
    change = PropertyEdit("properties.size", "12", "20")
    return replace(
        desktops(),
        title="A change of everything",
        estate=tuple(edit(f"{long}{number}", f"sites.s{number}") for number in range(300)),
        resources=tuple(
            resource(f"thing-{number:04}", "update", change, type=types[number % 40], causes=(number % 300,))
            for number in range(1000)
        ),
        tasks=(*desktops().tasks, *(task(f"role_{n}", f"Write file {n}", (f"host-{n}",)) for n in range(200))),
        blind=tuple(
            BlindSpot("no check mode", f"task {number}", tuple(f"h{n}" for n in range(300))) for number in range(99)
        ),
        churn=tuple(Churn("order", "network", "LogicalNetwork", f"net-{n}", "order only") for n in range(500)),
        passages=tuple(Passage("added", f"{long}{number}") for number in range(80)),
        claims=tuple(Claim(f"c{n}", "policy", f"{long}{n}", True, n % 2 == 0, long) for n in range(120)),
        outage=Outage(True, tuple(f"{long}{n}" for n in range(30))),
        touched=Touched(tuple(f"site{n}" for n in range(60)), PARTNERS, (), (), 1900, 1000),
        risk=replace(
            RISK, inputs=tuple(RiskInput(long, n) for n in range(30)), signers={f"owner {n}": long for n in range(40)}
        ),
        back_out=BackOut(tuple(f"{long}{n}" for n in range(40)), False),
        predicted={"resources": 1000, "results": 100_000},
    )
