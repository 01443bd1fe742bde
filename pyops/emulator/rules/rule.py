"""What a rule of Azure's is made of, and what it is asked about."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from pyops.emulator.identity import key
from pyops.emulator.store import Record, Store
from pyops.emulator.values import Properties


class Neighbours:
    """What a write meets: the resources that stand, itself left out.

    A record that a killed run left half-made counts for nothing; one that is just being made counts.
    """

    def __init__(self, store: Store, making: Collection[str], own: str) -> None:
        self._store, self._making, self._own = store, making, key(own)

    def find(self, arm_id: str) -> Record | None:
        """The resource of an id."""
        found = self._store.find(arm_id)
        return found if found and self._stands(found) else None

    def below(self, arm_id: str, token: str) -> list[Record]:
        """The resources of a type below another."""
        return [record for record in self._store.below(arm_id, token) if self._stands(record)]

    def users(self, arm_id: str, token: str | None = None) -> list[Record]:
        """The resources (of a type) that use another or a part of it."""
        return [record for record in self._store.users(arm_id, token) if self._stands(record)]

    def labelled(self, label: str) -> list[Record]:
        """The resources that carry a label."""
        return [record for record in self._store.labelled(label) if self._stands(record)]

    def _stands(self, record: Record) -> bool:
        place = key(record.id)
        return place != self._own and (record.done or place in self._making)


@dataclass(frozen=True)
class Write:
    """A create or an update: what is wanted (secrets looked through), what was there before, and what is around it."""

    token: str
    id: str
    inputs: Properties
    before: Properties | None
    neighbours: Neighbours


@dataclass(frozen=True)
class Label:
    """A word by which others of its kind find a resource; `what` says what of it the word stands for."""

    text: str
    what: str
    one: bool = True
    """Whether one resource alone may carry it."""


@dataclass(frozen=True)
class Rule:
    """One thing that Azure refuses, in words for the guide, and how it shows."""

    words: str
    alone: Callable[[Properties], Iterator[str]] | None = None
    """Problems of the inputs alone, `<path>: <what was given>, <the rule>`: a preview finds them."""
    among: Callable[[Write], Iterator[str]] | None = None
    """Problems among what exists, `<what is given>, <the rule>`: found when it is made or changed."""
    labels: Callable[[str, Properties], Iterator[Label]] | None = None
    """The labels of a resource by its id and inputs."""


type Rules = dict[str, tuple[Rule, ...]]
"""Rules by type token."""
