"""What a change record is drafted from: the estate as it was and is to be, both engines, the state, the code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pyops.cli.steps import step
from pyops.errors import OutsideFailed

if TYPE_CHECKING:
    from pyops.changes.record import Base, Claim, Record, Window
    from pyops.changes.store import Store
    from pyops.engines.ansible import Play, TaskResult
    from pyops.engines.pulumi import Project, Run
    from pyops.estate import Estate


_JUDGED = 2 | 4 | 8
"""Bits of ansible-playbook's exit code that results tell of: tasks failed, hosts not reached, a play broken off."""


@dataclass(frozen=True)
class Source:
    """Where a draft takes its parts from. `old` is the estate's folder as last applied, None where nothing was."""

    estate: "Estate"
    old: Path | None
    is_lab: bool = False
    states: Path | None = None
    asks_hosts: bool = True


@dataclass(frozen=True)
class Words:
    """What people say of a change."""

    title: str
    author: str
    window: "Window"
    is_emergency: bool = False


def now() -> datetime:
    """The moment, with its offset."""
    return datetime.now(UTC)


def store_of(estate: "Estate") -> "Store":
    """Where the records of an estate are kept: `.changes/<estate>` in this checkout."""
    from pyops.changes.store import Store
    from pyops.environments.workspace import CHECKOUT

    return Store(CHECKOUT / ".changes" / estate.name)


def draft(source: Source, words: Words) -> "Record":
    """Ask both engines what would happen, and write it down as one record; nothing is changed."""
    from pyops.changes.drafting import draft as drafted
    from pyops.changes.inputs import Inputs
    from pyops.emulator.kinds import is_known_well
    from pyops.estate import load

    with step("preview of the stacks"):
        seen = _previewed(source)
    results = _rehearsed(source) if source.asks_hosts else ()
    plans = {stack: run.steps for stack, run in seen.runs.items()}
    types = {one.type for steps in plans.values() for one in steps}
    return drafted(
        Inputs(
            environment=source.estate.name,
            title=words.title,
            author=words.author,
            drafted=now(),
            window=words.window,
            old=load(source.old) if source.old else None,
            new=source.estate,
            plans=plans,
            results=results,
            base=_base(source, seen.states),
            policies=_policies(source.estate, seen.runs),
            poorly_known=frozenset(name for name in types if not is_known_well(name)),
            knows_secrets=source.is_lab,
            lifted=seen.lifted,
            is_emergency=words.is_emergency,
        )
    )


def again(record: "Record", source: Source) -> "Record":
    """The same change drafted anew, from what there is now."""
    words = Words(record.title, record.author, record.window, record.risk.kind == "emergency")
    return draft(source, words)


@dataclass(frozen=True)
class _Seen:
    """What the stacks would do, the state that they start from as the engine exports it, and the locks in the way."""

    runs: "Mapping[str, Run]"
    states: Mapping[str, str]
    lifted: frozenset[str]


def _previewed(source: Source) -> _Seen:
    from pyops.environments.applying import locks_in_the_way
    from pyops.environments.previews import preview_all, workspace_of
    from pyops.environments.workspace import STACKS, Workspace, preview_folder

    own = Workspace(preview_folder(source.estate), source.estate)
    workspace = workspace_of(source.estate) if source.is_lab else own
    with TemporaryDirectory(prefix="pyops-nothing-") as nothing:
        # What an earlier preview was given does not count: a draft says where it starts from.
        runs = preview_all(workspace, STACKS, source.states or (None if source.is_lab else Path(nothing)))
    projects = {name: workspace.project(name) for name in STACKS}
    states = {name: _given(source, name) or _exported(project) for name, project in projects.items()}
    return _Seen(runs, states, locks_in_the_way(list(projects.values()), runs))


def _given(source: Source, stack: str) -> str:
    """The state as it was handed in: what the preview keeps of it has its secrets put aside."""
    file = source.states / f"{stack}.json" if source.states else None
    return file.read_text(encoding="utf-8") if file and file.exists() else ""


def _exported(project: "Project") -> str:
    from pyops.engines.pulumi import called

    return called(project, "stack", "export", "--stack", project.stack)


def _rehearsed(source: Source) -> "Sequence[TaskResult]":
    """The dry run of the playbooks; a task that cannot be predicted is a finding, not an error."""
    from pyops.engines.ansible import run

    with step("ansible-playbook playbooks/site.yml --check"):
        outcome = run(site_play(source.estate, is_check=True), _unheard)
    if outcome.code & ~_JUDGED:
        raise OutsideFailed(f"playbooks/site.yml --check: ended with {outcome.code} before it was through")
    return outcome.results


def site_play(estate: "Estate", *, is_check: bool = False, results: Path | None = None) -> "Play":
    """The one run of Ansible that a change is about: the whole of playbooks/site.yml, with its differences."""
    from pyops.engines.ansible import Play
    from pyops.environments.workspace import CHECKOUT

    return Play(
        folder=CHECKOUT,
        playbooks=(CHECKOUT / "playbooks" / "site.yml",),
        inventory=estate.file.resolve(),
        is_check=is_check,
        is_diff=True,
        results=results,
    )


def _unheard(_: str) -> None:
    """The dry run's own words are not for the board."""


def base_now(source: Source) -> "Base":
    """The files, code and tools of this moment; no engine is asked, so no state is known."""
    return _base(source, {})


def _base(source: Source, states: Mapping[str, str]) -> "Base":
    """What the draft stands on, as digests."""
    from pyops.changes.base import base_of, collections
    from pyops.environments.workspace import CHECKOUT

    return base_of(source.estate.file.parent, source.old, CHECKOUT, states, collections())


def _policies(estate: "Estate", runs: "Mapping[str, Run]") -> "tuple[Claim, ...]":
    """Every policy over the plan: kept, or what breaks it first."""
    from pyops.changes.record import Claim
    from pyops.estate.loading import places
    from pyops.policies import POLICIES, judge, planned_of

    plan = [one for stack, run in runs.items() for one in planned_of(stack, run.steps)]
    verdict = judge(estate, plan, POLICIES, places(estate), whole=True)
    broken = {one.policy.id: f"{one.what}: {one.breach.says}" for one in reversed(verdict.broken)}
    return tuple(
        Claim(one.id, "policy", one.title, None, one.id not in broken, broken.get(one.id, "")) for one in POLICIES
    )
