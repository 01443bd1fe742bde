"""What an account holds: a container for each policy of its site's own backups, and one for each copy it receives."""

from datetime import timedelta

import pulumi
from pulumi_azure_native import storage

from pyops.components.backup_replication.copies import copies
from pyops.components.backup_replication.schedule import days
from pyops.components.safeguards import is_protected
from pyops.estate import Estate
from pyops.estate.azure import backup_container, backup_group, copy_container, storage_account
from pyops.estate.network import Site
from pyops.estate.service import BackupPolicy

LATE_COPIES = timedelta(days=1)
"""How much longer an original stays unchangeable than its copy.

A copy is made later than its original, so its period would end later too; and Azure drops a deletion that reaches a
copy within its period: the copy would stay for ever. Both stay unchangeable for as long as the estate says.
"""


class Containers(pulumi.ComponentResource):
    """The containers of a site's account, each immutable for as long as its policy keeps backups.

    The periods are not locked: that is a decision with a date of its own, and Azure has no way back from it.
    """

    def __init__(
        self, estate: Estate, site: Site, after: pulumi.Resource, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("pyops:backups:Containers", site.id, opts=opts)
        self._estate, self._site, self._after = estate, site, after
        self._account = storage_account(estate, site)
        self.by_name: dict[str, storage.BlobContainer] = {}
        kept: dict[str, timedelta] = {}
        for policy in estate.backups.policies.values():
            kept[self._own(policy)] = policy.keep
        for copy in copies(estate):
            for policy in copy.policies if copy.destination is site else ():
                kept[self._received(copy.source, policy)] = policy.keep
        self._forget_versions(kept)
        self.register_outputs({})

    def _own(self, policy: BackupPolicy) -> str:
        name = backup_container(policy.id)
        protect = is_protected(self._estate, self._site.id, policy.id)
        options = pulumi.ResourceOptions(parent=self, protect=protect)
        self._container(name, policy.keep + LATE_COPIES, options)
        return name

    def _received(self, source: Site, policy: BackupPolicy) -> str:
        """Copies of another site's backups.

        When the ring changes and copies go elsewhere, those that are here stay in Azure, unchangeable until their time
        is over, and are only forgotten by the stack. They are deleted with a site or a policy that the estate retires.
        """
        name = copy_container(source.id, policy.id)
        kept = is_protected(self._estate, self._site.id, source.id, policy.id)
        options = pulumi.ResourceOptions(parent=self, retain_on_delete=kept)
        self._container(name, policy.keep, options)
        return name

    def _container(self, name: str, period: timedelta, opts: pulumi.ResourceOptions) -> None:
        after = pulumi.ResourceOptions(depends_on=[self._after])
        container = self.by_name[name] = storage.BlobContainer(
            f"{self._site.id}-{name}",
            container_name=name,
            account_name=self._account,
            resource_group_name=backup_group(self._site.id),
            public_access=storage.PublicAccess.NONE,
            opts=pulumi.ResourceOptions.merge(opts, after),
        )
        storage.BlobContainerImmutabilityPolicy(
            f"{self._site.id}-{name}",
            immutability_policy_name="default",
            container_name=name,
            account_name=self._account,
            resource_group_name=backup_group(self._site.id),
            immutability_period_since_creation_in_days=days(period),
            allow_protected_append_writes=False,
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[container])),
        )

    def _forget_versions(self, kept: dict[str, timedelta]) -> None:
        """Delete older versions once their policy's time is over.

        Blobs themselves are never deleted by their age: a backup of today may need a block that was written years ago,
        and only the backup's own retention knows. What it deletes becomes an older version, here and at the partners.
        """
        storage.ManagementPolicy(
            f"{self._site.id}-versions",
            management_policy_name="default",
            account_name=self._account,
            resource_group_name=backup_group(self._site.id),
            policy=storage.ManagementPolicySchemaArgs(
                rules=[_older_versions(container, period) for container, period in kept.items()]
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._after]),
        )


def _older_versions(container: str, period: timedelta) -> storage.ManagementPolicyRuleArgs:
    delete = storage.DateAfterCreationArgs(days_after_creation_greater_than=days(period + LATE_COPIES))
    return storage.ManagementPolicyRuleArgs(
        name=f"versions-of-{container}",
        type="Lifecycle",
        enabled=True,
        definition=storage.ManagementPolicyDefinitionArgs(
            actions=storage.ManagementPolicyActionArgs(version=storage.ManagementPolicyVersionArgs(delete=delete)),
            filters=storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"], prefix_match=[f"{container}/"]),
        ),
    )
