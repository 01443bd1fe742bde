"""Every resource says whose it is, who pays and what it serves."""

from collections.abc import Collection, Iterator, Mapping

from pyops.estate import Estate
from pyops.policies.planned import Planned
from pyops.policies.policy import ASSETS, Breach, Plan, Policy, Source, benchmark
from pyops.policies.settings import said

TAKES_NO_TAGS = frozenset(
    {
        "authorization:ManagementLockByScope",
        "authorization:RoleAssignment",
        "azurestackhci:VirtualMachineInstance",
        "maintenance:ConfigurationAssignment",
        "monitor:DataCollectionRuleAssociation",
        "monitor:DiagnosticSetting",
        "monitor:PrivateLinkScopedResource",
        "network:FirewallPolicyRuleCollectionGroup",
        "network:HubVirtualNetworkConnection",
        "network:PrivateDnsZoneGroup",
        "network:RoutingIntent",
        "network:VpnConnection",
        "storage:BlobContainer",
        "storage:BlobContainerImmutabilityPolicy",
        "storage:BlobServiceProperties",
        "storage:ManagementPolicy",
        "storage:ObjectReplicationPolicy",
    }
)
"""Kinds whose class in the SDK has no `tags`; a test compares this with the SDK."""

LOSES_TAGS = frozenset({"recoveryservices:ProtectionPolicy", "recoveryservices:ResourceGuardProxy"})
"""Kinds for which the SDK takes tags and Azure does not keep them: their vault has them.

Established for policies (https://github.com/Azure/azure-rest-api-specs/issues/9251), taken to hold for the proxy, which
is described by the same specification.
"""

PLATFORM = "platform"
"""The system of what serves no business system more than another."""


def _tags(estate: Estate, plan: Plan) -> Iterator[Breach]:
    known: Mapping[str, Collection[str]] = {
        "estate": (estate.name,),
        "partner": estate.partners,
        "cost-owner": estate.partners,
        "system": (*estate.systems, PLATFORM),
    }
    for resource in plan:
        if not resource.is_component and resource.kind not in TAKES_NO_TAGS | LOSES_TAGS:
            yield from _of(resource, known)


def _of(resource: Planned, known: Mapping[str, Collection[str]]) -> Iterator[Breach]:
    for tag, values in known.items():
        given = resource.tags.get(tag)
        if given is None:
            yield Breach(f"has no tag {tag}", resource)
        elif not isinstance(given, str) or not given or not set(given.split()) <= set(values):
            yield Breach(f"its tag {tag} is {said(given)}, must be of {', '.join(values)}", resource)


required_tags = Policy(
    "required_tags",
    "every resource names its estate, partner, cost owner and system",
    "A bill of several councils can only be divided, and a fault only be told to the right people, by tags.",
    (
        benchmark("AM-1", ASSETS),
        Source(
            "Cloud Adoption Framework, Define your tagging strategy",
            "https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-tagging",
        ),
    ),
    _tags,
)
