"""The engine as a child: interrupts, failures, and where it is found."""

from pathlib import Path

import pytest

from pyops.engines import pulumi, stacks, toolchain
from pyops.engines.events import Event, Message
from pyops.errors import OutsideFailed
from tests.engines.sample import Sample, summary


@pytest.mark.engine
@pytest.mark.parametrize("trouble", [KeyboardInterrupt, RuntimeError])
def test_when_we_are_interrupted_the_engine_ends_and_lets_go_of_its_lock(
    sample: Sample, trouble: type[BaseException]
) -> None:
    sample.write("network()")

    def stop(_: Event) -> None:
        raise trouble

    with pytest.raises(trouble):
        sample.run(pulumi.up, stop)
    assert stacks._locks(sample.project) == []
    assert summary(sample.run(pulumi.up))[-1] == ("create", "servers")


@pytest.mark.engine
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("raise SystemExit('estate.yml:3: a: b, c')", "estate.yml:3: a: b, c"),
        ("from pyops.errors import Refused\nraise Refused('one\\ntwo')", "one\ntwo"),
    ],
)
def test_an_error_of_the_program_is_shown_in_its_own_words(sample: Sample, program: str, expected: str) -> None:
    sample.write(program)
    with pytest.raises(OutsideFailed) as failed:
        sample.run(pulumi.preview)
    assert str(failed.value) == f"pulumi preview of program/lab: {expected}"


@pytest.mark.engine
def test_a_bug_of_the_program_keeps_its_traceback(sample: Sample) -> None:
    sample.write("1 / 0")
    with pytest.raises(OutsideFailed, match="Traceback") as failed:
        sample.run(pulumi.preview)
    assert str(failed.value).endswith("ZeroDivisionError: division by zero")


@pytest.mark.engine
def test_any_other_command_fails_in_one_line(sample: Sample) -> None:
    sample.write("")
    with pytest.raises(OutsideFailed) as failed:
        pulumi.called(sample.project, "stack", "export", "--stack", "nowhere")
    assert str(failed.value) == "pulumi stack export of program/lab: no stack named 'nowhere' found"


@pytest.mark.engine
def test_a_plan_refuses_what_it_does_not_hold(sample: Sample) -> None:
    plan = sample.folder / "plan.json"
    sample.write("network()")
    sample.run(pulumi.preview, save_plan=plan)
    sample.write("network(tags={'site': 'banbury'})")
    with pytest.raises(OutsideFailed, match=r"servers: .*violates plan"):
        sample.run(pulumi.up, plan=plan)
    sample.write("network()")
    assert ("create", "servers") in summary(sample.run(pulumi.up, plan=plan))


def test_an_error_names_its_resource_once() -> None:
    urn = "urn:pulumi:lab::network::azure-native:network:VirtualHub::hub"
    text = "azure-native:network:VirtualHub resource 'hub' has a problem: sku: 3, must be a text"
    assert pulumi._error(Message("error", text, urn)) == "hub: sku: 3, must be a text"
    assert pulumi._error(Message("error", "hub: asked to create it", urn)) == "hub: asked to create it"


def test_without_an_engine_one_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(OutsideFailed) as failed:
        toolchain.pulumi_folder()
    assert str(failed.value) == "pulumi: not found on PATH nor built in the user's cache, run tools/pulumi/build"


def test_an_installed_engine_is_preferred_and_of_the_built_ones_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "installed"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    built = [_program(tmp_path / f"pyops/pulumi/{version}/bin/pulumi-language-python-exec") for version in _VERSIONS]
    assert toolchain.pulumi_folder() == built[1].parent
    for name in ("pulumi", "pulumi-language-python"):
        installed = _program(tmp_path / "installed" / name)
    assert toolchain.pulumi_folder() == installed.parent


_VERSIONS = ("3.99.0", "3.259.0", "3.79.10")


def _program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return path
