"""A plan in small, written by hand in the shapes of Azure: policies are tried on it without any engine."""

from collections.abc import Mapping
from typing import Any

from pyops.estate import Estate
from pyops.estate.azure import arm_id, group_id, machine_id, storage_account, storage_account_id
from pyops.policies import Planned

STACK = "urn:pulumi:production"
TAGS = {"estate": "production", "partner": "cherwell", "cost-owner": "cherwell", "system": "platform"}


def sample_plan(estate: Estate) -> tuple[Planned, ...]:
    """Banbury's backup account, one of its servers, and what they need to keep every policy that looks at them."""
    return (*_account(estate), *_server(estate), _role(estate))


def _resource(stack: str, parent: tuple[str, str], kind: str, name: str, inputs: Mapping[str, Any]) -> Planned:
    component, of = parent
    return Planned(
        stack,
        f"{STACK}::{stack}::{component}$azure-native:{kind}::{name}",
        f"azure-native:{kind}",
        name,
        inputs,
        f"{STACK}::{stack}::{component}::{of}",
    )


def _component(stack: str, kind: str, name: str) -> Planned:
    return Planned(stack, f"{STACK}::{stack}::{kind}::{name}", kind, name)


def _account(estate: Estate) -> tuple[Planned, ...]:
    site = estate.sites["banbury"]
    name, parent = storage_account(estate, site), ("pyops:backups:BackupReplication", "banbury")
    settings = {
        "accountName": name,
        "resourceGroupName": "rg-backup-banbury",
        "location": "uksouth",
        "publicNetworkAccess": "Disabled",
        "networkRuleSet": {"defaultAction": "Deny"},
        "allowBlobPublicAccess": False,
        "allowCrossTenantReplication": False,
        "allowSharedKeyAccess": False,
        "defaultToOAuthAuthentication": True,
        "isLocalUserEnabled": False,
        "minimumTlsVersion": "TLS1_2",
        "enableHttpsTrafficOnly": True,
        "encryption": {"requireInfrastructureEncryption": True, "keySource": "Microsoft.Storage"},
        "tags": {**TAGS, "site": "banbury"},
    }
    blobs = {
        "accountName": name,
        "blobServicesName": "default",
        "isVersioningEnabled": True,
        "deleteRetentionPolicy": {"enabled": True, "days": 30},
        "containerDeleteRetentionPolicy": {"enabled": True, "days": 30},
    }
    scope = storage_account_id(estate, site).lstrip("/")
    lock = {"lockName": f"lock-{name}", "scope": scope, "level": "CanNotDelete"}
    stack = "backup_replication"
    return (
        _component(stack, *parent),
        _resource(stack, parent, "storage:StorageAccount", name, settings),
        _resource(stack, parent, "storage:BlobServiceProperties", "banbury-blobs", blobs),
        _resource(stack, parent, "authorization:ManagementLockByScope", f"lock-{name}", lock),
    )


def _server(estate: Estate) -> tuple[Planned, ...]:
    server = next(one for one in estate.servers if one.name == "banbury-control-01")
    stack, parent = "server_pool", ("pyops:servers:ServerPool", "control")
    windows = ("pyops:servers:PatchWindows", "banbury")
    kind, window = "Microsoft.Maintenance/maintenanceConfigurations", "mc-banbury-early"
    machine = {
        "machineName": server.name,
        "resourceGroupName": "rg-banbury",
        "location": "westeurope",
        "tags": {**TAGS, "site": "banbury", "pool": "control", "backup": "standard"},
    }
    configuration = {
        "resourceName": window,
        "resourceGroupName": "rg-banbury",
        "maintenanceScope": "InGuestPatch",
        "recurEvery": "Week Tuesday",
        "tags": {**TAGS, "site": "banbury"},
    }
    assignment = {
        "configurationAssignmentName": "patches",
        "resourceId": machine_id(estate, server),
        "maintenanceConfigurationId": arm_id(estate, "rg-banbury", kind, window),
    }
    return (
        _component(stack, *parent),
        _component(stack, *windows),
        _resource(stack, parent, "hybridcompute:Machine", server.name, machine),
        _resource(stack, windows, "maintenance:MaintenanceConfiguration", window, configuration),
        _resource(stack, parent, "maintenance:ConfigurationAssignment", f"patches-{server.name}", assignment),
    )


def _role(estate: Estate) -> Planned:
    role = {
        "roleAssignmentName": "91393a3a-997e-5b53-abd1-abfd5c6900e6",
        "scope": group_id(estate, "rg-network").lstrip("/"),
        "principalId": estate.azure.groups.engineers,
        "principalType": "Group",
        "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7",
    }
    return _resource("network", ("pyops:network:Backbone", "production"), "authorization:RoleAssignment", "role", role)
