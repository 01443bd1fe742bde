"""Azure's rules beyond types."""

from typing import Any

import pytest

from pyops.emulator.kinds import kind_of
from pyops.emulator.rules import problems, ruled_types
from pyops.emulator.rules.names import NAMES
from pyops.emulator.schema import schema
from pyops.emulator.values import UNKNOWN
from tests.emulator.conftest import interface, network
from tests.emulator.inputs import hub, link, rule, rule_group, site, spoke, subnet

_NETWORK = "azurestackhci:LogicalNetwork"
_NIC = "azurestackhci:NetworkInterface"
_WIDE = "letters, digits, dots, hyphens and underscores, a letter or digit first, a letter, digit or underscore last"
_VAULT = "letters, digits and hyphens, a letter first"
_LABELS = "1 to 63 characters: 2 to 34 labels of letters, digits, underscores and hyphens"
_RESTORE = "properties.featureSettings.crossRegionRestoreSettings.state"
_SOFT_DELETE = "properties.securitySettings.softDeleteSettings"
_LONG = "letters, digits, dots, hyphens and underscores, a letter or digit at both ends"


def _subnet(**facts: Any) -> dict[str, Any]:
    return network(subnets=[{"addressPrefix": "10.10.20.0/24", "vlan": 20, **facts}])


_WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    (_NETWORK, network(), []),
    (_NETWORK, network(logicalNetworkName="x"), [f"logicalNetworkName: 'x', must be 2 to 64 {_LONG}"]),
    (_NIC, interface(name="nic-"), [f"networkInterfaceName: 'nic-', must be 2 to 80 {_LONG}"]),
    (_NETWORK, _subnet(vlan=4095), ["subnets[0].vlan: 4095, must be between 0 and 4094"]),
    (
        _NETWORK,
        _subnet(addressPrefix="10.10.20.1/24"),
        ["subnets[0].addressPrefix: '10.10.20.1/24', must be an IPv4 prefix such as 10.10.20.0/24"],
    ),
    (
        _NETWORK,
        _subnet(ipPools=[{"start": "10.10.20.9", "end": "10.10.20.20"}, {"start": "10.10.21.1", "end": "10.10.21.2"}]),
        ["subnets[0].ipPools[1]: 10.10.21.1 to 10.10.21.2, must be a range of addresses in 10.10.20.0/24"],
    ),
    (
        _NETWORK,
        _subnet(ipPools=[{"start": "10.10.20.9", "end": "10.10.20.2"}]),
        ["subnets[0].ipPools[0]: 10.10.20.9 to 10.10.20.2, must be a range of addresses in 10.10.20.0/24"],
    ),
    (_NETWORK, network(subnets=[{}, {}]), ["subnets: 2 of them, a logical network has one"]),
    (
        _NIC,
        interface("10.10.20.256"),
        ["ipConfigurations[0].properties.privateIPAddress: '10.10.20.256', must be an IPv4 address"],
    ),
    (
        "storage:StorageAccount",
        {"accountName": "Backups-1"},
        ["accountName: 'Backups-1', must be 3 to 24 lower-case letters and digits"],
    ),
    (
        "storage:BlobContainer",
        {"containerName": "copy--of"},
        ["containerName: 'copy--of', must be 3 to 63 lower-case letters, digits and single hyphens"],
    ),
    ("recoveryservices:Vault", {"vaultName": "1-vault"}, [f"vaultName: '1-vault', must be 2 to 50 {_VAULT}"]),
    ("network:VpnSite", site(vpnSiteName="-x"), [f"vpnSiteName: '-x', must be 1 to 80 {_WIDE}"]),
    ("privatedns:PrivateZone", {"privateZoneName": "internal"}, [f"privateZoneName: 'internal', must be {_LABELS}"]),
    (
        "authorization:RoleAssignment",
        {"roleAssignmentName": "reader"},
        ["roleAssignmentName: 'reader', must be a GUID"],
    ),
    ("authorization:ManagementLockByScope", {"notes": "x" * 513}, ["notes: 513 characters, 512 are the most"]),
    (
        "network:VirtualHub",
        hub("10.0.0.0/25"),
        ["addressPrefix: '10.0.0.0/25', must be an IPv4 prefix of at least /24"],
    ),
    ("network:VirtualHub", hub(UNKNOWN), []),  # type: ignore[arg-type]
    (
        "network:RoutingIntent",
        {"routingPolicies": [{"destinations": ["PrivateTraffic"]}, {"destinations": ["PrivateTraffic"]}]},
        ["routingPolicies: 2 for PrivateTraffic, a routing intent has at most one"],
    ),
    (
        "network:VpnSite",
        site(*(link(f"l{at}", f"198.51.100.{at}", f"172.30.1.{at}") for at in range(5))),
        ["vpnSiteLinks: 5 of them, a site has at most 4"],
    ),
    (
        "network:VpnSite",
        site(link("a"), link("b")),
        ["vpnSiteLinks: the BGP peer 172.30.1.1 twice, each link has its own"],
    ),
    (
        "network:VpnSite",
        site(link("a"), link("a", peer="172.30.1.2")),
        ["vpnSiteLinks: the name a twice, each link has its own"],
    ),
    (
        "network:VpnSite",
        site(link(asn=65515)),
        ["vpnSiteLinks[0].bgpProperties.asn: 65515, Azure keeps this AS number"],
    ),
    (
        "network:VpnSite",
        site(link(peer="198.51.100.10")),
        [
            "vpnSiteLinks[0].bgpProperties.bgpPeeringAddress: 198.51.100.10, must not be the device's public address",
        ],
    ),
    ("network:VpnSite", site({"name": "a"}), ["vpnSiteLinks[0]: neither ipAddress nor fqdn, a link needs one"]),
    (
        "network:FirewallPolicyRuleCollectionGroup",
        rule_group(priority=99, ruleCollections=[{"priority": 200}, {"priority": 200}]),
        [
            "priority: 99, must be between 100 and 65000",
            "ruleCollections[1].priority: 200 again, each collection of a group has its own",
        ],
    ),
    (
        "network:FirewallPolicy",
        {"sku": {"tier": "Standard"}, "intrusionDetection": {"mode": "Deny"}},
        ["intrusionDetection.mode: 'Deny', needs the Premium tier"],
    ),
    (
        "network:IpGroup",
        {"ipAddresses": ["10.0.0.0/8", "10.0.0.1", "10.0.0.1-10.0.0.9", "10.0.0.1/24"]},
        ["ipAddresses[3]: '10.0.0.1/24', must be an IPv4 address, prefix or range"],
    ),
    (
        "network:VirtualNetwork",
        spoke(subnet("a", "10.1.0.0/24"), subnet("b", "10.1.0.128/25"), subnet("c", "10.2.0.0/24")),
        [
            "subnets[2].addressPrefix: 10.2.0.0/24, lies outside of the network's address space",
            "subnets: a and b overlap, a network's subnets are apart",
        ],
    ),
    (
        "network:VirtualNetwork",
        spoke(subnet("a", "10.1.0.0/30")),
        ["subnets[0].addressPrefix: '10.1.0.0/30', must be an IPv4 prefix of at least /29"],
    ),
    (
        "storage:BlobServiceProperties",
        {"blobServicesName": "default", "deleteRetentionPolicy": {"days": 366}, "changeFeed": {"retentionInDays": 0}},
        [
            "deleteRetentionPolicy.days: 366, must be between 1 and 365",
            "changeFeed.retentionInDays: 0, must be between 1 and 146000",
        ],
    ),
    (
        "storage:BlobContainerImmutabilityPolicy",
        {"immutabilityPeriodSinceCreationInDays": 0},
        ["immutabilityPeriodSinceCreationInDays: 0, must be between 1 and 146000"],
    ),
    (
        "storage:ObjectReplicationPolicy",
        {
            "rules": [rule(destinationContainer=f"copy-{at}") for at in range(10)]
            + [rule(destinationContainer="copy-1")]
        },
        [
            "rules: 11 of them, a policy has at most 10",
            "rules: copy-1 is the destination of two, each rule has its own",
        ],
    ),
    (
        "recoveryservices:Vault",
        {
            "properties": {
                "redundancySettings": {
                    "crossRegionRestore": "Enabled",
                    "standardTierStorageRedundancy": "LocallyRedundant",
                },
                "securitySettings": {"softDeleteSettings": {"softDeleteRetentionPeriodInDays": 13}},
            }
        },
        [
            "properties.redundancySettings.crossRegionRestore: Enabled, needs storage that is GeoRedundant",
            f"{_SOFT_DELETE}.softDeleteRetentionPeriodInDays: 13, must be between 14 and 180",
        ],
    ),
    (
        "dataprotection:BackupVault",
        {
            "properties": {
                "storageSettings": [{"type": "LocallyRedundant"}],
                "featureSettings": {"crossRegionRestoreSettings": {"state": "Enabled"}},
                "securitySettings": {"softDeleteSettings": {"retentionDurationInDays": 181}},
            }
        },
        [
            f"{_RESTORE}: Enabled, needs storage that is GeoRedundant",
            f"{_SOFT_DELETE}.retentionDurationInDays: 181, must be between 14 and 180",
        ],
    ),
    (
        "maintenance:MaintenanceConfiguration",
        {"maintenanceScope": "InGuestPatch", "duration": "04:00"},
        [
            "installPatches: not given, the scope InGuestPatch needs it",
            "duration: '04:00', must be between '01:30' and '03:55'",
        ],
    ),
    ("monitor:DiagnosticSetting", {"name": "service"}, ["name: 'service', a setting of this name cannot be deleted"]),
    (_NETWORK, _subnet(addressPrefix=UNKNOWN, ipPools=UNKNOWN), []),
    (_NETWORK, _subnet(ipPools=[{"start": UNKNOWN, "end": "10.10.20.9"}]), []),
    (_NIC, interface(UNKNOWN, UNKNOWN), []),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("token", "inputs", "expected"), _WRONG)
def test_messages(token: str, inputs: dict[str, Any], expected: list[str]) -> None:
    assert problems(f"azure-native:{token}", inputs) == expected


def test_types_with_rules_are_known_well() -> None:
    assert [token for token in sorted(ruled_types()) if kind_of(token) is None] == []


def test_names_with_rules_are_inputs() -> None:
    named = {token: name for token, (name, _, _) in NAMES.items()}
    assert [token for token, name in named.items() if name not in schema(token).inputs.fields] == []
