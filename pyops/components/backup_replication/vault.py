"""A site's recovery vault: closed to public networks, hard to weaken, kept in two regions."""

import pulumi
from pulumi_azure_native import recoveryservices

from pyops.components.backup_replication.alerts import forward_alerts
from pyops.components.backup_replication.private_endpoints import private_endpoint
from pyops.components.backup_replication.schedule import protection_policy
from pyops.components.diagnostics import send_logs
from pyops.components.safeguards import is_protected, lock
from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import (
    BLOB_ZONE,
    QUEUE_ZONE,
    backup_group,
    backup_zone,
    policy_name,
    resource_guard,
    vault_id,
    vault_name,
)
from pyops.estate.network import Site

SOFT_DELETE_DAYS = 30
PROXY = "VaultProxy"
"""The only name that Azure takes for a vault's tie to its guard."""


class BackupVault(pulumi.ComponentResource):
    """The vault for servers whose backups Azure Backup takes; `after` are its resource group and its region's guard.

    Immutability stays unlocked: to lock it cannot be undone, so it is a decision with a date of its own.
    """

    def __init__(
        self,
        estate: Estate,
        site: Site,
        after: list[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyops:backups:BackupVault", site.id, opts=opts)
        self._estate, self._site = estate, site
        vault = self._vault(after)
        below = [*self._policies(vault), self._guarded(vault), self._watched(vault)]
        self._connected(vault)
        reason = f"Holds the backups of {site.id}. The estate's retirements name what may be removed."
        lock(self, vault_name(site.id), vault_id(estate, site.id), reason, vault, *below)
        self.register_outputs({})

    def _vault(self, after: list[pulumi.Resource]) -> recoveryservices.Vault:
        name = vault_name(self._site.id)
        return recoveryservices.Vault(
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
                restore_settings=_within_the_subscription(),
                security_settings=_hard_to_weaken(),
                monitoring_settings=_alerts_to_azure_monitor(),
            ),
            tags=site_tags(self._estate, self._site),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=after,
                protect=is_protected(self._estate, self._site.id),
                replace_on_changes=["location"],
            ),
        )

    def _policies(self, vault: recoveryservices.Vault) -> list[pulumi.Resource]:
        return [
            recoveryservices.ProtectionPolicy(
                f"{self._site.id}-{policy_name(policy.id)}",
                policy_name=policy_name(policy.id),
                vault_name=vault_name(self._site.id),
                resource_group_name=backup_group(self._site.id),
                properties=protection_policy(policy),
                tags=site_tags(self._estate, self._site),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[vault]),
            )
            for policy in self._estate.backups.policies.values()
        ]

    def _guarded(self, vault: recoveryservices.Vault) -> recoveryservices.ResourceGuardProxy:
        return recoveryservices.ResourceGuardProxy(
            f"{self._site.id}-guarded",
            resource_guard_proxy_name=PROXY,
            vault_name=vault_name(self._site.id),
            resource_group_name=backup_group(self._site.id),
            properties=recoveryservices.ResourceGuardProxyBaseArgs(
                resource_guard_resource_id=resource_guard(self._estate, self._site.region)
            ),
            tags=site_tags(self._estate, self._site),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[vault], replace_on_changes=["properties.resourceGuardResourceId"]
            ),
        )

    def _connected(self, vault: recoveryservices.Vault) -> None:
        """Azure takes an endpoint only for a vault that nothing was ever registered with: it comes with the vault."""
        target = vault_id(self._estate, self._site.id)
        zones = [backup_zone(self._site.region), BLOB_ZONE, QUEUE_ZONE]
        private_endpoint(self, self._estate, self._site, "AzureBackup", target, zones, vault)

    def _watched(self, vault: recoveryservices.Vault) -> pulumi.Resource:
        forward_alerts(self, self._estate, self._site, vault)
        target = vault_id(self._estate, self._site.id)
        return send_logs(self, self._estate, vault_name(self._site.id), target, vault)


def _hard_to_weaken() -> recoveryservices.SecuritySettingsArgs:
    return recoveryservices.SecuritySettingsArgs(
        immutability_settings=recoveryservices.ImmutabilitySettingsArgs(state="Unlocked"),
        soft_delete_settings=recoveryservices.SoftDeleteSettingsArgs(
            soft_delete_state="AlwaysON",
            enhanced_security_state="AlwaysON",
            soft_delete_retention_period_in_days=SOFT_DELETE_DAYS,
        ),
    )


def _within_the_subscription() -> recoveryservices.RestoreSettingsArgs:
    """Backups are not restored into a subscription where others have the say."""
    return recoveryservices.RestoreSettingsArgs(
        cross_subscription_restore_settings=recoveryservices.CrossSubscriptionRestoreSettingsArgs(
            cross_subscription_restore_state="Disabled"
        )
    )


def _alerts_to_azure_monitor() -> recoveryservices.MonitoringSettingsArgs:
    """Every failed job is an alert; the older mails, which name persons, stay off."""
    return recoveryservices.MonitoringSettingsArgs(
        azure_monitor_alert_settings=recoveryservices.AzureMonitorAlertSettingsArgs(
            alerts_for_all_job_failures="Enabled"
        ),
        classic_alert_settings=recoveryservices.ClassicAlertSettingsArgs(alerts_for_critical_operations="Disabled"),
    )
