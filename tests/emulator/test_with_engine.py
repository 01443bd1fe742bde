"""The real engine against the stand-in: what an engineer sees."""

import json
import os
import signal
from pathlib import Path

import pytest

from pyops.engines import pulumi, stacks
from pyops.engines.events import Event, Phase, Progress
from pyops.errors import OutsideFailed
from tests.emulator.conftest import INTERFACE, NETWORK
from tests.engines.sample import Sample, summary

pytestmark = pytest.mark.engine

_TWO = "interface('10.10.20.10', network())"


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return Sample(tmp_path)


def test_preview_then_up_then_nothing_to_do(sample: Sample) -> None:
    sample.write(_TWO)
    everything = [("create", "group"), ("create", "servers"), ("create", "nic-one")]
    previewed = sample.run(pulumi.preview)
    assert summary(previewed) == everything
    assert [message.text for message in previewed.messages] == [
        "pyops.emulator stands in for Azure: nothing here reaches Azure, and it writes for stack lab alone."
    ]
    assert sample.store.all() == []
    assert summary(sample.run(pulumi.up)) == everything
    assert summary(sample.run(pulumi.preview)) == []


def test_an_edit_in_place_a_replacement_and_a_deletion(sample: Sample) -> None:
    sample.up(_TWO)
    tagged = sample.up("interface('10.10.20.10', network(tags={'site': 'banbury'}))")
    assert summary(tagged) == [("update", "servers")]
    assert [(change.path, change.kind) for change in tagged.changes[0].changes] == [("tags", "add")]
    moved = sample.up("interface('10.10.20.11', network(tags={'site': 'banbury'}))")
    assert summary(moved) == [("replace", "nic-one")] or ("delete-replaced", "nic-one") in summary(moved)
    assert sample.store.find(INTERFACE) is not None
    assert summary(sample.up("network(tags={'site': 'banbury'})")) == [("delete", "nic-one")]
    assert sample.store.find(INTERFACE) is None


def test_a_refresh_finds_what_was_changed_and_deleted_behind_its_back(sample: Sample) -> None:
    sample.up(_TWO)
    store = sample.store
    store.remove(INTERFACE)
    network = store.find(NETWORK)
    assert network is not None
    store.write(network.__class__(**{**vars(network), "inputs": {**network.inputs, "tags": {"by": "hand"}}}))
    drift = sample.run(pulumi.refresh, preview_only=True).drift
    assert sorted((step.operation, step.name) for step in drift) == [("delete", "nic-one"), ("update", "servers")]
    sample.run(pulumi.refresh)
    assert summary(sample.run(pulumi.up)) == [("update", "servers"), ("create", "nic-one")]
    assert summary(sample.run(pulumi.preview)) == []


def test_a_network_in_use_cannot_be_replaced_as_in_azure(sample: Sample) -> None:
    sample.up(_TWO)
    with pytest.raises(OutsideFailed, match="in use by") as failed:
        sample.up("interface('10.10.20.10', network(prefix='10.10.20.0/23'))")
    assert f"{NETWORK}: in use by {INTERFACE}, those must be deleted first" in str(failed.value)


def test_wrong_inputs_of_a_resource_are_all_named_in_a_preview(sample: Sample) -> None:
    sample.write("interface(10, group, create_from_local='no', tags={'vlan': 20})")
    with pytest.raises(OutsideFailed) as failed:
        sample.run(pulumi.preview)
    where, *lines = str(failed.value).removeprefix("pulumi preview of program/lab: ").splitlines()
    assert sorted([where, *lines]) == [
        "nic-one: createFromLocal: 'no', must be true or false",
        "nic-one: ipConfigurations[0].properties.privateIPAddress: 10, must be a text",
        "nic-one: tags.vlan: 20, must be a text",
    ]


