"""A site's backups: their own resource group, a vault, and a storage account that only Entra identities may enter."""

import pulumi
from pulumi_azure_native import recoveryservices, resources, storage

from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import backup_group, storage_account
from pyops.estate.network import Site


class BackupReplication(pulumi.ComponentResource):
    """Where a site's copies lie in its Azure region."""

    def __init__(self, estate: Estate, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyops:backups:BackupReplication", site.id, opts=opts)
        self._estate, self._site = estate, site
        self.group = resources.ResourceGroup(
            backup_group(site.id),
            resource_group_name=backup_group(site.id),
            location=site.region,
            tags=site_tags(estate, site),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._vault()
        self._account()
        self.register_outputs({})

    def _kept(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[self.group])

    def _vault(self) -> None:
        name = f"rsv-{self._site.id}"
        recoveryservices.Vault(
            name,
            vault_name=name,
            resource_group_name=backup_group(self._site.id),
            location=self._site.region,
            sku=recoveryservices.SkuArgs(name="RS0", tier="Standard"),
            identity=recoveryservices.IdentityDataArgs(type="SystemAssigned"),
            properties=recoveryservices.VaultPropertiesArgs(
                public_network_access="Disabled",
                redundancy_settings=recoveryservices.VaultPropertiesRedundancySettingsArgs(
                    standard_tier_storage_redundancy="GeoRedundant", cross_region_restore="Enabled"
                ),
                security_settings=recoveryservices.SecuritySettingsArgs(
                    immutability_settings=recoveryservices.ImmutabilitySettingsArgs(state="Unlocked"),
                    soft_delete_settings=recoveryservices.SoftDeleteSettingsArgs(
                        soft_delete_state="AlwaysON",
                        enhanced_security_state="AlwaysON",
                        soft_delete_retention_period_in_days=30,
                    ),
                ),
            ),
            tags=site_tags(self._estate, self._site),
            opts=self._kept(),
        )

    def _account(self) -> None:
        name = storage_account(self._estate, self._site)
        storage.StorageAccount(
            name,
            account_name=name,
            resource_group_name=backup_group(self._site.id),
            location=self._site.region,
            kind="StorageV2",
            access_tier=storage.AccessTier.COOL,
            sku=storage.SkuArgs(name="Standard_LRS"),
            allow_blob_public_access=False,
            allow_shared_key_access=False,
            allow_cross_tenant_replication=False,
            default_to_o_auth_authentication=True,
            enable_https_traffic_only=True,
            minimum_tls_version="TLS1_2",
            public_network_access="Disabled",
            is_local_user_enabled=False,
            network_rule_set=storage.NetworkRuleSetArgs(
                default_action=storage.DefaultAction.DENY, bypass="AzureServices"
            ),
            encryption=storage.EncryptionArgs(key_source="Microsoft.Storage", require_infrastructure_encryption=True),
            tags=site_tags(self._estate, self._site),
            opts=self._kept(),
        )
