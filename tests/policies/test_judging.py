"""Breaches, exemptions and places, on a small plan that needs no engine."""

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pyops.estate import Estate, load
from pyops.estate.permissions import Exemption
from pyops.policies import Planned, Verdict
from pyops.policies.planned import NOT_SHOWN
from tests.policies.altering import GONE, altered, find

Plan = tuple[Planned, ...]
Check = Callable[..., Verdict]
Edit = Callable[..., Path]

ACCOUNT, MACHINE, ROLE = "storage:StorageAccount", "hybridcompute:Machine", "authorization:RoleAssignment"
MISSING = {"backup_copies"}
"""Of the small plan: it holds an account, but no copies."""


def exempt(estate: Estate, policy: str, what: str) -> Estate:
    fields = {"policy": policy, "what": what, "owner": "cherwell", "reason": "being moved", "expires": "2027-01-31"}
    one = Exemption.model_validate({**fields, "expires": date(2027, 1, 31)})
    return estate.model_copy(update={"exemptions": (*estate.exemptions, one)})


def broken(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [
        (one.policy.id, one.breach.says, one.place.rpartition(" ")[2])
        for one in verdict.broken
        if one.policy.id not in MISSING
    ]


def test_the_small_plan_is_in_order(production: Estate, sample: Plan, check: Check) -> None:
    assert broken(check(production, sample)) == []


@pytest.mark.parametrize(
    ("kind", "path", "value", "expected"),
    [
        (ACCOUNT, "publicNetworkAccess", "Enabled", "public_access: publicNetworkAccess is Enabled, must be Disabled"),
        (ACCOUNT, "networkRuleSet", GONE, "public_access: networkRuleSet.defaultAction is left out, must be Deny"),
        (
            ACCOUNT,
            "encryption",
            NOT_SHOWN,
            "encryption_at_rest: encryption.requireInfrastructureEncryption is not shown before it is applied, "
            "must be true",
        ),
        (ACCOUNT, "allowSharedKeyAccess", 0, "shared_keys: allowSharedKeyAccess is 0, must be false"),
        (MACHINE, "tags.partner", NOT_SHOWN, "required_tags: its tag partner is not shown before it is applied, "),
        (MACHINE, "tags", NOT_SHOWN, "required_tags: has no tag estate"),
        (MACHINE, "location", NOT_SHOWN, "allowed_regions: is placed in not shown before it is applied, "),
        (ROLE, "principalId", NOT_SHOWN, "role_assignments: goes to not shown before it is applied, "),
        (ROLE, "roleDefinitionId", NOT_SHOWN, "role_assignments: its role is not shown before it is applied, "),
        ("maintenance:ConfigurationAssignment", "resourceId", NOT_SHOWN, "host_patches: is assigned to no patch "),
        ("authorization:ManagementLockByScope", "scope", NOT_SHOWN, "deletion_locks: has no lock"),
    ],
)
def test_what_is_wrong_left_out_or_not_shown_breaks_a_policy(
    kind: str, path: str, value: object, expected: str, production: Estate, sample: Plan, check: Check
) -> None:
    found = broken(check(production, altered(sample, kind, "", path, value)))

    assert any(f"{policy}: {says}".startswith(expected) for policy, says, _ in found), found


@pytest.mark.parametrize("text", ["10.50.0.9", "10.50.0.0/16", "the host at 10.50.0.9, say", "10.50.0.1-10.50.0.9"])
def test_an_address_of_nobody_is_found_wherever_it_stands(
    text: str, production: Estate, sample: Plan, check: Check
) -> None:
    ((policy, says, _), *_) = broken(check(production, altered(sample, MACHINE, "", "osProfile", [{"note": text}])))

    assert (policy, says.partition(" holds ")[0]) == ("planned_addresses", "osProfile[0].note")


@pytest.mark.parametrize("text", ["10.10.0.0/16", "0.0.0.0/0", "172.30.1.1", "1.2.3", "v10.50.0.9", "10.50.0.900"])
def test_planned_addresses_and_other_numbers_are_no_breach(
    text: str, production: Estate, sample: Plan, check: Check
) -> None:
    assert broken(check(production, altered(sample, MACHINE, "", "osProfile", [{"note": text}]))) == []
    assert broken(check(production, altered(sample, MACHINE, "", "typeHandlerVersion", "10.50.0.9"))) == []


@pytest.mark.parametrize("what", ["stbanbury33de86b9", "banbury", "uksouth"])
def test_an_exemption_excuses_a_resource_by_its_name_its_site_or_its_region(
    what: str, production: Estate, sample: Plan, check: Check
) -> None:
    plan = altered(sample, ACCOUNT, "", "publicNetworkAccess", "Enabled")
    verdict = check(exempt(production, "public_access", what), plan)

    assert broken(verdict) == []
    (found,) = [one for one in verdict.excused if one.policy.id == "public_access"]
    assert found.exemption
    assert (found.exemption.reason, str(found.exemption.expires)) == ("being moved", "2027-01-31")


@pytest.mark.parametrize("what", ["banbury-control-01", "control", "banbury"])
def test_an_exemption_excuses_a_server_by_its_name_its_pool_or_its_site(
    what: str, production: Estate, sample: Plan, check: Check
) -> None:
    plan = altered(sample, MACHINE, "", "tags.backup", GONE)

    assert broken(check(production, plan)) == [
        ("host_backup", "its tag backup is left out, must be standard", "pools.control.backup")
    ]
    assert broken(check(exempt(production, "host_backup", what), plan)) == []


def test_an_exemption_of_a_server_excuses_what_belongs_to_it(production: Estate, sample: Plan, check: Check) -> None:
    kind, path = "maintenance:ConfigurationAssignment", "configurationAssignmentName"
    plan = altered(sample, kind, "patches-banbury-control-01", path, "control")
    says = "its configurationAssignmentName is control, must look like patches"

    assert broken(check(production, plan)) == [("naming", says, "pools.control.count.banbury")]
    assert broken(check(exempt(production, "naming", "banbury-control-01"), plan)) == []
    assert broken(check(exempt(production, "naming", "banbury-control-02"), plan))


def test_an_exemption_of_another_policy_or_another_thing_excuses_nothing(
    production: Estate, sample: Plan, check: Check
) -> None:
    plan = altered(sample, ACCOUNT, "", "publicNetworkAccess", "Enabled")

    assert broken(check(exempt(production, "shared_keys", "banbury"), plan))
    assert broken(check(exempt(production, "public_access", "towcester"), plan))


def test_an_exemption_of_no_policy_is_found_wanting(production: Estate, sample: Plan, check: Check) -> None:
    (wanting,) = check(exempt(production, "public_acces", "banbury"), sample).wanting

    assert wanting.says == "public_acces, is not a policy; did you mean public_access?"


def test_an_exemption_that_excuses_nothing_is_found_wanting_where_all_stacks_are_looked_at(
    production: Estate, sample: Plan, check: Check
) -> None:
    estate = exempt(production, "public_access", "banbury")

    assert check(estate, sample).wanting == []
    says = [one.says for one in check(estate, sample, whole=True).wanting]
    assert "banbury, breaks nothing of public_access: this exemption excuses nothing" in says


def test_an_exemption_that_is_of_no_use_is_told_with_its_line(edit: Edit, sample: Plan, check: Check) -> None:
    file = edit({"policy: host_backup": "policy: host_backups"})
    (wanting,) = check(load(file, date(2026, 11, 24)), ()).wanting
    lines = file.read_text(encoding="utf-8").splitlines()

    number = next(number for number, line in enumerate(lines, start=1) if "host_backups" in line)
    assert wanting.place == f"{file}:{number}: exemptions[1]"


def test_a_breach_names_the_line_in_the_estate(production: Estate, sample: Plan, check: Check) -> None:
    plan = altered(sample, MACHINE, "", "location", "northeurope")
    (found,) = [one for one in check(production, plan).broken if one.policy.id == "allowed_regions"]
    lines = production.file.read_text(encoding="utf-8").splitlines()

    number = next(number for number, line in enumerate(lines, start=1) if line.startswith("  control:"))
    assert found.place == f"{production.file}:{number}: pools.control.count.banbury"


def test_a_value_that_is_not_shown_stays_so_when_it_is_copied() -> None:
    assert copy.deepcopy({"key": NOT_SHOWN})["key"] is NOT_SHOWN


def test_values_are_found_by_paths_with_lists(sample: Plan) -> None:
    resource = altered(sample, ROLE, "", "links", [{"policies": [{"a": 1}, {"a": 2}]}, {"policies": NOT_SHOWN}, {}])

    assert find(resource, ROLE).values("links[].policies[].a") == (1, 2, NOT_SHOWN, None)
    assert find(resource, ROLE).values("nothing[].here") == (None,)
