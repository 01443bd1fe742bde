"""The stand-in itself: what Azure would answer to each request, in terms of ids, inputs and outputs."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pyops.emulator import assigned, checking, computed, deletion, identity, locks, rules
from pyops.emulator.differences import Difference, differences
from pyops.emulator.identity import key
from pyops.emulator.kinds import kind_of
from pyops.emulator.parts import part
from pyops.emulator.realize import realizer
from pyops.emulator.replacement import replaces
from pyops.emulator.rules.rule import Neighbours, Write
from pyops.emulator.schema import schema
from pyops.emulator.store import Record, Store
from pyops.emulator.urn import Urn
from pyops.emulator.values import Properties, at, bare
from pyops.emulator.writes import Writes
from pyops.errors import Refused


class StandIn:
    """Answers for Azure. Writes for one stack only; without a stack it writes nothing."""

    def __init__(self, store: Store, stack: str | None, lab: Path | None) -> None:
        self.store, self.stack = store, stack
        self.subscription = os.environ.get("ARM_SUBSCRIPTION_ID") or identity.SUBSCRIPTION
        self.location = ""
        self._lab = realizer(lab, store)
        self._lock, self._making, self._writes = threading.Lock(), set[str](), Writes()

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

        Raises Refused when the stack is not ours, when something that it needs is missing, when it does not fit among
        what exists, or when it exists already.
        """
        self._own_stack(urn, "create")
        arm_id = self._id(urn, inputs)
        with self._writes.alone(urn.token, arm_id), self._begun(urn, arm_id, inputs) as record:
            outputs = self._made(record, inputs)
        return arm_id, outputs

    def _made(self, record: Record, inputs: Properties) -> Properties:
        self._lab.create(record.type, record.id, inputs)
        # One at a time: what Azure assigns to two resources must not be the same.
        with self._lock:
            outputs = self._outputs(record, inputs)
            self.store.write(replace(record, outputs=self.store.sealed(outputs), done=True))
        return outputs

    @contextmanager
    def _begun(self, urn: Urn, arm_id: str, inputs: Properties) -> Iterator[Record]:
        """Record that a create has begun: refused when the id exists or is just being made, or when it does not fit.

        One at a time, so that two that do not fit together cannot both find nothing in their way.
        """
        with self._lock:
            if key(arm_id) in self._making:
                raise Refused(f"{arm_id}: is being made already, an id belongs to one resource")
            existing = self.store.find(arm_id)
            record = self._fitting(urn, arm_id, inputs, existing.inputs if existing and existing.done else None)
            if existing and existing.done:
                self._adopted(existing, record)
                record = replace(record, outputs=existing.outputs)
            self.store.write(record)
            self._making.add(key(arm_id))
        try:
            yield record
        finally:
            self._making.discard(key(arm_id))

    def _fitting(self, urn: Urn, arm_id: str, inputs: Properties, before: Properties | None) -> Record:
        """The record of a write; Refused for a lock, for what is missing, and for what does not fit."""
        locks.refuse_write(arm_id, self.store)
        uses = self._needed(urn, arm_id, inputs)
        given = bare(inputs)
        rules.refuse(Write(urn.token, arm_id, given, before, Neighbours(self.store, self._making, arm_id)))
        labels = tuple(label.text for label in rules.labels(urn.token, arm_id, given))
        return Record(arm_id, urn.text, urn.token, self.store.sealed(inputs), {}, uses, labels=labels)

    def _outputs(self, record: Record, inputs: Properties) -> Properties:
        """The outputs of a resource; what Azure assigned to it before, it keeps."""
        found = computed.outputs(record.type, record.id, inputs)
        return assigned.outputs(record, found, self.store)

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
            if not (found and found.done) and part(needed, self.store) is None:
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
        return now, self._outputs(record, now)

    def update(self, urn: Urn, arm_id: str, olds: Properties, news: Properties) -> Properties:
        """Changes a resource in place."""
        self._own_stack(urn, "change")
        self._own_mark(urn, olds, "change")
        record = self.store.find(arm_id)
        if record is None:
            raise Refused(f"{arm_id}: does not exist any more, a refresh will show it")
        with self._writes.alone(urn.token, record.id):
            with self._lock:
                wanted = self._fitting(urn, record.id, news, record.inputs)
            outputs = self._outputs(replace(wanted, outputs=record.outputs), news)
            self._lab.update(urn.token, record.id, news)
            self.store.write(replace(wanted, outputs=self.store.sealed(outputs), done=True))
        return outputs

    def delete(self, urn: Urn, arm_id: str, outputs: Properties) -> None:
        """Deletes a resource that nothing uses any more, with what goes along; one that is gone already is no error."""
        self._own_stack(urn, "delete")
        self._own_mark(urn, outputs, "delete")
        record = self.store.find(arm_id)
        if record is None:
            return
        with self._writes.alone(urn.token, record.id):
            for going in deletion.going(record, self.store, self._making):
                self._lab.delete(going.type, going.id)
                self.store.remove(going.id)

    def preview_update(self, urn: Urn, olds: Properties, news: Properties) -> Properties:
        """The outputs of an update to come: what was minted stays."""
        expected: Properties = computed.kept(computed.previewed(urn.token, news), news, olds)
        return expected

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
