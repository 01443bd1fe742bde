"""Backups and their copies: what production would get, and what other estates would."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pyops.components.backup_replication.alerts import young_enough
from pyops.components.backup_replication.schedule import run_times
from pyops.environments.workspace import Workspace
from pyops.estate import Estate, load
from pyops.estate.azure import (
    BLOB_ZONE,
    QUEUE_ZONE,
    alert_group,
    backup_zone,
    endpoints_subnet,
    policy_name,
    private_zone,
    resource_guard,
    storage_account,
    storage_account_id,
    vault_id,
    workspace,
)
from tests.stacks.cloud import Cloud, preview_all
from tests.stacks.conftest import Inputs, inputs

pytestmark = pytest.mark.engine

STACK = "backup_replication"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes for a value that only Azure will know."""


def of_type(planned: Inputs, kind: str) -> dict[str, Mapping[str, Any]]:
    return {name: found for (type_, name), found in planned.items() if type_ == kind}


def ways(planned: Inputs) -> set[tuple[str, str, str]]:
    """Who sends which container to whom, by account."""
    return {
        (found["sourceAccount"], rule["sourceContainer"], found["destinationAccount"])
        for name, found in of_type(planned, "ObjectReplicationPolicy").items()
        if name.endswith("-receiver")
        for rule in found["rules"]
    }


def wanted_ways(estate: Estate) -> set[tuple[str, str, str]]:
    return {
        (storage_account_id(estate, site), policy_name(policy.id), storage_account_id(estate, estate.sites[copy]))
        for site in estate.sites.values()
        for policy in estate.backups.policies.values()
        for copy in estate.copies_of(site.id, policy)
    }


def planned_for(edits: Mapping[str, str], folder: Path, inventory: str = "lab") -> tuple[Estate, Inputs]:
    cloud = Cloud.of(inventory, folder)
    cloud.edit(edits)
    estate = load(folder / "inventory")
    return estate, inputs(preview_all(Workspace(folder / "preview", estate), (STACK,)))


def test_every_policy_goes_exactly_to_the_sites_that_the_estate_names(estate: Estate, planned: Inputs) -> None:
    assert ways(planned) == wanted_ways(estate)
    assert len(of_type(planned, "ObjectReplicationPolicy")) == 2 * 6, "one policy a pair, however many rules"


def test_what_is_copied_exists_at_both_ends(estate: Estate, planned: Inputs) -> None:
    containers = {
        (found["accountName"], found["containerName"]) for found in of_type(planned, "BlobContainer").values()
    }
    for found in of_type(planned, "ObjectReplicationPolicy").values():
        if isinstance(found["rules"], str):
            continue
        source, destination = (found[f"{end}Account"].rpartition("/")[2] for end in ("source", "destination"))
        for rule in found["rules"]:
            assert (source, rule["sourceContainer"]) in containers
            assert (destination, rule["destinationContainer"]) in containers
            assert rule["filters"] == {"minCreationTime": "1601-01-01T00:00:00Z"}, "what there is is copied as well"
    own = {
        (storage_account(estate, site), policy) for site in estate.sites.values() for policy in ("standard", "records")
    }
    assert own <= containers
    assert len(containers) == len(own) + len(wanted_ways(estate)), "and no other"


def test_a_receiver_comes_before_its_sender_which_repeats_what_azure_minted(planned: Inputs) -> None:
    order = list(of_type(planned, "ObjectReplicationPolicy"))
    for sender in (name for name in order if name.endswith("-sender")):
        receiver = sender.replace("-sender", "-receiver")
        assert order.index(receiver) < order.index(sender)
        assert planned["ObjectReplicationPolicy", receiver]["objectReplicationPolicyId"] == "default"
        assert planned["ObjectReplicationPolicy", sender]["objectReplicationPolicyId"] == UNKNOWN
        assert planned["ObjectReplicationPolicy", sender]["rules"] == UNKNOWN
        assert planned["ObjectReplicationPolicy", sender]["metrics"] == {"enabled": True}


