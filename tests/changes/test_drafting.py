"""A record says what both engines said, once, and what that means for people."""

from pathlib import Path
from typing import Any

import pytest

from pyops.changes.drafting import draft
from pyops.changes.record import BlindSpot, Churn, PropertyEdit, TextEdit
from pyops.changes.store import own_id
from pyops.changes.verification import Deed, compare, predicted
from tests.changes.makers import edited, inputs, lab, result, step, unchanged

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": "hunter2"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
FLOW = "  - {from: servers, to: management, services: [dns], scope: site}\n"
MORE_FLOW = "  - {from: desktops, to: management, services: [https], scope: all}\n"
VM = "azurestackhci:VirtualMachineInstance"
POOL = "application: {image: application, zone: servers, first: 40, count: {banbury: "


def test_where_nothing_differs_the_record_is_empty_and_its_id_is_of_its_content() -> None:
    record = draft(inputs(lab(), lab(), [step("same", VM, "a"), step("read", VM, "b")]))

    assert record.is_empty
    assert record.outage.reasons == ("nothing changes",)
    assert (record.passages, record.blind, record.touched.partners) == ((), (), ())
    assert record.id == own_id(record)
    assert record.id.startswith("2026-11-28-")
    assert record.predicted == {"resources": 2, "results": 24}


def test_a_server_more_is_told_with_its_cause_site_and_signers(tmp_path: Path) -> None:
    new = edited(tmp_path, (POOL + "1", POOL + "2"))
    record = draft(inputs(lab(), new, [step("create", VM, "banbury-application-02")]))

    (change,) = record.resources
    assert (change.operation, change.site, change.causes) == ("create", "banbury", (0,))
    assert record.blind == (
        BlindSpot(
            "not there yet", "is made by this change, nothing can be asked of it before", ("banbury-application-02",)
        ),
    )
    assert record.touched.sites == ("banbury",)
    assert record.touched.systems == ("service_desk",)
    assert record.risk.kind == "standard"
    assert record.risk.signers == {
        "partner/cherwell": "a site or system of this council is touched; a standard change needs one signature"
    }


def test_a_flow_more_says_who_may_newly_reach_whom(tmp_path: Path) -> None:
    new = edited(tmp_path, (FLOW, FLOW + MORE_FLOW))
    record = draft(inputs(lab(), new))

    assert [(one.kind, one.words) for one in record.passages] == [
        ("added", "desktops may newly reach management with https at all sites")
    ]
    assert record.touched.services == ("https",)


def test_a_replaced_machine_is_an_outage_and_needs_every_signer() -> None:
    made = step(
        "replace",
        VM,
        "banbury-application-01",
        ("properties.subnets[0].name", "update-replace"),
        inputs_before={"properties": {"subnets": [{"name": "a"}]}},
        inputs_after={"properties": {"subnets": [{"name": UNKNOWN}]}},
    )
    record = draft(inputs(lab(), lab(), [made]))

    assert record.resources[0].edits == (
        PropertyEdit("properties.subnets[0].name", '"a"', "known after apply", forces_replacement=True),
    )
    assert record.outage.is_expected
    assert record.outage.reasons == ("banbury-application-01 (VirtualMachineInstance) is replaced",)
    assert (record.risk.kind, record.risk.score) == ("normal", 28)


def test_a_secret_is_said_to_change_and_never_shown() -> None:
    made = step(
        "update",
        "keyvault:Secret",
        "key",
        ("properties.value", "update"),
        inputs_before={"properties": {"value": "hunter1"}},
        inputs_after={"properties": {"value": SECRET}},
    )
    record = draft(inputs(lab(), lab(), [made]))

    assert record.resources[0].edits == (PropertyEdit("properties.value", "secret", "secret", is_secret=True),)
    assert "hunter" not in repr(record)
    assert not record.back_out.is_complete
    assert record.back_out.steps[0] == "key: the secret of before is not in this record"


@pytest.mark.parametrize(
    ("changes", "before", "after", "expected"),
    [
        ([("azureApiVersion", "update")], {}, {}, ("api version", "azureApiVersion")),
        ([("__provider", "update")], {}, {}, ("provider", "__provider")),
        ([], {"a": 1}, {"a": 1}, ("provider", "its inputs are as they were")),
        (
            [("scopes[0]", "update"), ("scopes[1]", "update")],
            {"scopes": [1, 2]},
            {"scopes": [2, 1]},
            ("order", "scopes"),
        ),
    ],
)
def test_a_step_after_which_nothing_runs_differently_is_churn(
    changes: list[tuple[str, str]], before: dict[str, Any], after: dict[str, Any], expected: tuple[str, str]
) -> None:
    made = step("update", "network:Route", "r", *changes, inputs_before=before, inputs_after=after)
    record = draft(inputs(lab(), lab(), [made]))

    assert record.resources == ()
    assert record.churn == (Churn(expected[0], "servers", "network:Route", "r", expected[1]),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ([("dnsServers[0]", "update"), ("dnsServers[1]", "update")], ["a", "b"], ["b", "a"]),
        ([("scopes[0].key", "update")], [{"key": "[secret]"}], [{"key": "[secret]"}]),
        ([], [{"key": "[secret]"}], [{"key": "[secret]"}]),
    ],
)
def test_an_order_that_matters_and_a_secret_are_no_churn(
    changes: list[tuple[str, str]], before: list[Any], after: list[Any]
) -> None:
    name = changes[0][0].partition("[")[0] if changes else "scopes"
    made = step("update", VM, "a", *changes, inputs_before={name: before}, inputs_after={name: after})

    assert [one.name for one in draft(inputs(lab(), lab(), [made])).resources] == ["a"]


