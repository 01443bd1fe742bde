"""The changelogs of a mirror's packages, each fetched once."""

from collections.abc import Iterator, Sequence
from itertools import islice

from pyops.patches.changelogs import Entry, changelog_of, entries
from pyops.patches.indexes import Candidate, Index, Indexes
from pyops.patches.mirror import Cache, NotThere
from pyops.patches.release import Listed

_SIBLINGS = 3
"""Packages of one source that are looked into: documents are often those of a sibling that all of them depend on."""


class Library:
    """Reads changelogs out of the packages of one index."""

    def __init__(self, indexes: Indexes, index: Index, cache: Cache) -> None:
        self._indexes, self._index, self._cache = indexes, index, cache

    def changelog(self, candidate: Candidate) -> Sequence[Entry] | None:
        """The entries of a package's changelog; None where no package of its source on the mirror has one.

        Raises Refused for a package that is not what the index says.
        """
        for sibling in islice(self._of_source(candidate), _SIBLINGS):
            text = self._text(sibling)
            if text:
                return tuple(entries(text))
        return None

    def _of_source(self, candidate: Candidate) -> Iterator[Candidate]:
        yield candidate
        others = self._index.candidates.get(candidate.architecture, {}).values()
        source = (candidate.source, candidate.source_version)
        siblings = [c for c in others if (c.source, c.source_version) == source and c.name != candidate.name]
        yield from sorted(siblings, key=lambda one: one.size)

    def _text(self, candidate: Candidate) -> str:
        """Empty where the package holds none, or is not on the mirror."""
        kept = self._cache.recall(candidate.sha256)
        if kept is not None:
            return kept.decode("utf-8", "replace")
        try:
            deb = self._indexes.fetch(candidate.path, Listed(candidate.size, candidate.sha256), keep=False)
        except NotThere:
            return ""
        text = changelog_of(deb, candidate.name) or ""
        self._cache.remember(candidate.sha256, text.encode())
        return text
