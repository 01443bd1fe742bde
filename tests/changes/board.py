"""A board's estate with the real engine on a stand-in for Azure: edited, drafted, applied, held against the draft."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

import pytest

from pyops.changes.base import inventory, state
from pyops.changes.drafting import draft
from pyops.changes.inputs import Inputs
from pyops.changes.record import Base, Record, Window
from pyops.changes.verification import compare, predicted
from pyops.cli.changes_facts import Chronicle, happened
from pyops.engines import pulumi
from pyops.engines.pulumi import Run
from pyops.environments.applying import locks_in_the_way
from pyops.environments.workspace import STACKS
from pyops.estate import Estate, load
from tests.changes.makers import unchanged
from tests.stacks.cloud import Cloud

WINDOW = Window("2026-11-28T19:00:00+00:00", "2026-11-28T22:00:00+00:00")


@dataclass
class Board:
    """The cloud, and the estate as it was last applied to it."""

    cloud: Cloud
    applied: Estate = field(init=False)
    previous: Mapping[str, str] = field(init=False)
    """Digests of its files."""

    def __post_init__(self) -> None:
        self._keep()

    @classmethod
    def of_lab(cls, factory: pytest.TempPathFactory, name: str) -> "Board":
        """The lab's estate, applied."""
        return cls(Cloud.applied(factory, name))

    def drafted(
        self, title: str, edits: Mapping[str, str], stacks: Sequence[str] = STACKS
    ) -> tuple[Record, Mapping[str, Run]]:
        """A draft of an edit from what the engine would do now, starting from the recorded state of these stacks."""
        self.cloud.edit(edits)
        runs = self.cloud.preview(stacks)
        new = load(self.cloud.folder / "inventory")
        with ThreadPoolExecutor(len(stacks)) as pool:
            states = dict(zip(stacks, map(state, stacks, pool.map(self.exported, stacks)), strict=True))
        inputs = Inputs(
            environment="lab",
            title=title,
            author="ict.engineer@cherwell",
            drafted=datetime.now(UTC),
            window=WINDOW,
            old=self.applied,
            new=new,
            plans={stack: run.steps for stack, run in runs.items()},
            results=unchanged(new),
            lifted=locks_in_the_way([self.cloud.project(stack) for stack in stacks], runs),
            base=Base(inventory(self.cloud.folder / "inventory"), self.previous, {}, {}, states),
        )
        return draft(inputs), runs

    def applies(self, record: Record, stacks: Sequence[str] = STACKS) -> None:
        """Apply it, write down what happens as `pyops changes apply` does, and hold the prediction against that."""
        folder = Path(mkdtemp(prefix="chronicle-", dir=self.cloud.folder))
        chronicle = Chronicle(folder)
        chronicle.begin()
        self.cloud.up(chronicle.engine, stacks)
        found = compare(record, happened(folder) or frozenset())
        assert (found.unforeseen, found.absent) == ((), ())
        assert frozenset(found.hits) == predicted(record)
        self._keep()

    def exported(self, stack: str) -> str:
        """A stack's recorded state, as the engine exports it."""
        project = self.cloud.project(stack)
        return pulumi.called(project, "stack", "export", "--stack", project.stack)

    def rewrites(self, stack: str, writer: Callable[[str], str]) -> None:
        """Put another state in place of the recorded one, by the engine's own import."""
        project, file = self.cloud.project(stack), self.cloud.folder / f"{stack}.json"
        file.write_text(writer(self.exported(stack)), encoding="utf-8")
        pulumi.called(project, "stack", "import", "--stack", project.stack, "--file", str(file))

    def _keep(self) -> None:
        """Remember the estate as the one that is applied."""
        folder = self.cloud.folder / "inventory"
        self.applied, self.previous = load(folder), inventory(folder)
