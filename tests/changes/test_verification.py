"""A prediction is held against what happened, thing by thing."""

import json

from pyops.changes.record import BlindSpot, Churn, Record, ResourceChange, TaskChange
from pyops.changes.verification import Deed, Rate, actual, as_dict, compare, predicted
from pyops.engines.ansible import TaskResult
from pyops.engines.events import Step
from tests.changes.people import drafted

URN = "urn:pulumi:lab::pool::Machine::"


def step(name: str, operation: str) -> Step:
    return Step(URN + name, operation, "Machine", name)


def result(task: str, host: str, **parts: object) -> TaskResult:
    plain = {"role": "patching", "path": "", "action": "apt", "status": "ok", "changed": True, "is_check": False}
    more = {"is_handler": False, "seconds": 0.1, "message": "", "differences": ()}
    return _made(**{"host": host, "task": task, **plain, **more, **parts})


def _made(**values: object) -> TaskResult:
    known = TaskResult.__dataclass_fields__
    if "is_hidden" in known:
        values.setdefault("is_hidden", False)
    return TaskResult(**values)  # type: ignore[arg-type]


def change(name: str, operation: str = "update") -> ResourceChange:
    return ResourceChange("pool", URN + name, "Machine", name, operation, "")  # type: ignore[arg-type]


def task(name: str, *hosts: str, is_handler: bool = False) -> TaskChange:
    return TaskChange("patching", name, "", "apt", is_handler, hosts)


def record(**parts: object) -> Record:
    made = {"resources": (change("a"), change("b", "replace")), "tasks": (task("Install", "h1", "h2"),)}
    return drafted(**{**made, **parts})


DONE = {"pool": [step("a", "update"), step("b", "create-replacement"), step("c", "same"), step("d", "read")]}
RESULTS = [result("Install", "h1"), result("Install", "h2"), result("Check", "h1", changed=False)]


def test_what_a_record_predicts_is_each_resource_and_each_hosts_task() -> None:
    made = record(tasks=(task("Install", "h1", "h2"), task("Restart", "h1", is_handler=True)))

    assert predicted(made) == {
        Deed("resource", "pool", URN + "a", "update"),
        Deed("resource", "pool", URN + "b", "replace"),
        Deed("task", "patching", "Install", "h1"),
        Deed("task", "patching", "Install", "h2"),
        Deed("handler", "patching", "Restart", "h1"),
    }


def test_what_happened_is_what_changed_and_went_well() -> None:
    found = actual(
        {"pool": [step("a", "create"), step("b", "delete-replaced"), step("c", "delete"), step("d", "refresh")]},
        [
            result("Install", "h1"),
            result("Restart", "h1", is_handler=True),
            result("Alone", "h1", role=None),
            result("Dry", "h1", is_check=True),
            result("Failed", "h1", status="failed"),
            result("Ignored", "h1", status="ignored"),
            result("Same", "h1", changed=False),
        ],
    )

    assert found == {
        Deed("resource", "pool", URN + "a", "create"),
        Deed("resource", "pool", URN + "b", "replace"),
        Deed("resource", "pool", URN + "c", "delete"),
        Deed("task", "patching", "Install", "h1"),
        Deed("handler", "patching", "Restart", "h1"),
        Deed("task", "", "Alone", "h1"),
    }


def test_a_prediction_that_came_true() -> None:
    found = compare(record(), actual(DONE, RESULTS))

    assert len(found.hits) == 4
    assert (found.unforeseen, found.absent, found.blind) == ((), (), ())
    assert found.is_true
    assert found.rates == (Rate("stack", "pool", 2, 0, 0, 0), Rate("role", "patching", 2, 0, 0, 0))
    assert [rate.share for rate in found.rates] == [1.0, 1.0]


def test_what_was_not_said_and_what_did_not_come_are_told_apart() -> None:
    done = {"pool": [step("a", "delete"), step("b", "replace")]}
    found = compare(record(), actual(done, [result("Install", "h1"), result("Other", "h2")]))

    assert [deed.words for deed in found.unforeseen] == ["pool: a: delete", "patching: Other: h2"]
    assert [deed.words for deed in found.absent] == ["pool: a: update", "patching: Install: h2"]
    assert not found.is_true
    assert found.rates == (Rate("stack", "pool", 1, 1, 1, 0), Rate("role", "patching", 1, 1, 1, 0))
    assert [(rate.predicted, rate.share) for rate in found.rates] == [(2, 1 / 3), (2, 1 / 3)]


def test_a_handler_is_not_a_task_of_the_same_name() -> None:
    found = compare(
        record(resources=(), tasks=(task("Restart", "h1"),)), actual({}, [result("Restart", "h1", is_handler=True)])
    )

    assert ([deed.kind for deed in found.unforeseen], [deed.kind for deed in found.absent]) == (["handler"], ["task"])


def test_churn_that_was_listed_is_neither_unforeseen_nor_missed() -> None:
    made = record(churn=(Churn("api version", "pool", "Machine", "e", ""), Churn("order", "pool", "Machine", "f", "")))
    found = compare(made, actual({"pool": [*DONE["pool"], step("e", "update"), step("f", "replace")]}, RESULTS))

    assert [deed.words for deed in found.unforeseen] == ["pool: f: replace"]
    assert found.absent == ()


def test_what_a_blind_spot_named_is_no_surprise() -> None:
    blind = (
        BlindSpot("no check mode", "patching: Run the migration", ("h1",)),
        BlindSpot("unreachable", "no answer", ("h3",)),
        BlindSpot("not there yet", "is made by this change", ("h4",)),
        BlindSpot("type not known well", "Machine", ("x",)),
    )
    results = [
        *RESULTS,
        result("Run the migration", "h1"),
        result("Run the migration", "h2"),
        result("Restart", "h1", is_handler=True),
        result("Anything", "h3"),
        result("Anything", "h4"),
        result("Anything", "h1"),
    ]
    found = compare(record(blind=blind), actual({"pool": [*DONE["pool"], step("x", "update")]}, results))

    assert [deed.words for deed in found.blind] == [
        "patching: Restart: h1",
        "pool: x: update",
        "patching: Anything: h3",
        "patching: Anything: h4",
        "patching: Run the migration: h1",
    ]
    assert [deed.words for deed in found.unforeseen] == ["patching: Anything: h1", "patching: Run the migration: h2"]


def test_a_handler_of_no_role_is_in_nobodys_blind_spot() -> None:
    blind = (BlindSpot("no check mode", "patching: Run the migration", ("h1",)),)
    found = compare(record(blind=blind), actual(DONE, [*RESULTS, result("Restart", "h1", is_handler=True, role=None)]))

    assert [deed.words for deed in found.unforeseen] == ["no role: Restart: h1"]


def test_the_ledger_gets_counts_rates_and_the_first_words() -> None:
    found = compare(record(), actual(DONE, [*RESULTS, *(result("Other", f"h{n:03}") for n in range(80))]))
    plain = as_dict(found)

    assert json.loads(json.dumps(plain)) == plain
    assert (plain["hits"], plain["unforeseen"], plain["absent"], plain["blind"]) == (4, 80, 0, 0)
    assert plain["words"]["unforeseen"] == [f"patching: Other: h{n:03}" for n in range(50)]
    assert plain["rates"][1] == {
        "kind": "role",
        "name": "patching",
        "hits": 2,
        "unforeseen": 80,
        "absent": 0,
        "blind": 0,
    }
