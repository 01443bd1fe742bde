"""What two rings carry: what a promotion from one to the other would bring."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pyops.patches.changelogs import Entry, newer
from pyops.patches.indexes import Candidate, Index


class Change(NamedTuple):
    """A package that the second ring has otherwise; `before` or `after` is empty where one has it not at all."""

    package: str
    before: str
    after: str
    closes: tuple[str, ...] | None
    """What its changelog names between the two; None where nobody asked, or there is no changelog."""


def between(
    before: Index, after: Index, changelog_of: Callable[[Candidate], Sequence[Entry] | None] | None = None
) -> Iterator[Change]:
    """The packages that differ, by name; of each architecture those that its own list names."""
    architectures = sorted(set(before.candidates) | set(after.candidates))
    for architecture in architectures:
        old, new = before.candidates.get(architecture, {}), after.candidates.get(architecture, {})
        for name in sorted(set(old) | set(new)):
            first, second = old.get(name), new.get(name)
            versions = (first.version if first else "", second.version if second else "")
            if versions[0] != versions[1]:
                shown = name if len(architectures) == 1 else f"{name}:{architecture}"
                closes = _closes(first, second, changelog_of) if changelog_of else None
                yield Change(shown, *versions, closes)


def _closes(
    first: Candidate | None, second: Candidate | None, changelog_of: Callable[[Candidate], Sequence[Entry] | None]
) -> tuple[str, ...] | None:
    if first is None or second is None:
        return None
    changelog = changelog_of(second)
    if changelog is None:
        return None
    brought = newer(changelog, first.source_version, second.source_version)
    return tuple(dict.fromkeys(cve for entry in brought for cve in entry.cves))