def test_who_loses_a_system_or_a_site_is_asked(tmp_path: Path) -> None:
    gone = edited(tmp_path, ("partner: stratford\n", "partner: cherwell\n"))

    assert "partner/stratford" in draft(inputs(lab(), gone)).risk.signers


def test_rules_of_classing_cannot_be_loosened_by_the_change_that_they_class(tmp_path: Path) -> None:
    loose = edited(tmp_path, ("\nexemptions:", "\nchanges: {standard_below: 1000}\n\nexemptions:"))
    record = draft(inputs(lab(), loose, [step("update", VM, f"vm-{n}", ("a", "update")) for n in range(30)]))

    assert record.risk.kind == "normal"


def test_a_change_of_which_not_all_hosts_were_seen_is_normal() -> None:
    assert draft(inputs(lab(), lab(), results=[])).risk.kind == "normal"
    assert not draft(inputs(lab(), lab(), results=[])).is_empty


def test_a_file_that_is_new_is_the_same_change_in_every_run() -> None:
    new = [({"after_header": f"/ansible-{n}/a.j2", "before": "", "after": "text\n"},) for n in range(2)]
    first, second = (draft(inputs(lab(), lab(), results=[result("one", differences=one)])) for one in new)

    assert first.tasks == second.tasks


def test_an_update_of_which_the_engine_shows_nothing_is_no_churn() -> None:
    assert [one.name for one in draft(inputs(lab(), lab(), [step("update", VM, "a")])).resources] == ["a"]


def test_an_update_without_paths_is_told_by_its_inputs() -> None:
    made = step("update", VM, "a", inputs_before={"size": 1, "same": 0}, inputs_after={"size": 2, "same": 0})

    assert draft(inputs(lab(), lab(), [made])).resources[0].edits == (PropertyEdit("size", "1", "2"),)


def test_many_desktops_with_one_edit_and_exceptions_are_few_changes() -> None:
    alike = ({"before_header": "/etc/chrony.conf", "before": "a\n", "after": "b\n"},)
    other = ({"before_header": "/etc/chrony.conf", "before": "c\n", "after": "b\n"},)
    found = [result(f"d{number:04}", differences=other if number < 3 else alike) for number in range(1700)]
    found.append(result("hidden", is_hidden=True))
    record = draft(inputs(lab(), lab(), results=found))

    assert [len(task.hosts) for task in record.tasks] == [3, 1697, 1]
    assert record.tasks[1].edits == (TextEdit("/etc/chrony.conf", "a\n", "b\n"),)
    assert record.tasks[1].path == "roles/time/tasks/main.yml:3"
    assert record.tasks[2].is_hidden
    assert record.touched.hosts == 1701


def test_what_cannot_be_seen_is_named() -> None:
    skipped = "remote module (x) does not support check mode"
    found = unchanged(lab())[:-1]
    found += [
        result("a", "Ask", status="skipped", changed=False, message=skipped),
        result("a", "Use", status="failed", changed=False, message="'dict object' has no attribute 'stdout'"),
        result("b", "Break", status="failed", changed=False, message="disk\n full"),
        result("banbury-router-01", "Gather", status="unreachable", changed=False),
    ]
    record = draft(inputs(lab(), lab(), [step("create", VM, "v")], results=found, poorly_known=frozenset({VM})))

    assert record.blind == (
        BlindSpot("no check mode", "time: Ask", ("a",)),
        BlindSpot("depends on skipped", "time: Use", ("a",)),
        BlindSpot("failed", "time: Break: disk full", ("b",)),
        BlindSpot("unreachable", "did not answer to the dry run", ("banbury-router-01",)),
        BlindSpot("unreachable", "no task of the dry run came to it", ("sdc-d0001",)),
        BlindSpot("type not known well", VM, ("v",)),
    )


RESTARTED = "time: Set the time: services are reloaded or restarted on 1 host, routers among them"


