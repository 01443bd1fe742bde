"""The stand-in itself: what Azure would answer to each request, in terms of ids, inputs and outputs."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pyops.emulator import checking, computed, identity, rules
from pyops.emulator.differences import Difference, differences
from pyops.emulator.identity import key
from pyops.emulator.kinds import kind_of
from pyops.emulator.realize import realizer
from pyops.emulator.replacement import replaces
from pyops.emulator.schema import schema
from pyops.emulator.store import Record, Store
from pyops.emulator.urn import Urn
from pyops.emulator.values import UNKNOWN, Properties, at, bare
from pyops.errors import Refused


class StandIn:
    """Answers for Azure. Writes for one stack only; without a stack it writes nothing."""

    def __init__(self, store: Store, stack: str | None, lab: Path | None) -> None:
        self.store, self.stack = store, stack
        self.subscription = os.environ.get("ARM_SUBSCRIPTION_ID") or identity.SUBSCRIPTION
        self.location = ""
        self._lab = realizer(lab, store)
        self._lock, self._making = threading.Lock(), set[str]()

    def check(self, urn: Urn, olds: Properties, news: Properties, seed: bytes) -> tuple[Properties, list[str]]:
        """The inputs with what Azure's provider fills in, and every problem of them."""
        known = schema(urn.token)
        inputs = dict(news)
        own = identity.name_parameter(urn.token, inputs)
        if own and own in known.inputs.fields and own not in inputs:
            inputs[own] = bare(olds).get(own) or f"{urn.name}{seed.hex()[:8] or '00000000'}"
        if "location" in known.inputs.fields and "location" not in inputs:
            inputs |= {"location": found} if (found := bare(olds).get("location") or self.location) else {}
        return inputs, self._problems(urn, inputs)

    def _problems(self, urn: Urn, inputs: Properties) -> list[str]:
        found = checking.problems(inputs, schema(urn.token).inputs)
        kind = kind_of(urn.token)
        if kind and kind.located and "location" not in inputs:
            found.append("location: not given, Azure needs one here or as azure-native:location")
        for name in kind.path_parameters if kind else ():
            value = bare(inputs.get(name))
            if value == "" or (isinstance(value, str) and name not in _PATHS and "/" in value):
                found.append(f"{name}: {value!r}, must be a name (it is a part of the id)")
        # Rules go on from types: they are asked only about inputs whose types are right.
        return found or rules.problems(urn.token, inputs)

    def diff(self, urn: Urn, old: Properties, new: Properties, ignored: list[str]) -> list[tuple[Difference, bool]]:
        """Each changed property, and whether it replaces the resource."""
        found = [change for change in differences(old, new) if not _ignored(change.path, ignored)]
        return [(change, replaces(urn.token, change.path, old, new)) for change in found]

    def create(self, urn: Urn, inputs: Properties) -> tuple[str, Properties]:
        """Makes a resource, or goes on with one that a kill left behind.

        Raises Refused when the stack is not ours, when something that it needs is missing, or when it exists already.
        """
        self._own_stack(urn, "create")
        arm_id = self._id(urn, inputs)
        uses = self._needed(urn, arm_id, inputs)
        rules.refuse(urn.token, arm_id, inputs, self.store)
        outputs = computed.outputs(urn.token, arm_id, inputs)
        record = Record(arm_id, urn.text, urn.token, self.store.sealed(inputs), self.store.sealed(outputs), uses)
        with self._alone(record):
            self._lab.create(urn.token, arm_id, inputs)
            self.store.write(replace(record, done=True))
        return arm_id, outputs

    @contextmanager
    def _alone(self, record: Record) -> Iterator[None]:
        """Begin a create: refused when the id exists or is just being made; a pending one of a kill is taken over."""
        with self._lock:
            if key(record.id) in self._making:
                raise Refused(f"{record.id}: is being made already, an id belongs to one resource")
            existing = self.store.find(record.id)
            if existing and existing.done:
                self._adopted(existing, record)
            self.store.write(record)
            self._making.add(key(record.id))
        try:
            yield
        finally:
            self._making.discard(key(record.id))

    def _id(self, urn: Urn, inputs: Properties) -> str:
        arm_id = identity.arm_id(urn.token, inputs, self.subscription, urn.name)
        if arm_id is None:
            raise Refused(f"{urn.name}: a part of its id is still unknown, an id must be known when a resource is made")
        return arm_id

    def _adopted(self, existing: Record, wanted: Record) -> None:
        """Azure refuses every id that exists. We adopt our own unfinished business: same URN, same inputs."""
        kind = kind_of(wanted.type)
        if kind and kind.comes_with_parent:
            return
        if existing.urn != wanted.urn:
            raise Refused(f"{wanted.id}: already exists (made as {existing.urn}), an id belongs to one resource")
        changed = [change.path for change in differences(existing.inputs, wanted.inputs)]
        if changed:
            raise Refused(
                f"{wanted.id}: already exists with other inputs ({', '.join(changed)}), import or delete it first"
            )

    def _needed(self, urn: Urn, arm_id: str, inputs: Properties) -> tuple[str, ...]:
        """The ids that the resource uses; Refused when one of them, or its parent, does not exist."""
        kind = kind_of(urn.token)
        used = [str(value) for path in (kind.needs if kind else ()) for value in at(inputs, path)]
        parent = identity.parent_of(arm_id)
        for needed in [*([parent] if parent else []), *used]:
            found = self.store.find(needed)
            if found is None or not found.done:
                raise Refused(f"{arm_id}: {needed} does not exist, it must be made first")
        return tuple(dict.fromkeys(used))

    def read(
        self, urn: Urn, arm_id: str, inputs: Properties, outputs: Properties
    ) -> tuple[Properties, Properties] | None:
        """Inputs and outputs as they are in truth; None when the resource is gone.

        Raises Refused for a resource that this stand-in did not make: answering "gone" would drop it from its state.
        """
        self._own_stack(urn, "refresh")
        if outputs:
            self._own_mark(urn, outputs, "refresh")
        record = self.store.find(arm_id)
        if record is None or not record.done:
            return None
        real = self._lab.read(urn.token, record.id, record.inputs)
        if real is None:
            self.store.remove(record.id)
            return None
        now = self.store.opened(real, inputs)
        return now, computed.outputs(urn.token, record.id, now)

    def update(self, urn: Urn, arm_id: str, olds: Properties, news: Properties) -> Properties:
        """Changes a resource in place."""
        self._own_stack(urn, "change")
        self._own_mark(urn, olds, "change")
        record = self.store.find(arm_id)
        if record is None:
            raise Refused(f"{arm_id}: does not exist any more, a refresh will show it")
        uses = self._needed(urn, record.id, news)
        outputs = computed.outputs(urn.token, record.id, news)
        self._lab.update(urn.token, record.id, news)
        sealed = self.store.sealed
        self.store.write(Record(record.id, urn.text, urn.token, sealed(news), sealed(outputs), uses, done=True))
        return outputs

    def delete(self, urn: Urn, arm_id: str, outputs: Properties) -> None:
        """Deletes a resource that nothing uses any more; one that is gone already is no error."""
        self._own_stack(urn, "delete")
        self._own_mark(urn, outputs, "delete")
        record = self.store.find(arm_id)
        if record is None:
            return
        users = self.store.dependents(record.id)
        if users:
            more = f" and {len(users) - 1} more" if len(users) > 1 else ""
            raise Refused(f"{record.id}: in use by {users[0]}{more}, those must be deleted first")
        self._lab.delete(urn.token, record.id)
        self.store.remove(record.id)

    def preview_update(self, urn: Urn, olds: Properties, news: Properties) -> Properties:
        """The outputs of an update to come: what was minted stays."""
        expected = computed.previewed(urn.token, news)
        return {name: olds.get(name, UNKNOWN) if value is UNKNOWN else value for name, value in expected.items()}

    def _own_stack(self, urn: Urn, verb: str) -> None:
        if urn.stack != self.stack:
            served = f"serves {self.stack} alone" if self.stack else "only previews"
            raise Refused(f"{urn.name}: asked to {verb} it for stack {urn.stack}, this stand-in for Azure {served}")

    def _own_mark(self, urn: Urn, outputs: Properties, verb: str) -> None:
        if not computed.is_ours(outputs):
            raise Refused(
                f"{urn.name}: asked to {verb} it, but the stand-in for Azure did not make it (it has no mark)"
            )


_PATHS = {"scope", "resourceUri", "resourceType", "providerName"}


def _ignored(path: str, ignored: list[str]) -> bool:
    return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in ignored)
