"""Steps that the engine calls the same, though another API version or provider recorded them, are churn."""

from dataclasses import replace

from pyops.changes.record import Churn, EstateEdit
from pyops.changes.stack_side import split
from pyops.engines.events import Step
from tests.changes.makers import lab, step

KIND = "azurestackhci:LogicalNetwork"


def provider(version: str) -> str:
    return f"urn:pulumi:lab::servers::pulumi:providers:azure-native::default_{version}::1b47061264138c4ac30d75fd"


def churn(*steps: Step) -> tuple[Churn, ...]:
    changes, found = split({"servers": steps}, lab(), ())
    assert changes == ()
    return found


def test_a_type_that_an_older_api_version_recorded() -> None:
    made = step("same", KIND, "net", type_before="azure-native:azurestackhci/v20240101:LogicalNetwork")
    words = "v20240101 becomes the provider's own version of LogicalNetwork"
    assert churn(made) == (Churn("api version", "servers", KIND, "net", words),)


def test_one_api_version_becomes_another() -> None:
    now = "azurestackhci/v20260401preview:LogicalNetwork"
    made = step("same", now, "net", type_before="azure-native:azurestackhci/v20240101:LogicalNetwork")
    assert [one.words for one in churn(made)] == ["v20240101 becomes v20260401preview"]


def test_a_real_edit_of_what_an_older_api_version_recorded_is_both() -> None:
    made = step("update", KIND, "net", ("vlan", "update"), inputs_before={"vlan": 1}, inputs_after={"vlan": 2})
    made = replace(made, type_before="azure-native:azurestackhci/v20240101:LogicalNetwork")
    changes, found = split({"servers": [made]}, lab(), ())
    assert [change.edits[0].path for change in changes] == ["vlan"]
    assert [one.kind for one in found] == ["api version"]


def test_a_provider_of_another_version_is_told_once_with_its_resources_counted() -> None:
    providers = (provider("2_90_0"), provider("3_29_0"))
    steps = [step("same", KIND, f"net-{number}", providers=providers) for number in range(3)]
    words = "2.90.0 becomes 3.29.0 for 3 resources"
    assert churn(*steps) == (Churn("provider", "servers", "", "azure-native", words),)


def test_what_is_recorded_as_it_is_planned_is_no_churn() -> None:
    kind, same = f"azure-native:{KIND}", (provider("3_29_0"), provider("3_29_0"))
    assert churn(step("same", KIND, "net", type_before=kind, providers=same), step("same", KIND, "other")) == ()


def test_a_site_that_comes_is_the_cause_of_what_changes_between_sites() -> None:
    edits = (EstateEdit("added", "daventry is new", ("sites.daventry",)),)
    names = ("banbury-copy-of-stratford", "st01", "banbury-versions")
    tags: tuple[dict[str, str], ...] = ({}, {"site": "towcester"}, {})
    steps = [
        step("update", "storage:BlobContainer", name, inputs_before={}, inputs_after={"a": 1, "tags": tag})
        for name, tag in zip(names, tags, strict=True)
    ]
    changes, _ = split({"servers": steps}, lab(), edits)
    assert {change.name: change.causes for change in changes} == {
        "banbury-copy-of-stratford": (0,),
        "st01": (),
        "banbury-versions": (),
    }
