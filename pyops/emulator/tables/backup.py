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
        "storage:ManagementPolicy",
        f"{_ACCOUNT}/managementPolicies/{{managementPolicyName}}",
        note="what it says is not carried out: nothing is in a container here",
    ),
    _kind(
        "storage:BlobContainerImmutabilityPolicy",
        f"{_CONTAINER}/immutabilityPolicies/{{immutabilityPolicyName}}",
        comes_with_parent=True,
        note="whether a copy's period begins with the original's creation or its own is not established",
    ),
    _kind(
        "storage:ObjectReplicationPolicy",
        f"{_ACCOUNT}/objectReplicationPolicies/{{objectReplicationPolicyId}}",
        replaces=("sourceAccount", "destinationAccount"),
        needs=("sourceAccount", "destinationAccount"),
        minted=("policyId", "rules[].ruleId"),
        names_minted_from=("sourceAccount", "destinationAccount"),
        note="a rule that is added to a receiver may get the others new ids in Azure: not established; "
        "nor is replication between accounts that are closed to public networks, which is believed",
    ),
    _kind(
        "recoveryservices:Vault",
        _VAULT,
        located=True,
        note="whether a vault with cross-region restore can be closed to public networks is not established "
        "(Azure's guide to private endpoints says no, published templates declare both)",
    ),
    _kind(
        "recoveryservices:ProtectionPolicy",
        f"{_VAULT}/backupPolicies/{{policyName}}",
        replaces=("properties.policyType",),
        note="whether Azure's agent on premises follows a `MAB` policy's schedule is not established (believed not); "
        "nor is whether Azure keeps its tags",
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
    _kind(
        "alertsmanagement:AlertProcessingRuleByName",
        "Microsoft.AlertsManagement/actionRules/{alertProcessingRuleName}",
        located=True,
        needs=("properties.scopes[]", "properties.actions[].actionGroupIds[]"),
        note="there are no alerts here; that its location replaces it is believed, not confirmed",
    ),
    _kind(
        "monitor:MetricAlert",
        "Microsoft.Insights/metricAlerts/{ruleName}",
        located=True,
        needs=("scopes[]", "actions[].actionGroupId"),
        note="there are no metrics here; that its location replaces it, and that a replication policy can be its "
        "scope, is believed, not confirmed",
    ),
    _kind("operationalinsights:Workspace", "Microsoft.OperationalInsights/workspaces/{workspaceName}", located=True),
)