def test_nothing_is_public_and_no_key_opens_an_account(estate: Estate, planned: Inputs) -> None:
    accounts = of_type(planned, "StorageAccount")
    assert set(accounts) == {storage_account(estate, site) for site in estate.sites.values()}
    closed = {
        "publicNetworkAccess": "Disabled",
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,
        "allowCrossTenantReplication": False,
        "isLocalUserEnabled": False,
        "enableHttpsTrafficOnly": True,
        "minimumTlsVersion": "TLS1_2",
    }
    for account in accounts.values():
        assert {name: account[name] for name in closed} == closed
        assert account["networkRuleSet"]["defaultAction"] == "Deny"
        assert account["encryption"]["requireInfrastructureEncryption"] is True
    assert {found["publicAccess"] for found in of_type(planned, "BlobContainer").values()} == {"None"}
    vaults = of_type(planned, "Vault").values()
    assert {found["properties"]["publicNetworkAccess"] for found in vaults} == {"Disabled"}


def test_accounts_spread_over_zones_where_the_region_has_them(estate: Estate, planned: Inputs) -> None:
    skus = {site.id: planned["StorageAccount", storage_account(estate, site)]["sku"] for site in estate.sites.values()}
    zones, one = {"name": "Standard_ZRS"}, {"name": "Standard_LRS"}
    assert skus == {"banbury": zones, "towcester": zones, "stratford": one}


def test_changes_and_deletions_of_blobs_are_kept(planned: Inputs) -> None:
    for blobs in of_type(planned, "BlobServiceProperties").values():
        assert blobs["isVersioningEnabled"] is True
        assert blobs["changeFeed"] == {"enabled": True}
        for deleted in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
            assert blobs[deleted] == {"enabled": True, "days": 30}


def test_backups_cannot_be_changed_for_as_long_as_they_are_kept(planned: Inputs) -> None:
    periods = {
        found["containerName"]: found["immutabilityPeriodSinceCreationInDays"]
        for found in of_type(planned, "BlobContainerImmutabilityPolicy").values()
    }
    containers = of_type(planned, "BlobContainer")
    assert set(of_type(planned, "BlobContainerImmutabilityPolicy")) == set(containers)
    assert periods["standard"] == 35 + 1, "an original outlives its copy's period, or its deletion would be dropped"
    assert periods["records"] == 400 + 1
    assert {days for name, days in periods.items() if name.startswith("copy-of")} == {35, 400}


def test_only_older_versions_are_ever_deleted_by_age(planned: Inputs) -> None:
    for found in of_type(planned, "ManagementPolicy").values():
        rules = {rule["definition"]["filters"]["prefixMatch"][0]: rule for rule in found["policy"]["rules"]}
        assert {"standard/", "records/"} <= set(rules)
        for container, rule in rules.items():
            days = 36 if "standard" in container else 401
            actions = {"version": {"delete": {"daysAfterCreationGreaterThan": days}}}
            assert rule["definition"]["actions"] == actions


def test_vaults_are_hard_to_weaken(planned: Inputs) -> None:
    for vault in of_type(planned, "Vault").values():
        properties = vault["properties"]
        assert properties["redundancySettings"] == {
            "standardTierStorageRedundancy": "GeoRedundant",
            "crossRegionRestore": "Enabled",
        }
        assert properties["securitySettings"] == {
            "immutabilitySettings": {"state": "Unlocked"},
            "softDeleteSettings": {
                "softDeleteState": "AlwaysON",
                "enhancedSecurityState": "AlwaysON",
                "softDeleteRetentionPeriodInDays": 30,
            },
        }
        restore = properties["restoreSettings"]["crossSubscriptionRestoreSettings"]
        assert restore == {"crossSubscriptionRestoreState": "Disabled"}