def test_another_stack_records_nothing(tmp_path: Path) -> None:
    production = Sample(tmp_path, "production")
    production.write(_TWO)
    assert len(production.run(pulumi.preview).changes) == 3
    with pytest.raises(OutsideFailed) as failed:
        production.run(pulumi.up)
    words = "group: asked to create it for stack production, this stand-in for Azure serves lab alone"
    assert words in str(failed.value)
    assert production.store.all() == []
    assert [resource["type"] for resource in _state(production)] == [
        "pulumi:pulumi:Stack",
        "pulumi:providers:azure-native",
    ]


def test_what_azure_itself_made_is_neither_changed_nor_deleted(sample: Sample) -> None:
    sample.up("")
    _without_marks(sample)
    for verb in (pulumi.destroy, pulumi.refresh):
        with pytest.raises(OutsideFailed, match="the stand-in for Azure did not make it"):
            sample.run(verb)
    sample.write("group.tags  # the same group\n")
    assert summary(sample.run(pulumi.preview)) == []
    assert len(_state(sample)) == 3


def test_a_preview_of_production_needs_no_store_and_no_stack(tmp_path: Path) -> None:
    production = Sample(tmp_path, "production")
    production.write(_TWO)
    run = production.run(pulumi.preview, serves=None)
    assert len(run.changes) == 3
    assert [message.text for message in run.messages] == [
        "pyops.emulator stands in for Azure: nothing here reaches Azure, and it only previews."
    ]
    with pytest.raises(OutsideFailed, match="this stand-in for Azure only previews"):
        production.run(pulumi.up, serves=None)


@pytest.mark.parametrize("moment", [Phase.PLANNED, Phase.DONE])
def test_a_run_that_was_killed_goes_on_where_it_was(sample: Sample, moment: Phase) -> None:
    sample.write(_TWO)

    def kill(event: Event) -> None:
        if isinstance(event, Progress) and event.phase is moment and event.step.name == "servers":
            [owner] = stacks._locks(sample.project)
            os.kill(int(owner["pid"]), signal.SIGKILL)

    with pytest.raises(OutsideFailed, match="pulumi up of program/lab: was ended by SIGKILL"):
        sample.run(pulumi.up, kill)
    assert stacks._locks(sample.project)
    sample.write(_TWO)
    assert not stacks._locks(sample.project)
    sample.run(pulumi.up)
    assert summary(sample.run(pulumi.preview)) == []
    assert len(sample.store.all()) == 3


def test_ids_that_azure_mints_reach_the_other_resource(sample: Sample) -> None:
    sample.up(_REPLICATION)
    assert summary(sample.run(pulumi.preview)) == []
    sending = [record for record in sample.store.all() if record.urn.endswith("::send")]
    receiving = [record for record in sample.store.all() if record.urn.endswith("::receive")]
    assert sending[0].inputs["objectReplicationPolicyId"] == receiving[0].outputs["policyId"]
    assert sending[0].inputs["rules"][0]["ruleId"] == receiving[0].outputs["rules"][0]["ruleId"]


def test_a_secret_is_in_no_file(sample: Sample) -> None:
    program = "network(tags={'key': pulumi.Output.secret('hunter2')})"
    sample.up(program)
    assert summary(sample.run(pulumi.preview)) == []
    assert summary(sample.run(pulumi.refresh)) == []
    seen = [file for file in sample.folder.rglob("*") if file.is_file() and file.name != "__main__.py"]
    assert [file for file in seen if b"hunter2" in file.read_bytes()] == []


def test_a_locked_resource_is_replaced_after_the_lock_is_gone(sample: Sample) -> None:
    sample.up(_LOCKED.format(prefix="10.10.20.0/24"))
    with pytest.raises(OutsideFailed) as failed:
        sample.up(_LOCKED.format(prefix="10.10.20.0/23"))
    locked = f"{NETWORK}/providers/Microsoft.Authorization/locks/lock (CanNotDelete)"
    assert f"{NETWORK}: cannot be deleted, the scope is locked by {locked}, remove that first" in str(failed.value)
    sample.up("network()")
    sample.up("network(prefix='10.10.20.0/23')")
    network = sample.store.find(NETWORK)
    assert network
    assert network.inputs["subnets"][0]["addressPrefix"] == "10.10.20.0/23"


