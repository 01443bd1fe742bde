"""Who signs in is somebody: no keys that many share, and none that can be read in a plan."""

from collections.abc import Iterator

from pyops.estate import Estate
from pyops.policies.planned import NOT_SHOWN
from pyops.policies.policy import IDENTITY, Breach, Plan, Policy, benchmark, verified_module
from pyops.policies.settings import Setting, checks

SECRETS = (
    ("network:VpnConnection", "vpnLinkConnections[].sharedKey"),
    ("azurestackhci:VirtualMachineInstance", "osProfile.adminPassword"),
    ("hybridcompute:MachineExtension", "properties.protectedSettings"),
)
"""Inputs that are secret, where they are given at all."""

SETTINGS = (
    Setting("storage:StorageAccount", "allowSharedKeyAccess", (False,)),
    Setting("storage:StorageAccount", "defaultToOAuthAuthentication", (True,)),
    Setting("storage:StorageAccount", "isLocalUserEnabled", (False,)),
    Setting("operationalinsights:Workspace", "features.disableLocalAuth", (True,)),
    Setting(
        "azurestackhci:VirtualMachineInstance",
        "osProfile.linuxConfiguration.disablePasswordAuthentication",
        (True,),
    ),
)

shared_keys = Policy(
    "shared_keys",
    "no shared keys, no local users, no passwords",
    "A shared key says nothing of who used it and is not withdrawn when somebody leaves.",
    (benchmark("IM-1", IDENTITY), verified_module("storage/storage-account")),
    checks(*SETTINGS),
)


def _secrets(_estate: Estate, plan: Plan) -> Iterator[Breach]:
    for resource in plan:
        for kind, path in SECRETS:
            if kind == resource.kind and any(value not in (None, NOT_SHOWN) for value in resource.values(path)):
                yield Breach(f"{path} can be read in the plan, secrets are encrypted wherever they are kept", resource)


hidden_secrets = Policy(
    "hidden_secrets",
    "no secret can be read in a plan or a state",
    "Plans are approved, mailed and kept: a key in one of them is everybody's.",
    (benchmark("IM-8", IDENTITY),),
    _secrets,
    hidden="a value that is not shown is what it asks for",
)
