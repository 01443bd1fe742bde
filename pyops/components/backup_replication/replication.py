"""Object replication: what one site's account writes, another's receives.

Azure mints the ids of a policy and of its rules where the copies are received, and the sender must repeat them. So the
receiver comes first, and both are in this stack.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_azure_native import storage

from pyops.components.backup_replication.account import BackupAccount
from pyops.components.backup_replication.alerts import alert_on_lag
from pyops.components.backup_replication.copies import Copy, copies
from pyops.components.safeguards import lock
from pyops.estate import Estate
from pyops.estate.azure import backup_container, backup_group, copy_container, storage_account, storage_account_id
from pyops.estate.network import Site

_EVERYTHING = storage.ObjectReplicationPolicyFilterArgs(min_creation_time="1601-01-01T00:00:00Z")
"""Azure copies only what is new, unless a rule says since when: a site that joins the ring gets what there is."""


class Replication(pulumi.ComponentResource):
    """All copies between the sites' accounts, and then the locks of the accounts.

    A lock forbids the deletion of whatever is below an account. It is made after all that, hence removed before it when
    a site goes. When copies only go elsewhere the lock stays: `pyops stacks up` lifts it to remove the old policies.
    """

    def __init__(
        self, estate: Estate, accounts: Mapping[str, BackupAccount], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("pyops:backups:Replication", estate.name, opts=opts)
        self._estate = estate
        below: dict[str, list[pulumi.Resource]] = {site: [account] for site, account in accounts.items()}
        for copy in copies(estate):
            pair = self._pair(copy, accounts[copy.source.id].containers, accounts[copy.destination.id].containers)
            for site in (copy.source, copy.destination):
                below[site.id] += pair
        for site in estate.sites.values():
            self._lock(site, below[site.id])
        self.register_outputs({})

    def _pair(
        self, copy: Copy, sent: Mapping[str, pulumi.Resource], received: Mapping[str, pulumi.Resource]
    ) -> list[pulumi.Resource]:
        after = [sent[backup_container(policy.id)] for policy in copy.policies]
        after += [received[copy_container(copy.source.id, policy.id)] for policy in copy.policies]
        receiver = self._policy(copy.destination, f"{copy.name}-receiver", copy, "default", _rules(copy), after)
        rules = receiver.rules.apply(lambda minted: _rules(copy, _rule_ids(minted or [])))
        sender = self._policy(copy.source, f"{copy.name}-sender", copy, receiver.policy_id, rules, [receiver])
        alert_on_lag(self, self._estate, copy, sender)
        return [receiver, sender]

    def _policy(
        self,
        account: Site,
        name: str,
        copy: Copy,
        policy: pulumi.Input[str],
        rules: pulumi.Input[list[storage.ObjectReplicationPolicyRuleArgs]],
        after: Sequence[pulumi.Resource],
    ) -> storage.ObjectReplicationPolicy:
        return storage.ObjectReplicationPolicy(
            name,
            account_name=storage_account(self._estate, account),
            resource_group_name=backup_group(account.id),
            object_replication_policy_id=policy,
            source_account=storage_account_id(self._estate, copy.source),
            destination_account=storage_account_id(self._estate, copy.destination),
            metrics=storage.ObjectReplicationPolicyPropertiesMetricsArgs(enabled=True),
            rules=rules,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*after]),
        )

    def _lock(self, site: Site, after: Sequence[pulumi.Resource]) -> None:
        reason = f"Holds backups of {site.id} and copies of others. The estate's retirements name what may be removed."
        name, scope = storage_account(self._estate, site), storage_account_id(self._estate, site)
        lock(self, name, scope, reason, *after)


def _rules(copy: Copy, ids: Mapping[str, str | None] | None = None) -> list[storage.ObjectReplicationPolicyRuleArgs]:
    """A rule a policy; `ids` by source container are those that Azure minted."""
    return [
        storage.ObjectReplicationPolicyRuleArgs(
            source_container=container,
            destination_container=copy_container(copy.source.id, policy.id),
            filters=_EVERYTHING,
            rule_id=ids[container] if ids is not None else None,
        )
        for policy in copy.policies
        for container in [backup_container(policy.id)]
    ]


def _rule_ids(minted: Sequence[storage.outputs.ObjectReplicationPolicyRuleResponse]) -> dict[str, str | None]:
    return {rule.source_container: rule.rule_id for rule in minted}