_LOCKED = """
from pulumi_azure_native import authorization
it = network(prefix="{prefix}")
authorization.ManagementLockByScope("lock", lock_name="lock", level="CanNotDelete", opts=after(it),
    scope=f"{{HCI}}/logicalNetworks/lnet-banbury-servers")
"""


_GROUPS = """
from pulumi_azure_native import network as wide
policy = wide.FirewallPolicy("policy", resource_group_name="rg-banbury", location="uksouth", firewall_policy_name="afwp",
    sku=wide.FirewallPolicySkuArgs(tier="Standard"), opts=after(group))

def rules(name, priority, *needs):
    return wide.FirewallPolicyRuleCollectionGroup(name, resource_group_name="rg-banbury", firewall_policy_name="afwp",
        rule_collection_group_name=name, priority=priority, opts=after(policy, *needs))

one = rules("one", 200)
"""


def test_groups_of_one_policy_are_written_one_after_another(sample: Sample) -> None:
    with pytest.raises(OutsideFailed, match="AnotherOperationInProgress"):
        sample.up(_GROUPS + "rules('two', 300)")
    sample.up(_GROUPS + "rules('two', 300, one)")
    assert summary(sample.run(pulumi.preview)) == []


_REPLICATION = """
def account(name):
    made = storage.StorageAccount(name, resource_group_name="rg-banbury", location="uksouth", account_name=name,
        kind="StorageV2", sku=storage.SkuArgs(name="Standard_ZRS"), opts=after(group))
    blobs = storage.BlobServiceProperties(name, resource_group_name="rg-banbury", account_name=name, opts=after(made),
        blob_services_name="default", is_versioning_enabled=True, change_feed=storage.ChangeFeedArgs(enabled=True))
    return made, blobs, *(storage.BlobContainer(f"{name}-{own}", resource_group_name="rg-banbury", account_name=name,
        container_name=own, opts=after(made)) for own in ("backups", "copy-of-one"))

(one, *ones), (two, *twos) = account("one"), account("two")
pair = dict(source_account=one.id, destination_account=two.id)
rule = dict(source_container="backups", destination_container="copy-of-one")
receive = storage.ObjectReplicationPolicy("receive", resource_group_name="rg-banbury", account_name="two",
    object_replication_policy_id="default", rules=[storage.ObjectReplicationPolicyRuleArgs(**rule)], **pair,
    opts=after(*ones, *twos))
storage.ObjectReplicationPolicy("send", resource_group_name="rg-banbury", account_name="one",
    object_replication_policy_id=receive.policy_id, **pair, rules=receive.rules.apply(
        lambda rules: [storage.ObjectReplicationPolicyRuleArgs(rule_id=rules[0].rule_id, **rule)]))
"""


def _state(sample: Sample) -> list[dict[str, str]]:
    exported = json.loads(pulumi.called(sample.project, "stack", "export", "--stack", sample.stack))
    found: list[dict[str, str]] = exported["deployment"].get("resources", [])
    return found


def _without_marks(sample: Sample) -> None:
    """Make the recorded state look as if Azure had made it."""
    exported = pulumi.called(sample.project, "stack", "export", "--stack", sample.stack)
    file = sample.folder / "state.json"
    file.write_text(exported.replace('"standIn": "pyops.emulator",', "").replace('"standIn"', '"etag"'))
    pulumi.called(sample.project, "stack", "import", "--stack", sample.stack, "--file", str(file))


@pytest.mark.parametrize("cut_off", ["lab.json", "lab.json.attrs", "lab.json.bak.attrs"])
def test_a_file_of_the_engine_that_a_kill_cut_off_is_mended(sample: Sample, cut_off: str) -> None:
    sample.up(_TWO)
    stacks.state_file(sample.project).with_name(cut_off).write_text("")
    sample.write(_TWO)
    sample.run(pulumi.up)
    assert summary(sample.run(pulumi.preview)) == []
    assert len(sample.store.all()) == 3
