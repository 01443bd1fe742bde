"""Every policy is broken once on what production's stacks would really be, and says so in these words, at this place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pyops.estate import Estate
from pyops.policies import POLICIES, Planned, encryption, inspection, keys, network_access, retention, transport
from pyops.policies.planned import NOT_SHOWN
from pyops.policies.settings import Setting
from tests.policies.altering import GONE, altered, find, without

pytestmark = pytest.mark.engine

Plan = tuple[Planned, ...]
Check = Callable[..., Any]

MACHINE, ROLE = "hybridcompute:Machine", "authorization:RoleAssignment"
SITE_NETWORK, LOCK = "azurestackhci:LogicalNetwork", "authorization:ManagementLockByScope"
ACCOUNT, VAULT, CONTAINER = "storage:StorageAccount", "recoveryservices:Vault", "storage:BlobContainer"
OWNER = "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


@dataclass(frozen=True)
class Case:
    """One value of one resource, or the whole resource, that breaks a policy; `path` is empty where it is gone."""

    policy: str
    kind: str
    name: str
    path: str
    value: Any
    says: str
    place: str

    def applied(self, plan: Plan) -> Plan:
        if not self.path:
            return without(plan, self.kind, self.name)
        return altered(plan, self.kind, self.name, self.path, self.value)


CASES = (
    Case(
        *("public_access", ACCOUNT, "stbanbury", "publicNetworkAccess", "Enabled"),
        says="publicNetworkAccess is Enabled, must be Disabled",
        place="sites.banbury",
    ),
    Case(
        *("transport_layer_security", ACCOUNT, "stbanbury", "minimumTlsVersion", "TLS1_1"),
        says="minimumTlsVersion is TLS1_1, must be TLS1_2 or TLS1_3",
        place="sites.banbury",
    ),
    Case(
        *("tunnel_encryption", "network:VpnConnection", "vcn-banbury-ukwest"),
        *("vpnLinkConnections[1].ipsecPolicies[0].ipsecEncryption", "AES128"),
        says="vpnLinkConnections[].ipsecPolicies[].ipsecEncryption is AES128, must be GCMAES256",
        place="azure.hubs.ukwest",
    ),
    Case(
        *("firewall_inspection", "network:FirewallPolicy", "afwp", "threatIntelMode", "Alert"),
        says="threatIntelMode is Alert, must be Deny",
        place="azure",
    ),
    Case(
        *("shared_keys", ACCOUNT, "stbanbury", "allowSharedKeyAccess", True),
        says="allowSharedKeyAccess is true, must be false",
        place="sites.banbury",
    ),
    Case(
        *("hidden_secrets", "network:VpnConnection", "vcn-banbury-uksouth", "vpnLinkConnections[0].sharedKey", "key"),
        says="vpnLinkConnections[].sharedKey can be read in the plan, secrets are encrypted wherever they are kept",
        place="azure.hubs.uksouth",
    ),
    Case(
        *("encryption_at_rest", ACCOUNT, "sttowcester", "encryption.requireInfrastructureEncryption", False),
        says="encryption.requireInfrastructureEncryption is false, must be true",
        place="sites.towcester",
    ),
    Case(
        *("encryption_at_rest", "azurestackhci:VirtualMachineInstance", "banbury-files-01", "securityProfile", GONE),
        says="securityProfile.uefiSettings.secureBootEnabled is left out, must be true",
        place="pools.files.count.banbury",
    ),
    Case(
        *("soft_delete", "storage:BlobServiceProperties", "banbury", "deleteRetentionPolicy.days", 7),
        says="deleteRetentionPolicy.days is 7, must be 14 at least",
        place="sites.banbury",
    ),
    Case(
        *("soft_delete", "storage:BlobServiceProperties", "banbury", "", None),
        says="has no settings for its blobs: versions and soft delete are off unless they are asked for",
        place="sites.banbury",
    ),
    Case(
        *("immutability", VAULT, "rsv-banbury", "properties.securitySettings.immutabilitySettings.state", "Disabled"),
        says="properties.securitySettings.immutabilitySettings.state is Disabled, must be Unlocked or Locked",
        place="sites.banbury",
    ),
    Case(
        *("immutability", "storage:BlobContainerImmutabilityPolicy", "banbury-records", "", None),
        says="can be changed at any time, its backups must stay as they are for 400 days",
        place="backups.policies.records.keep",
    ),
    Case(
        *("immutability", "storage:BlobContainerImmutabilityPolicy", "stratford-copy-of-banbury-records"),
        *("immutabilityPeriodSinceCreationInDays", 399),
        says="can be changed after 399 days, its backups must stay as they are for 400 days",
        place="backups.policies.records.keep",
    ),
    Case(
        *("deletion_locks", LOCK, "lock-vhd-banbury-database-01", "", None),
        says="has no lock: whoever may change it may delete it",
        place="pools.database.count.banbury",
    ),
    Case(
        *("deletion_locks", LOCK, "lock-rsv-stratford", "", None),
        says="has no lock: whoever may change it may delete it",
        place="sites.stratford",
    ),
    Case(
        *("role_assignments", ROLE, "role-backup-operators-banbury", "principalType", "User"),
        says="goes to a principal of type User, roles go to groups",
        place="azure.groups",
    ),
    Case(
        *("role_assignments", ROLE, "role-servers-banbury", "principalId", "00000000-0000-0000-0001-000000000009"),
        says="goes to 00000000-0000-0000-0001-000000000009, which is not a group of this estate",
        place="azure.groups",
    ),
    Case(
        *("role_assignments", ROLE, "role-servers-banbury", "roleDefinitionId", OWNER),
        says="gives the role Owner, roles give no more than a task needs",
        place="sites.banbury",
    ),
    Case(
        *("required_tags", "azurestackhci:VirtualHardDisk", "vhd-banbury-database-01", "tags.cost-owner", GONE),
        says="has no tag cost-owner",
        place="pools.database.count.banbury",
    ),
    Case(
        *("required_tags", "network:VirtualHub", "hub-uksouth", "tags.system", "parking"),
        says="its tag system is parking, must be of service_desk, land_and_property, platform",
        place="azure.hubs.uksouth",
    ),
    Case(
        *("naming", SITE_NETWORK, "lnet-banbury-servers", "logicalNetworkName", "banbury_servers"),
        says="its logicalNetworkName is banbury_servers, must look like lnet-[a-z0-9]+(-[a-z0-9]+)*",
        place="sites.banbury.zones.servers",
    ),
    Case(
        *("naming", MACHINE, "banbury-files-01", "machineName", "files1"),
        says="its name is files1, which is not a server of this estate",
        place="pools.files.count.banbury",
    ),
    Case(
        *("allowed_regions", ACCOUNT, "stbanbury", "location", "northeurope"),
        says="is placed in northeurope, must be in uksouth or ukwest",
        place="sites.banbury",
    ),
    Case(
        *("planned_addresses", SITE_NETWORK, "lnet-banbury-servers", "subnets[0].ipPools[0].end", "10.50.20.9"),
        says="subnets[0].ipPools[0].end holds 10.50.20.9, which no prefix of the estate holds",
        place="sites.banbury.zones.servers",
    ),
    Case(
        *("host_backup", MACHINE, "banbury-files-01", "tags.backup", "standard"),
        says="its tag backup is standard, must be records",
        place="pools.files.backup",
    ),
    Case(
        *("host_backup", "recoveryservices:ProtectionPolicy", "banbury-records", "", None),
        says="the vault rsv-banbury has no policy records",
        place="pools.database.backup",
    ),
    Case(
        *("host_patches", "maintenance:ConfigurationAssignment", "patches-banbury-control-01", "", None),
        says="is assigned to no patch window",
        place="pools.control.ring",
    ),
    Case(
        *("host_patches", "maintenance:MaintenanceConfiguration", "mc-towcester-early", "recurEvery", "Week Tuesday"),
        says="its window mc-towcester-early opens every Week Tuesday, towcester is patched on Week Wednesday",
        place="patches.window.days.towcester",
    ),
    Case(
        *("host_patches", "maintenance:MaintenanceConfiguration", "mc-towcester-early", "", None),
        says="is assigned to a patch window that is not planned",
        place="patches.window",
    ),
    Case(
        *("pool_placement", "azurestackhci:VirtualMachineInstance", "stratford-application-03", "", None),
        says="without banbury the pool application has 4 planned servers of its target 5",
        place="pools.application.target",
    ),
    Case(
        *("backup_copies", "storage:ObjectReplicationPolicy", "banbury-to-stratford-receiver", "", None),
        says="backups of banbury under policy records are not received by stratford",
        place="backups.policies.records.mirror",
    ),
    Case(
        *("backup_copies", "storage:ObjectReplicationPolicy", "banbury-to-stratford-sender", "", None),
        says="backups of banbury under policy records are not sent to stratford",
        place="backups.policies.records.mirror",
    ),
)

TABLES = {
    "public_access": network_access.SETTINGS,
    "transport_layer_security": transport.SERVICES,
    "tunnel_encryption": transport.TUNNELS,
    "firewall_inspection": inspection.SETTINGS,
    "shared_keys": keys.SETTINGS,
    "encryption_at_rest": encryption.SETTINGS,
    "soft_delete": retention.SOFT_DELETE,
    "immutability": retention.IMMUTABILITY,
}
SETTINGS = [(policy, setting) for policy, table in TABLES.items() for setting in table]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.policy}-{case.kind.partition(':')[2]}-{case.path}")
def test_it_is_broken_in_these_words_at_this_place(
    case: Case, production: Estate, production_plan: Plan, check: Check
) -> None:
    broken = check(production, case.applied(production_plan)).broken

    told = [(one.policy.id, one.breach.says, one.place.rpartition(" ")[2]) for one in broken]
    assert (case.policy, case.says, case.place) in told


@pytest.mark.parametrize(
    ("policy", "setting"), SETTINGS, ids=[f"{policy}-{setting.path}" for policy, setting in SETTINGS]
)
def test_a_setting_that_is_left_out_or_not_shown_breaks_its_policy(
    policy: str, setting: Setting, production: Estate, production_plan: Plan, check: Check
) -> None:
    """Also shows that each row of a table is about something that the stacks really have."""
    for value in (None, NOT_SHOWN):
        plan = altered(production_plan, setting.kind, "", setting.path.replace("[]", "[0]"), value)

        name = find(production_plan, setting.kind).name
        assert [(one.policy.id, one.breach.resource.name) for one in check(production, plan).broken] == [(policy, name)]


def test_every_policy_has_a_case_that_breaks_it() -> None:
    assert {policy.id for policy in POLICIES} == {case.policy for case in CASES}
