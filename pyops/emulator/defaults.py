"""What Azure fills in where a program says nothing: outputs alone.

The real provider's refresh compares what Azure answered before with what it answers now (its `Read`), so a default
never shows as a change of inputs; only an import takes the defaults into them. Sources: the SDK's docstrings, the
azurerm provider's defaults, PSRule for Azure. Only defaults that weaken something, or that people ask for, are here.
"""

from typing import Any

from pyops.emulator.values import Properties

DEFAULTS: dict[str, Properties] = {
    "azure-native:network:FirewallPolicy": {"threatIntelMode": "Alert"},
    "azure-native:network:VirtualHub": {"hubRoutingPreference": "ExpressRoute"},
    "azure-native:network:VirtualWan": {"disableVpnEncryption": False, "type": "Standard"},
    "azure-native:network:VpnGateway": {"isRoutingPreferenceInternet": False, "vpnGatewayScaleUnit": 1},
    "azure-native:operationalinsights:Workspace": {
        "publicNetworkAccessForIngestion": "Enabled",
        "publicNetworkAccessForQuery": "Enabled",
        "retentionInDays": 30,
    },
    "azure-native:recoveryservices:Vault": {
        "properties": {
            "publicNetworkAccess": "Enabled",
            "redundancySettings": {"crossRegionRestore": "Disabled", "standardTierStorageRedundancy": "GeoRedundant"},
            "securitySettings": {
                "immutabilitySettings": {"state": "Disabled"},
                "softDeleteSettings": {"softDeleteRetentionPeriodInDays": 14, "softDeleteState": "Enabled"},
            },
        }
    },
    "azure-native:storage:BlobContainer": {"hasLegalHold": False, "publicAccess": "None"},
    "azure-native:storage:BlobServiceProperties": {"isVersioningEnabled": False},
    "azure-native:storage:StorageAccount": {
        "accessTier": "Hot",
        "allowBlobPublicAccess": False,
        "allowCrossTenantReplication": False,
        "enableHttpsTrafficOnly": True,
        "isHnsEnabled": False,
        "isLocalUserEnabled": True,
        "minimumTlsVersion": "TLS1_0",
        "networkRuleSet": {"bypass": "AzureServices", "defaultAction": "Allow"},
        "publicNetworkAccess": "Enabled",
    },
}


def filled(token: str, outputs: Properties) -> Properties:
    """The outputs with Azure's defaults where nothing was given."""
    return _filled(outputs, DEFAULTS.get(token, {}))


def _filled(given: Properties, defaults: Properties) -> Properties:
    merged = {name: _below(given[name], defaults.get(name)) for name in given}
    return merged | {name: value for name, value in defaults.items() if name not in given}


def _below(given: Any, default: Any) -> Any:
    return _filled(given, default) if isinstance(given, dict) and isinstance(default, dict) else given
