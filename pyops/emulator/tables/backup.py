"""Known types of backups and their replication: storage, vaults, locks, roles and diagnostics."""

from pyops.emulator.kinds import EVERYTHING, Kind, in_group

_ACCOUNT = "Microsoft.Storage/storageAccounts/{accountName}"
_CONTAINER = f"{_ACCOUNT}/blobServices/default/containers/{{containerName}}"
_VAULT = "Microsoft.RecoveryServices/vaults/{vaultName}"
_BACKUP_VAULT = "Microsoft.DataProtection/backupVaults/{vaultName}"


def _kind(name: str, path: str, **facts: object) -> Kind:
    return Kind(f"azure-native:{name}", in_group(path), **facts)  # type: ignore[arg-type]  # passed on as given


KINDS = (
    _kind(
        "storage:StorageAccount",
        _ACCOUNT,
        located=True,
        replaces=(
            "kind",
            "isHnsEnabled",
            "dnsEndpointType",
            "encryption.requireInfrastructureEncryption",
            "immutableStorageWithVersioning",
        ),
        note="its redundancy (sku) replaces between Standard and Premium, and between LRS and ZRS",
    ),
    _kind("storage:BlobServiceProperties", f"{_ACCOUNT}/blobServices/{{blobServicesName}}", comes_with_parent=True),
    _kind("storage:BlobContainer", _CONTAINER, replaces=("immutableStorageWithVersioning", "defaultEncryptionScope")),
    _kind(
        "storage:BlobContainerImmutabilityPolicy",
        f"{_CONTAINER}/immutabilityPolicies/{{immutabilityPolicyName}}",
        comes_with_parent=True,
    ),
    _kind(
        "storage:ObjectReplicationPolicy",
        f"{_ACCOUNT}/objectReplicationPolicies/{{objectReplicationPolicyId}}",
        replaces=("sourceAccount", "destinationAccount"),
        needs=("sourceAccount", "destinationAccount"),
        minted=("policyId", "rules[].ruleId"),
        names_minted_from=("sourceAccount", "destinationAccount"),
    ),
    _kind(
        "recoveryservices:Vault",
        _VAULT,
        located=True,
        note="its one-way settings can be taken back here, never in Azure",
    ),
    _kind(
        "recoveryservices:ProtectionPolicy",
        f"{_VAULT}/backupPolicies/{{policyName}}",
        replaces=("properties.policyType",),
    ),
    _kind(
        "recoveryservices:ResourceGuardProxy",
        f"{_VAULT}/backupResourceGuardProxies/{{resourceGuardProxyName}}",
        replaces=("properties.resourceGuardResourceId",),
        needs=("properties.resourceGuardResourceId",),
    ),
    _kind(
        "dataprotection:BackupVault",
        _BACKUP_VAULT,
        located=True,
        replaces=("properties.storageSettings",),
        note="its one-way settings can be taken back here, never in Azure",
    ),
    _kind(
        "dataprotection:BackupPolicy",
        f"{_BACKUP_VAULT}/backupPolicies/{{backupPolicyName}}",
        replaces=(EVERYTHING,),
    ),
    _kind(
        "dataprotection:BackupInstance",
        f"{_BACKUP_VAULT}/backupInstances/{{backupInstanceName}}",
        replaces=("properties.dataSourceInfo",),
        needs=("properties.dataSourceInfo.resourceID", "properties.policyInfo.policyId"),
        note="that its data source replaces it is believed, not confirmed",
    ),
    _kind("dataprotection:ResourceGuard", "Microsoft.DataProtection/resourceGuards/{resourceGuardsName}", located=True),
    _kind(
        "dataprotection:DppResourceGuardProxy",
        f"{_BACKUP_VAULT}/backupResourceGuardProxies/{{resourceGuardProxyName}}",
        replaces=("properties.resourceGuardResourceId",),
        needs=("properties.resourceGuardResourceId",),
    ),
    Kind(
        "azure-native:authorization:ManagementLockByScope",
        "{scope}/providers/Microsoft.Authorization/locks/{lockName}",
        replaces=("level", "notes"),
        note="recorded, not enforced",
    ),
    Kind(
        "azure-native:authorization:RoleAssignment",
        "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        replaces=("principalId",),
    ),
    Kind(
        "azure-native:monitor:DiagnosticSetting",
        "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
        needs=("workspaceId",),
    ),
    _kind("operationalinsights:Workspace", "Microsoft.OperationalInsights/workspaces/{workspaceName}", located=True),
)