def test_every_vault_asks_the_guard_of_its_own_region(estate: Estate, planned: Inputs) -> None:
    for site in estate.sites.values():
        proxy = planned["ResourceGuardProxy", f"{site.id}-guarded"]
        assert proxy["vaultName"] == f"rsv-{site.id}"
        guard = resource_guard(estate, site.region)
        assert proxy["properties"] == {"resourceGuardResourceId": guard}
        assert planned["ResourceGuard", guard.rpartition("/")[2]]["location"] == site.region
    assert len(of_type(planned, "ResourceGuard")) == 2


def test_operators_cannot_give_themselves_leave_to_weaken_a_vault(estate: Estate, planned: Inputs) -> None:
    groups = estate.azure.groups
    may: dict[str, set[tuple[str, str]]] = {}
    for found in of_type(planned, "RoleAssignment").values():
        role = found["roleDefinitionId"].rpartition("/")[2]
        may.setdefault(found["principalId"], set()).add((role, found["scope"].rpartition("/")[2]))
    operator, guardian = "00c29273-979b-4161-815c-10b084fb9324", "c2a970b4-16a7-4a51-8c84-8a8ea6ee0bb8"
    assert may[groups.backup_operators] == {(operator, f"rg-backup-{site}") for site in estate.sites}
    accounts = [storage_account(estate, site) for site in estate.sites.values()]
    assert may[groups.backup_writers] == {("ba92f5b4-2d11-453d-a403-e96b0029c9fe", account) for account in accounts}
    assert may[groups.backup_guardians] == {(guardian, "guard-uksouth"), (guardian, "guard-ukwest")}


def test_a_vault_backs_up_as_often_as_its_kind_of_policy_can(planned: Inputs) -> None:
    standard = planned["ProtectionPolicy", "banbury-standard"]["properties"]
    assert standard["backupManagementType"] == "MAB"
    assert standard["schedulePolicy"]["scheduleRunTimes"] == ["2027-01-01T18:00:00Z"]
    assert standard["retentionPolicy"]["dailySchedule"]["retentionDuration"] == {"count": 35, "durationType": "Days"}
    records = planned["ProtectionPolicy", "banbury-records"]["properties"]
    assert len(records["schedulePolicy"]["scheduleRunTimes"]) == 3
    assert records["retentionPolicy"]["dailySchedule"]["retentionDuration"]["count"] == 400


@pytest.mark.parametrize(
    ("every", "times"),
    [
        (timedelta(days=3), ["18:00"]),
        (timedelta(days=1), ["18:00"]),
        (timedelta(hours=12), ["18:00", "06:00"]),
        (timedelta(hours=1), ["18:00", "02:00", "10:00"]),
    ],
)
def test_runs_are_spread_over_the_day(every: timedelta, times: list[str]) -> None:
    assert [time[11:16] for time in run_times(every)] == times


def test_accounts_and_vaults_are_reached_from_their_regions_spoke_alone(estate: Estate, planned: Inputs) -> None:
    for site in estate.sites.values():
        parts = {
            "blob": (storage_account_id(estate, site), [BLOB_ZONE]),
            "AzureBackup": (vault_id(estate, site.id), [backup_zone(site.region), BLOB_ZONE, QUEUE_ZONE]),
        }
        for part, (target, zones) in parts.items():
            name = f"pep-{site.id}-{part.lower()}"
            endpoint = planned["PrivateEndpoint", name]
            assert (endpoint["location"], endpoint["subnet"]["id"]) == (
                site.region,
                endpoints_subnet(estate, site.region),
            )
            [connection] = endpoint["privateLinkServiceConnections"]
            assert (connection["privateLinkServiceId"], connection["groupIds"]) == (target, [part])
            configured = planned["PrivateDnsZoneGroup", name]["privateDnsZoneConfigs"]
            assert [zone["privateDnsZoneId"] for zone in configured] == [private_zone(estate, zone) for zone in zones]


