"""From the engine's steps to changes of resources, and to churn: steps after which nothing runs differently."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pyops.changes.record import Churn, EstateEdit, Operation, PropertyEdit, ResourceChange
from pyops.changes.values import MISSING, at, is_secret, shown
from pyops.engines.events import Change, Step
from pyops.estate import Estate
from pyops.estate.difference.telling import counted

OPERATIONS: Mapping[str, Operation] = {
    "create": "create",
    "import": "create",
    "update": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import-replacement": "replace",
    "delete": "delete",
}
"""The engine's words for what changes something; its others change nothing."""
_VERSIONS = ("azureApiVersion", "apiVersion", "__apiVersion")
_PROVIDER = ("__provider", "__version", "pluginDownloadURL")
_UNORDERED = (
    "actionGroups",
    "addressPrefixes",
    "destinationIpGroups",
    "ipAddresses",
    "scopes",
    "sourceIpGroups",
    "streams",
)
"""Lists whose order means nothing to Azure; of others it may, as of resolvers, so a new order of theirs is a change."""
_DEFAULT_PROVIDER = re.compile(r"::pulumi:providers:([^:]+)::default_(\w+)::")
"""The URN of a provider that the engine made itself for one version of a package."""
_FLOW_KINDS = re.compile("firewall|securityrule|networksecuritygroup|rulecollection", re.IGNORECASE)


def split(
    plans: Mapping[str, Sequence[Step]],
    estate: Estate,
    edits: Sequence[EstateEdit],
    lifted: frozenset[str] = frozenset(),
) -> tuple[tuple[ResourceChange, ...], tuple[Churn, ...]]:
    """What changes, and what only seems to; by URN, since the engine goes through a plan in another order each time."""
    changes: list[ResourceChange] = []
    churn: list[Churn] = []
    causes = _Causes(edits)
    for stack, steps in plans.items():
        for step in sorted(steps, key=lambda step: step.urn):
            operation = "lift" if step.urn in lifted else OPERATIONS.get(step.operation)
            churn += _renamed(stack, step)
            if operation is None or is_component(step):
                continue
            found = _churn(stack, step) if operation == "update" else None
            if found:
                churn.append(found)
            else:
                changes.append(_change(stack, step, operation, estate, causes))
        churn += _upgraded(stack, steps)
    return tuple(changes), tuple(churn)


def without_secrets(changes: Sequence[ResourceChange]) -> tuple[ResourceChange, ...]:
    """What is left of updates where secrets are not known: one that is of secrets alone need not happen."""
    seen = (replace(one, edits=tuple(edit for edit in one.edits if not edit.is_secret)) for one in changes)
    return tuple(
        left
        for left, one in zip(seen, changes, strict=True)
        if left.edits or not one.edits or one.operation != "update"
    )


def is_component(step: Step) -> bool:
    """Whether it only holds others together, or is the engine's own: nothing of it runs."""
    return step.type.startswith(("pyops:", "pulumi:"))


def _change(stack: str, step: Step, operation: Operation, estate: Estate, causes: "_Causes") -> ResourceChange:
    edits = tuple(_edits(step)) if operation in ("update", "replace") else ()
    kind = step.type.removeprefix("azure-native:")
    name, site = step.name.rpartition("::")[2], _site(step, estate)
    because = causes.of(kind, f"{step.urn} {name} {site}") or causes.of_sites(site)
    return ResourceChange(stack, step.urn, kind, name, operation, site, edits, because)


def _edits(step: Step) -> Iterator[PropertyEdit]:
    before, after = step.inputs_before or {}, step.inputs_after or {}
    for change in _changes(step):
        old, new = at(before, change.path), at(after, change.path)
        hidden = is_secret(old) or is_secret(new)
        forces = change.replaces or change.path in step.replaced_by
        yield PropertyEdit(change.path, _text(old, hidden), _text(new, hidden), forces, hidden)


def _changes(step: Step) -> Sequence[Change]:
    """What differs: as the engine says it, else the top of the inputs compared, where they are known."""
    if step.changes or step.replaced_by:
        return step.changes or [Change(path, "update-replace") for path in step.replaced_by]
    if step.inputs_before is None or step.inputs_after is None:
        return ()
    before, after = step.inputs_before, step.inputs_after
    names = sorted({*before, *after})
    return [Change(name, "update") for name in names if before.get(name, MISSING) != after.get(name, MISSING)]


def _text(value: object, hidden: bool) -> str | None:
    return "secret" if hidden and value is not MISSING else shown(value)