@pytest.mark.parametrize(
    ("action", "is_expected", "reason"),
    [
        ("ansible.builtin.reboot", True, "time: Set the time: banbury-router-01"),
        ("ansible.builtin.systemd_service", False, RESTARTED),
        ("units_in_force", False, RESTARTED),
    ],
)
def test_a_host_that_restarts_is_an_outage_and_its_services_a_moment(
    action: str, is_expected: bool, reason: str
) -> None:
    found = draft(inputs(lab(), lab(), results=[result("banbury-router-01", action=action)])).outage

    assert (found.is_expected, found.reasons[-1]) == (is_expected, reason)


def test_what_holds_data_does_not_come_back(tmp_path: Path) -> None:
    more = edited(tmp_path, (FLOW, FLOW + MORE_FLOW))
    record = draft(inputs(lab(), more, [step("delete", "storage:StorageAccount", "store")]))

    assert not record.back_out.is_complete
    assert record.back_out.steps == (
        "store (StorageAccount): what it holds does not come back, restore it from a backup",
        "the estate as it was, which is kept with this record, is applied again",
        "made again: 1 resource that this change deletes",
    )


def test_what_no_edit_of_the_estate_brought_does_not_go_back_by_the_estate() -> None:
    way = draft(inputs(lab(), lab(), [step("update", "compute:Disk", "disk", ("size", "update"))])).back_out
    code = "the estate is as it was, so going back takes the code, tools or secrets of before: they are not kept here"
    assert (way.steps, way.is_complete) == ((code,), False)


def test_what_is_kept_once_it_is_made_is_told_before() -> None:
    disks = [step("create", "azurestackhci:VirtualHardDisk", f"disk-{n}", is_protected=True) for n in (1, 2)]
    way = draft(inputs(lab(), lab(), disks)).back_out
    assert not way.is_complete
    assert (
        way.steps[0] == "disk-1 and disk-2: kept once made since data is held there; the estate must retire that first"
    )


def test_a_first_change_names_every_site_and_has_no_way_back() -> None:
    record = draft(inputs(None, lab(), is_emergency=True))

    assert [edit.paths for edit in record.estate] == [("sites.banbury",), ("sites.towcester",), ("sites.stratford",)]
    assert not record.back_out.is_complete
    assert record.risk.kind == "emergency"
    assert len(record.risk.signers) == 1
    assert all(claim.held is None for claim in record.claims)


def test_a_lock_in_the_way_of_a_removal_is_told_and_comes_and_goes() -> None:
    lock = step("same", "authorization:ManagementLockByScope", "lock-copies")
    record = draft(inputs(lab(), lab(), [lock], lifted=frozenset({lock.urn})))
    assert [(one.name, one.operation) for one in record.resources] == [("lock-copies", "lift")]
    assert {deed.how for deed in predicted(record)} == {"delete", "create"}
    assert "1 locks to lift and set again, 8 each" in [one.words for one in record.risk.inputs]


def test_what_a_preview_without_a_login_cannot_know_is_a_blind_spot_and_no_prediction() -> None:
    key, size = ("link.sharedKey", "update"), ("size", "update")
    before, after = {"link": {"sharedKey": "[secret]"}, "size": 1}, {"link": {"sharedKey": "[secret]"}, "size": 2}
    both = step("update", "network:VpnConnection", "vcn-a", key, size, inputs_before=before, inputs_after=after)
    secret = step("update", "network:VpnConnection", "vcn-b", key, inputs_before=before, inputs_after=before)
    record = draft(inputs(lab(), lab(), [both, secret], knows_secrets=False))
    assert [(one.name, [edit.path for edit in one.edits]) for one in record.resources] == [("vcn-a", ["size"])]
    assert [(spot.kind, spot.where) for spot in record.blind] == [("secret not known", ("vcn-a", "vcn-b"))]
    rotated = Deed("resource", "servers", secret.urn, "update")
    assert compare(record, frozenset({*predicted(record), rotated})).blind == (rotated,)


def test_a_zone_more_is_told_with_whom_it_may_reach(tmp_path: Path) -> None:
    zone = "      desktops:   {vlan: 30, prefix: 10.10.32.0/20}\n"
    flow = "  - {from: guests, to: servers, services: [https], scope: site}\n"
    guests = f"{zone}      guests:     {{vlan: 40, prefix: 10.10.64.0/24}}\n"
    more = edited(tmp_path, (zone, guests), (FLOW, FLOW + flow))
    new, gone = draft(inputs(lab(), more)), draft(inputs(more, lab()))
    words = "zone guests at banbury is {}: it {} reach servers, and be reached from nowhere"
    assert ("added", words.format("new", "may")) in [(one.kind, one.words) for one in new.passages]
    assert ("removed", words.format("gone", "might")) in [(one.kind, one.words) for one in gone.passages]