def test_locks_guard_what_holds_backups_and_what_guards_them(estate: Estate, planned: Inputs) -> None:
    locked = {"/" + found["scope"] for found in of_type(planned, "ManagementLockByScope").values()}
    for site in estate.sites.values():
        assert {storage_account_id(estate, site), vault_id(estate, site.id)} <= locked
        assert resource_guard(estate, site.region) in locked


def test_logs_of_vaults_and_blobs_go_to_the_workspace(estate: Estate, planned: Inputs) -> None:
    logged = {
        "/" + found["resourceUri"]
        for found in of_type(planned, "DiagnosticSetting").values()
        if found["workspaceId"] == workspace(estate)
    }
    for site in estate.sites.values():
        assert vault_id(estate, site.id) in logged
        assert f"{storage_account_id(estate, site)}/blobServices/default" in logged


def test_a_copy_that_lags_and_a_vault_in_trouble_call_the_operators(estate: Estate, planned: Inputs) -> None:
    for site in estate.sites.values():
        rule = planned["AlertProcessingRuleByName", f"alerts-rsv-{site.id}"]["properties"]
        assert rule["scopes"] == [vault_id(estate, site.id)]
        assert rule["actions"] == [{"actionType": "AddActionGroups", "actionGroupIds": [alert_group(estate)]}]
    lags = {name: found for name, found in of_type(planned, "MetricAlert").items() if name.startswith("lag-")}
    assert len(lags) == 6
    for name, lag in lags.items():
        assert lag["actions"] == [{"actionGroupId": alert_group(estate)}], name
        [waiting] = lag["criteria"]["allOf"]
        assert waiting["metricName"] == "PendingOperationsForReplication"
        assert waiting["dimensions"][0]["operator"] == "Exclude"


@pytest.mark.parametrize(
    ("allowed", "last"),
    [(timedelta(0), None), (timedelta(minutes=5), "0-5 mins"), (timedelta(hours=4), "30 mins-2 hrs")],
)
def test_a_write_is_late_once_it_may_have_waited_for_the_time_that_may_be_lost(
    allowed: timedelta, last: str | None
) -> None:
    young = young_enough(allowed)
    assert (young[-1] if young else None) == last


def test_what_may_lose_a_week_is_late_after_a_day_for_azure_counts_no_further() -> None:
    assert young_enough(timedelta(weeks=1))[-1] == "8-24 hrs"


def test_the_ring_closes_anew_around_a_fourth_site(daventry: Mapping[str, str], tmp_path: Path) -> None:
    estate, planned = planned_for(daventry, tmp_path)
    assert ways(planned) == wanted_ways(estate)
    ends = {(source.rpartition("/")[2], target.rpartition("/")[2]) for source, _, target in ways(planned)}
    accounts = {site.id: storage_account(estate, site) for site in estate.sites.values()}
    ring = [("banbury", "towcester"), ("towcester", "stratford"), ("stratford", "daventry"), ("daventry", "banbury")]
    assert ends == {(accounts[source], accounts[target]) for source, target in ring}


def test_a_policy_to_all_partners_takes_no_other_along(tmp_path: Path) -> None:
    standard = "standard: {every: 1 day, keep: 35 days, mirror: ring, rpo: 24 hours}"
    more = f"{standard}\n    case_files: {{every: 4 hours, keep: 90 days, mirror: partners, rpo: 4 hours}}"
    estate, planned = planned_for({standard: more}, tmp_path)
    assert ways(planned) == wanted_ways(estate)
    by_ring = planned["ObjectReplicationPolicy", "banbury-to-towcester-receiver"]["rules"]
    assert [rule["sourceContainer"] for rule in by_ring] == ["standard", "case-files"]
    apart = planned["ObjectReplicationPolicy", "banbury-to-stratford-receiver"]["rules"]
    assert [rule["destinationContainer"] for rule in apart] == ["copy-of-banbury-case-files"]


def test_names_in_azure_are_long_enough_and_without_underscores() -> None:
    assert [policy_name(name) for name in ("standard", "case_files", "hr")] == ["standard", "case-files", "policy-hr"]