def _churn(stack: str, step: Step) -> Churn | None:
    kind, name = step.type.removeprefix("azure-native:"), step.name.rpartition("::")[2]
    changes = _changes(step)
    paths = ", ".join(change.path for change in changes)
    if changes and all(_last(change.path) in _VERSIONS for change in changes):
        return Churn("api version", stack, kind, name, paths)
    if changes and all(change.path in _PROVIDER for change in changes):
        return Churn("provider", stack, kind, name, paths)
    before, after = step.inputs_before, step.inputs_after
    if before is None or after is None:
        return None
    if not changes and not is_secret(dict(before)):
        return Churn("provider", stack, kind, name, "its inputs are as they were")
    lists = {change.path.partition("[")[0] for change in changes}
    if lists and all(_last(path) in _UNORDERED and _is_order(before, after, path) for path in lists):
        return Churn("order", stack, kind, name, ", ".join(sorted(lists)))
    return None


def _renamed(stack: str, step: Step) -> Iterator[Churn]:
    """Recorded by another API version: the engine calls that the same, since an alias of its type names both."""
    if step.type_before in ("", step.type) or is_component(step):
        return
    kind, name = step.type.removeprefix("azure-native:"), step.name.rpartition("::")[2]
    yield Churn("api version", stack, kind, name, f"{_release(step.type_before)} becomes {_release(step.type)}")


def _release(kind: str) -> str:
    """The API version that a type names; those that name none have the one that their provider prefers."""
    found = re.search(r"/(v\d\w+):", kind)
    return found[1] if found else f"the provider's own version of {kind.rpartition(':')[2]}"


def _upgraded(stack: str, steps: Sequence[Step]) -> Iterator[Churn]:
    """Providers of another version than recorded, each once: the engine only says so of each of their resources."""
    moved: Counter[tuple[str, str, str]] = Counter()
    for step in steps:
        before, after = map(_DEFAULT_PROVIDER.search, step.providers)
        if before and after and before[2] != after[2]:
            moved[after[1], before[2].replace("_", "."), after[2].replace("_", ".")] += 1
    for (package, old, new), number in sorted(moved.items()):
        yield Churn("provider", stack, "", package, f"{old} becomes {new} for {counted(number, 'resource')}")


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _is_order(before: object, after: object, path: str) -> bool:
    """Whether two lists hold the same in another order; a list with secrets may hold others."""
    old, new = at(before, path), at(after, path)
    if not isinstance(old, list) or not isinstance(new, list) or is_secret(old) or is_secret(new):
        return False
    return sorted(map(_plain, old)) == sorted(map(_plain, new))


def _plain(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _words(text: str) -> set[str]:
    return set(re.split(r"[^a-z0-9_]+", text.lower()))


def _site(step: Step, estate: Estate) -> str:
    """The one site that a resource's tags or name speak of."""
    inputs = step.inputs_after or step.inputs_before or {}
    tagged = at(inputs, "tags.site")
    if isinstance(tagged, str) and tagged in estate.sites:
        return tagged
    named = [site for site in estate.sites if site in _words(step.name)]
    return named[0] if len(named) == 1 else ""


class _Causes:
    """Which edits of the estate brought a resource: those whose hosts, or all of whose names, it carries."""

    def __init__(self, edits: Sequence[EstateEdit]) -> None:
        self._hosts = [set(re.findall(r"\b[a-z][a-z0-9_]*-[a-z][a-z0-9_]*-\d\d\b", edit.words)) for edit in edits]
        self._names = [[_names(path) for path in edit.paths] for edit in edits]
        self._is_flow = [any(path.startswith("flows") for path in edit.paths) for edit in edits]
        self._sites = tuple(number for number, edit in enumerate(edits) if _is_of_site(edit))

    def of(self, kind: str, text: str) -> tuple[int, ...]:
        """Numbers of the edits, none where it is not sure."""
        words = _words(text)
        return tuple(
            number
            for number, hosts in enumerate(self._hosts)
            if any(host in text for host in hosts)
            or any(names and names <= words for names in self._names[number])
            or (self._is_flow[number] and _FLOW_KINDS.search(kind))
        )

    def of_sites(self, site: str) -> tuple[int, ...]:
        """Sites that come or go, for what belongs to no single site: rules between sites, copies that go round them."""
        return () if site else self._sites


def _is_of_site(edit: EstateEdit) -> bool:
    """Whether a whole site comes or goes."""
    return edit.kind != "changed" and any(re.fullmatch(r"sites\.\w+", path) for path in edit.paths)


_KEYS = {"sites", "pools", "count", "zones", "circuits", "links", "prefix", "first", "address", "memory", "cpu"}


def _names(path: str) -> set[str]:
    """The names of things in a place of the estate file: `pools.application.count.banbury` gives two."""
    parts = set(re.split(r"[.\[\]]+", path)) - {""}
    head = path.partition(".")[0]
    return parts - _KEYS if head in ("sites", "pools", "links") else set()
