"""What a prediction cannot see: counted, and named."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from pyops.changes.inputs import Inputs
from pyops.changes.record import BlindSpot, ResourceChange
from pyops.changes.task_side import task_words
from pyops.engines.ansible import TaskResult

_NO_CHECK_MODE = re.compile(r"check mode", re.IGNORECASE)
"""How Ansible says of a skipped task that its module cannot predict."""
_UNDEFINED = re.compile(r"undefined|has no attribute|has no element", re.IGNORECASE)
"""What a task fails with that builds on a result which a dry run does not have."""


def blind_spots(inputs: Inputs, changes: Sequence[ResourceChange]) -> tuple[BlindSpot, ...]:
    """All of them, by kind."""
    return (
        *_by_task("no check mode", inputs.results, _lacks_check_mode),
        *_by_task("depends on skipped", inputs.results, _depends),
        *_by_task("failed", inputs.results, _fails),
        *_unreachable(inputs),
        *_not_there_yet(inputs),
        *_poorly_known(inputs, changes),
        *_secrets(inputs, changes),
    )


def _lacks_check_mode(result: TaskResult) -> bool:
    return result.status == "skipped" and bool(_NO_CHECK_MODE.search(result.message))


def _depends(result: TaskResult) -> bool:
    return result.status == "failed" and bool(_UNDEFINED.search(result.message))


def _fails(result: TaskResult) -> bool:
    return result.status == "failed" and not _depends(result)


def _by_task(kind: str, results: Iterable[TaskResult], is_one: Callable[[TaskResult], bool]) -> Iterator[BlindSpot]:
    """One blind spot a task, with its hosts; its words name role and task, by which a verification finds it."""
    found: dict[str, list[str]] = {}
    for result in results:
        if is_one(result):
            task = task_words(result.role, result.task)
            why = f": {' '.join(result.message.split())[:160]}" if kind == "failed" else ""
            found.setdefault(task + why, []).append(result.host)
    for what, hosts in found.items():
        yield BlindSpot(kind, what, tuple(sorted(set(hosts))))  # type: ignore[arg-type]  # one of the kinds above


def _unreachable(inputs: Inputs) -> Iterator[BlindSpot]:
    if not inputs.results:
        names = tuple(sorted(server.name for server in inputs.new.servers))
        yield BlindSpot("unreachable", "no host was asked: there was no dry run", names)
        return
    new = _new_servers(inputs)
    seen = {result.host for result in inputs.results}
    silent = {result.host for result in inputs.results if result.status == "unreachable"}
    if known := silent - new:
        yield BlindSpot("unreachable", "did not answer to the dry run", tuple(sorted(known)))
    if missing := set(inputs.new.addresses) - seen - new:
        yield BlindSpot("unreachable", "no task of the dry run came to it", tuple(sorted(missing)))


def _not_there_yet(inputs: Inputs) -> Iterator[BlindSpot]:
    names = sorted(_new_servers(inputs))
    if names and inputs.results:
        yield BlindSpot("not there yet", "is made by this change, nothing can be asked of it before", tuple(names))


def _new_servers(inputs: Inputs) -> set[str]:
    before = {server.name for server in inputs.old.servers} if inputs.old else set()
    return {server.name for server in inputs.new.servers} - before


def _poorly_known(inputs: Inputs, changes: Sequence[ResourceChange]) -> Iterator[BlindSpot]:
    found: dict[str, list[str]] = {}
    for change in changes:
        if change.type in inputs.poorly_known or f"azure-native:{change.type}" in inputs.poorly_known:
            found.setdefault(change.type, []).append(change.name)
    for kind, names in found.items():
        yield BlindSpot("type not known well", kind, tuple(sorted(names)))


def _secrets(inputs: Inputs, changes: Sequence[ResourceChange]) -> Iterator[BlindSpot]:
    names = sorted(one.name for one in changes if any(edit.is_secret for edit in one.edits))
    if names and not inputs.knows_secrets:
        yield BlindSpot(
            "secret not known", "the preview has no login, so whether a secret changes is not seen", (*names,)
        )
