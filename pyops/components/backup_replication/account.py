"""A site's storage account for backups: closed to public networks and to keys, every change of a blob kept."""

import pulumi
from pulumi_azure_native import storage

from pyops.components.access import Role, grant
from pyops.components.backup_replication.containers import Containers
from pyops.components.backup_replication.private_endpoints import private_endpoint
from pyops.components.diagnostics import send_logs
from pyops.components.safeguards import is_protected
from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import BLOB_ZONE, backup_group, storage_account, storage_account_id
from pyops.estate.network import Site

SOFT_DELETE_DAYS = 30


class BackupAccount(pulumi.ComponentResource):
    """The account with everything in it, save replication, for which both ends must be there.

    It has no vaulted backup of its own: Azure makes a replication policy for that, and a source has two at most, which
    the copies to two partners take.
    """

    def __init__(
        self,
        estate: Estate,
        site: Site,
        after: list[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyops:backups:BackupAccount", site.id, opts=opts)
        self._estate, self._site = estate, site
        self._name = storage_account(estate, site)
        account = self._account(after)
        blobs = self._blobs(account)
        self.containers = Containers(estate, site, blobs, opts=pulumi.ResourceOptions(parent=self)).by_name
        target = storage_account_id(estate, site)
        private_endpoint(self, estate, site, "blob", target, [BLOB_ZONE], account)
        send_logs(self, estate, self._name, f"{target}/blobServices/default", blobs)
        # No key opens an account, so whoever writes needs a role; what it holds is safe from them too (immutability).
        writers = estate.azure.groups.backup_writers
        grant(self, estate, f"backup-writers-{site.id}", target, Role.BLOB_CONTRIBUTOR, writers, account)
        self.register_outputs({})

    def _account(self, after: list[pulumi.Resource]) -> storage.StorageAccount:
        return storage.StorageAccount(
            self._name,
            account_name=self._name,
            resource_group_name=backup_group(self._site.id),
            location=self._site.region,
            kind="StorageV2",
            access_tier=storage.AccessTier.COOL,
            sku=storage.SkuArgs(name=self._redundancy()),
            allow_blob_public_access=False,
            allow_shared_key_access=False,
            allow_cross_tenant_replication=False,
            default_to_o_auth_authentication=True,
            enable_https_traffic_only=True,
            minimum_tls_version="TLS1_2",
            public_network_access="Disabled",
            is_local_user_enabled=False,
            sas_policy=storage.SasPolicyArgs(sas_expiration_period="00.01:00:00", expiration_action="Block"),
            network_rule_set=storage.NetworkRuleSetArgs(
                default_action=storage.DefaultAction.DENY, bypass="AzureServices"
            ),
            # Encrypted by the service, and beneath it by the infrastructure: chosen for the account's whole life.
            encryption=storage.EncryptionArgs(key_source="Microsoft.Storage", require_infrastructure_encryption=True),
            tags=site_tags(self._estate, self._site),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=after,
                protect=is_protected(self._estate, self._site.id),
                replace_on_changes=["sku.name"],
            ),
        )

    def _redundancy(self) -> str:
        """Over three zones where the region has them; the copies in other places are the partners'."""
        return "Standard_ZRS" if self._estate.azure.hubs[self._site.region].availability_zones else "Standard_LRS"

    def _blobs(self, account: storage.StorageAccount) -> storage.BlobServiceProperties:
        """What replication demands (versions, change feed), and thirty days to take a deletion back."""
        soft_delete = storage.DeleteRetentionPolicyArgs(enabled=True, days=SOFT_DELETE_DAYS)
        return storage.BlobServiceProperties(
            f"{self._site.id}-blobs",
            blob_services_name="default",
            account_name=self._name,
            resource_group_name=backup_group(self._site.id),
            is_versioning_enabled=True,
            change_feed=storage.ChangeFeedArgs(enabled=True),
            delete_retention_policy=soft_delete,
            container_delete_retention_policy=soft_delete,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )
