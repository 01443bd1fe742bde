"""Tables of plans and rollouts."""

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table
from rich.text import Text

from pyops.cli.output import BAD, GOOD, Cell, show, table
from pyops.cli.patches_tables import some
from pyops.engines.ansible import TaskResult
from pyops.estate.model import Estate
from pyops.patches.plan import Plan, Stage
from pyops.patches.rollout import Now, Rollout, Stopped

_NONE = "-"
Part = Table | str | Text


def show_plan(estate: Estate, made: Plan) -> None:
    """One line a host, in the order of the rollout; then who cannot be taken along."""
    show(*_plan(estate, made, "nothing to do: no host that can be taken along is behind"))


def _plan(estate: Estate, made: Plan, nothing: str) -> Iterator[Part]:
    columns = ("day", "site", "wave", "host", "ring", "updates", "restart")
    rows = list(_steps(made))
    yield table(f"{estate.name}: what a rollout would do", columns, rows) if rows else Text(nothing)
    yield from _left_out(made)


def _left_out(made: Plan) -> Iterator[Table]:
    if made.left_out:
        yield table("left out", ("host", "site", "why"), [[one.host, one.site, one.why] for one in made.left_out])


def _steps(made: Plan) -> Iterator[list[Cell]]:
    for stage in made.stages:
        for number, wave in enumerate(stage.waves, start=1):
            for step in wave:
                updates = some([update.name for update in step.updates])
                yield [str(stage.day), stage.site, number, step.host, step.ring, updates, step.restart or _NONE]


def show_rehearsal(estate: Estate, now: Now, changes: Sequence[TaskResult] | None) -> None:
    """What a rollout would do now, and what the dry run of its first wave would change; None where there was none."""
    parts = [*_plan(estate, now.plan, _nothing(now)), *_waiting(now.waiting)]
    if changes is not None:
        rows: list[list[Cell]] = [[change.host, change.task] for change in changes]
        title = "the first wave would change" if rows else "the first wave would change nothing"
        parts.append(table(title, ("host", "task"), rows))
    show(*parts)


def show_rollout(estate: Estate, done: Rollout) -> None:
    """What was done; where it stopped and who is untouched; who waits for a window, and who is left out."""
    parts: list[Part] = []
    if done.done:
        parts.append(Text(f"{estate.name}: {len(done.done):,} hosts are as their ring is now", style=GOOD))
    if done.stopped:
        parts += _stop(done.stopped)
    elif not done.done:
        parts.append(Text(_nothing(done.now)))
    show(*parts, *_waiting(done.now.waiting), *_left_out(done.now.plan))


def _stop(stopped: Stopped) -> Iterator[Part]:
    """The failures with their reasons: the site, the host, the task and its message."""
    if stopped.failed:
        rows: list[list[Cell]] = [[stopped.site, one.host, Text(one.failure, style=BAD)] for one in stopped.failed]
        yield table("failed", ("site", "host", "why"), rows)
        yield Text("the other hosts of that wave were done to their end; no further wave was begun at any site")
    else:
        yield Text(f"stopped before the next wave at {stopped.why}", style=BAD)
    yield Text(f"untouched: {', '.join(stopped.untouched) or 'none'}")
    yield Text("run it again once that is mended: it goes on from what hosts are")


def _nothing(now: Now) -> str:
    if now.waiting:
        return "nothing to do now: no window is open at a site with hosts that are behind"
    return "nothing to do: no host that can be taken along is behind"


def _waiting(stages: Iterable[Stage]) -> Iterator[Table]:
    rows: list[list[Cell]] = [[stage.site, str(stage.day), some(stage.hosts)] for stage in stages]
    if rows:
        yield table("waiting for their window", ("site", "next day", "hosts"), rows)
