"""A policy: what it asks of every planned resource, why, and who says so."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pyops.estate import Estate
from pyops.estate.problems import Location
from pyops.policies.planned import Planned

type Plan = Sequence[Planned]
"""Every planned resource of the stacks that are looked at."""


@dataclass(frozen=True)
class Breach:
    """One thing that does not keep a policy."""

    says: str
    """What was given, and the rule that it breaks."""
    resource: Planned | None = None
    """None where a resource that should be there is missing."""
    at: Location = ()
    """Where in the estate it comes from, if that is not where the resource itself comes from."""
    about: tuple[str, ...] = ()
    """Further names that an exemption may call it by: a pool, a site, a region."""


@dataclass(frozen=True)
class Source:
    """Who asks for a policy."""

    name: str
    url: str

    def __str__(self) -> str:
        return f"{self.name}, {self.url}"


@dataclass(frozen=True)
class Policy:
    """One rule about planned resources; `check` yields every breach of it."""

    id: str
    """How exemptions name it."""
    title: str
    reason: str
    sources: tuple[Source, ...]
    check: Callable[[Estate, Plan], Iterator[Breach]]
    hidden: str = "a value that is not shown before it is applied breaks it"
    """What it makes of secrets, and of values that only Azure will know."""


def benchmark(control: str, page: str) -> Source:
    """A control of the Microsoft cloud security benchmark, version 1."""
    return Source(
        f"Microsoft cloud security benchmark {control}", f"https://learn.microsoft.com/security/benchmark/azure/{page}"
    )


def verified_module(module: str) -> Source:
    """What Azure Verified Modules set for a resource."""
    return Source(
        f"Azure Verified Modules {module}",
        f"https://github.com/Azure/bicep-registry-modules/tree/main/avm/res/{module}",
    )


NETWORK = "mcsb-network-security"
DATA = "mcsb-data-protection"
IDENTITY = "mcsb-identity-management"
PRIVILEGE = "mcsb-privileged-access"
ASSETS = "mcsb-asset-management"
VULNERABILITIES = "mcsb-posture-vulnerability-management"
BACKUPS = "mcsb-backup-recovery"

NCSC_TLS = Source("NCSC, Using TLS to protect data", "https://www.ncsc.gov.uk/guidance/using-tls-to-protect-data")
NCSC_IPSEC = Source("NCSC, Using IPsec to protect data", "https://www.ncsc.gov.uk/guidance/using-ipsec-protect-data")
NCSC_BACKUPS = Source(
    "NCSC, Principles for ransomware-resistant cloud backups",
    "https://www.ncsc.gov.uk/guidance/principles-for-ransomware-resistant-cloud-backups",
)
NCSC_PRINCIPLES = Source(
    "NCSC, The cloud security principles", "https://www.ncsc.gov.uk/collection/cloud/the-cloud-security-principles"
)
