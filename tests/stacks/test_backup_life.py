"""The life of the backups' stack under the real engine: what a second run, a site more and a site less do to it."""

from collections.abc import Mapping

import pytest

from pyops.errors import OutsideFailed
from tests.stacks.cloud import Cloud, preview_all, summary

pytestmark = pytest.mark.engine

STACK = "backup_replication"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """The lab's estate, applied; tests leave its backups as they found them."""
    return Cloud.applied(tmp_path_factory, "backups")


def changes_of(cloud: Cloud) -> list[tuple[str, str]]:
    return summary(preview_all(cloud.workspace, (STACK,))).get(STACK, [])


def test_a_second_run_changes_nothing_since_minted_ids_stay(lab: Cloud) -> None:
    assert changes_of(lab) == []
    policies = {
        record.urn.rpartition("::")[2]: record for record in lab.store.all() if "ObjectReplication" in record.type
    }
    assert len(policies) == 6
    for name in ("banbury-to-towcester", "towcester-to-stratford", "stratford-to-banbury"):
        receiver, sender = policies[f"{name}-receiver"], policies[f"{name}-sender"]
        assert sender.inputs["objectReplicationPolicyId"] == receiver.outputs["policyId"]
        minted = [rule["ruleId"] for rule in receiver.outputs["rules"]]
        assert [rule["ruleId"] for rule in sender.inputs["rules"]] == minted


def test_a_site_and_a_policy_come_and_go_again_only_when_they_are_retired(
    lab: Cloud, daventry: Mapping[str, str]
) -> None:
    file = lab.folder / "inventory" / "estate.yml"
    without = file.read_text(encoding="utf-8")
    more = {**daventry, _STANDARD: _CASE_FILES}
    lab.edit(more)
    joined = summary(lab.up(stacks=[STACK]))
    turned = {name for _, name in joined[f"unlock {STACK}"] if "-to-" in name}
    assert turned == {"stratford-to-banbury-receiver", "stratford-to-banbury-sender", "lag-stratford-to-banbury"}
    assert ("update", "banbury-to-towcester-receiver") in joined[STACK], "a policy more is a rule more"
    left = [record for record in lab.store.all() if record.urn.endswith("::banbury-copy-of-stratford-standard")]
    assert len(left) == 2, "the copies that were made so far stay, and cannot be changed"
    assert changes_of(lab) == []

    file.write_text(without, encoding="utf-8")
    with pytest.raises(OutsideFailed, match="protected"):
        lab.up(stacks=[STACK])
    lab.edit({**more, "\nexemptions:": f"\n{_RETIRED}\nexemptions:"})
    lab.up(stacks=[STACK])
    file.write_text(without, encoding="utf-8")
    lab.up(stacks=[STACK])
    assert changes_of(lab) == []
    assert [record.id for record in lab.store.all() if "daventry" in record.id or "case-files" in record.id] == []
    locks = [record for record in lab.store.all() if "/locks/lock-st" in record.id]
    assert len(locks) == 3, "what was lifted for the removal is back"


_STANDARD = "standard: {every: 1 day, keep: 35 days, mirror: ring, rpo: 24 hours}"
_CASE_FILES = f"{_STANDARD}\n    case_files: {{every: 4 hours, keep: 90 days, mirror: ring, rpo: 4 hours}}"
_RETIRED = """retirements:
  daventry: {retire: true, by: 2099-12-31, reason: it moves to Banbury}
  case_files: {retire: true, by: 2099-12-31, reason: its time is over}
"""
