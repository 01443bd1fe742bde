"""The verbs of `pyops changes` that decide or do something: approve, apply, verify, back-out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyops.cli.answering import end
from pyops.cli.changes_options import Change
from pyops.cli.context import Inventory, estate_of
from pyops.cli.options import InLab, Json, Yes
from pyops.errors import PyopsError, Refused

if TYPE_CHECKING:
    from pyops.changes.ledger import Kind
    from pyops.changes.record import Record
    from pyops.changes.store import Store
    from pyops.cli.changes_reading import Source
    from pyops.estate import Estate


def approve(
    change: Change,
    key: Annotated[
        Path,
        typer.Option("--key", metavar="FILE", help="Your ssh key: the private one, or the public one of an agent's."),
    ],
    role: Annotated[
        str | None, typer.Option("--as", metavar="ROLE", help="The role you sign in.", show_default="the one asked for")
    ] = None,
    inventory: Inventory = None,
) -> None:
    """Sign a record: exactly this content, this starting state, this window, this environment.

    Who may sign stands in approvers.pub beside the estate, in the format of ssh's allowed signers. The author cannot.
    """
    from pyops.changes.approval import approvals, missing
    from pyops.changes.approval import approve as sign
    from pyops.cli.changes_pages import write_pages
    from pyops.cli.changes_reading import now

    case = _case(inventory, change)
    _require_author(case)
    given = approvals(case.store, case.record, case.approvers)
    asked = role or next(iter(missing(case.record, given)), next(iter(case.record.risk.signers), ""))
    approval = sign(case.store, case.record, asked, key, case.approvers, now())
    case.note("approved", principal=approval.principal, role=approval.role)
    write_pages(case.estate, case.store, case.record, case.approvers)
    rest = missing(case.record, approvals(case.store, case.record, case.approvers))
    still = f"; still to sign: {', '.join(rest)}" if rest else "; all have signed"
    typer.echo(f"{case.record.id}: signed by {approval.principal} as {approval.role}{still}")


def apply(
    change: Change,
    inventory: Inventory = None,
    lab: InLab = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Run what was approved, and nothing else: all of it is worked out anew first, and refused where a part moved.

    The stacks come first, then the playbooks; the first failure stops it, and is written down. Run it again to go on
    with what is left of it, or take it back with `back-out`. Ends with the prediction beside what happened.

    \b
    JSON: {"hits", "unforeseen", "absent", "blind", "words", "rates": [{"kind", "name", "hits", ...}]}
    Exit code 1 where something moved, was not approved, or did not go as predicted.
    """
    from pyops.changes.moved import base_moved, beyond
    from pyops.cli.changes_facts import happened
    from pyops.cli.changes_hands import alone, place_of_stacks, starting_states
    from pyops.cli.changes_reading import Source, again, base_now

    case = _case(inventory, change)
    place_of_stacks(case.estate, is_lab=lab)
    with case.store.lock(), alone(case.estate, is_lab=lab), starting_states(case.estate, is_lab=lab) as states:
        _require(case)
        done = happened(case.folder) if _goes_on(case) else None  # refused where it was applied or backed out
        asks_hosts = case.record.predicted.get("results", 0) > 0
        source = Source(case.estate, _before(case), lab, states, asks_hosts)
        _refuse(case, [*_applied_since(case), *base_moved(case.record.base, base_now(source))])
        _refuse(case, beyond(case.record, again(case.record, source), done))
        if not yes:
            typer.confirm(f"Apply {case.record.id}, {case.record.title}?", abort=True, err=True)
        _require(case)
        _refuse(case, base_moved(case.record.base, base_now(source)))
        _carried_out(case, source, "applied")
    _tell_verdict(case, as_json=as_json)


def verify(change: Change, inventory: Inventory = None, as_json: Json = False) -> None:
    """What was predicted beside what happened, per resource and per host's task; the rates go into the ledger.

    \b
    JSON: {"hits", "unforeseen", "absent", "blind", "words", "rates": [{"kind", "name", "hits", ...}]}
    Exit code 1 where something happened that was neither predicted nor said to be out of sight, or did not happen.
    """
    _tell_verdict(_case(inventory, change), as_json=as_json)


def back_out(
    change: Change,
    inventory: Inventory = None,
    lab: InLab = False,
    check: Annotated[bool, typer.Option("--check", help="Show what going back would do, change nothing.")] = False,
    yes: Yes = False,
) -> None:
    """Bring the estate back to what it was before a change, as the record said: the way back was approved with it.

    Rehearse it in the lab first (--lab). What cannot come back stands in the record's back-out.
    """
    from pyops.changes.page import markdown
    from pyops.cli.changes_hands import alone
    from pyops.cli.changes_reading import Source, Words, draft
    from pyops.estate import load

    case = _case(inventory, change)
    previous = case.folder / "previous"
    if not previous.is_dir():
        raise Refused(f"{case.record.id}: nothing was applied before it, so there is no estate to go back to")
    if not lab and not check:
        raise Refused(f"{case.record.id}: outside the lab, put the estate back by a commit and draft that as a change")
    with case.store.lock(), alone(case.estate, is_lab=lab):
        source = Source(load(previous), case.estate.file.parent, lab)
        if check:
            words = Words(f"Back out: {case.record.title}", case.record.author, case.record.window, is_emergency=True)
            typer.echo(markdown(draft(source, words)).rstrip())
            return
        _require_way_back(case, previous)
        if not yes:
            typer.confirm(f"Back out {case.record.id}, {case.record.title}?", abort=True, err=True)
        _carried_out(case, source, "backed_out")
    typer.echo(
        f"{case.record.id}: backed out, the estate of before runs again; take the edit out of {case.estate.file}"
    )


@dataclass(frozen=True)
class _Case:
    """A record at hand, with all that belongs to it."""

    estate: "Estate"
    store: "Store"
    record: "Record"
    approvers: Path

    @property
    def folder(self) -> Path:
        return self.store.place(self.record)

    def note(self, kind: "Kind", **data: Any) -> None:
        """Write an event into the ledger."""
        from pyops.changes.ledger import append
        from pyops.changes.record import digest
        from pyops.cli.changes_reading import now

        append(self.store.ledger, kind, self.record.id, digest(self.record), now(), data)


def _case(inventory: Path | None, change: str) -> _Case:
    from pyops.changes.approvers import FILE
    from pyops.cli.changes_reading import store_of

    estate = estate_of(inventory)
    store = store_of(estate)
    return _Case(estate, store, store.load(change), estate.file.parent / FILE)


def _before(case: _Case) -> Path | None:
    """The estate that the change starts from, as it was kept beside the record when that was drafted."""
    previous = case.folder / "previous"
    return previous if previous.is_dir() else None


def _state(case: _Case) -> "Kind | None":
    from pyops.changes.history import last_run
    from pyops.changes.ledger import read

    return last_run(read(case.store.ledger), case.record.id)


def _goes_on(case: _Case) -> bool:
    """Whether a run of this change was stopped or killed before."""
    state = _state(case)
    if state in ("applied", "backed_out"):
        raise Refused(f"{case.record.id}: was {state.replace('_', ' ')} already, draft a new change")
    return state in ("applying", "stopped")


def _require(case: _Case) -> None:
    """That the record may run now: signed by all, by people who hold their roles, inside its window."""
    from pyops.changes.approval import require
    from pyops.cli.changes_reading import now

    _require_author(case)
    require(case.store, case.record, case.approvers, now())


def _require_author(case: _Case) -> None:
    """An author by a name that no key has could sign under another."""
    from pyops.changes.approvers import read

    if case.record.author not in {one.principal for one in read(case.approvers)}:
        raise Refused(
            f"{case.record.id}: its author {case.record.author}, is nobody in {case.approvers}: draft it again"
        )


def _applied_since(case: _Case) -> list[str]:
    """Whether another change was applied since this one was drafted."""
    from pyops.changes.base import inventory

    applied = case.store.applied_estate()
    if applied is None or not case.record.base.previous or inventory(applied) == case.record.base.previous:
        return []
    return ["last applied estate: another change was applied in between"] if _state(case) is None else []


def _require_way_back(case: _Case, previous: Path) -> None:
    """The way back was signed with the change: it must be that one, of the change that was applied last."""
    from pyops.changes.approval import approvals, missing
    from pyops.changes.base import inventory
    from pyops.changes.ledger import read

    if _state(case) not in ("applying", "stopped", "applied"):
        raise Refused(f"{case.record.id}: was not applied, there is nothing to back out")
    if inventory(previous) != case.record.base.previous:
        raise Refused(f"{previous}: was edited, it is not the estate that the record names")
    if lacking := missing(case.record, approvals(case.store, case.record, case.approvers)):
        raise Refused(f"{case.record.id}: is not signed any more by {', '.join(lacking)}")
    begun = [entry.record for entry in read(case.store.ledger) if entry.kind in ("applying", "applied")]
    if begun[-1] != case.record.id:
        raise Refused(f"{case.record.id}: {begun[-1]} was applied after it, back that out first")


def _refuse(case: _Case, parts: Sequence[str]) -> None:
    if parts:
        told = "\n".join(f"  {part}" for part in parts)
        raise Refused(f"{case.record.id}: is not what was approved any more, nothing was changed:\n{told}")


def _carried_out(case: _Case, source: "Source", ended: "Kind") -> None:
    """Do it, and write down how it ended; what goes back is written down apart from what went forth."""
    from pyops.changes.moved import base_moved
    from pyops.cli.changes_facts import Chronicle
    from pyops.cli.changes_hands import carry_out
    from pyops.cli.changes_reading import base_now

    files = base_now(source)

    def still_approved() -> None:
        if parts := base_moved(files, base_now(source)):
            raise Refused(f"{case.record.id}: was edited while it ran: {'; '.join(parts)}")

    folder = case.folder / "back-out" if ended == "backed_out" else case.folder
    folder.mkdir(exist_ok=True)
    case.note("applying", back_out=ended == "backed_out")
    with _noted(case):
        carry_out(source.estate, Chronicle(folder), still_approved, is_lab=source.is_lab)
        case.store.keep_applied(source.estate.file.parent)
    case.note(ended)


@contextmanager
def _noted(case: _Case) -> Iterator[None]:
    """However a run stops short, the ledger says where."""
    try:
        yield
    except (PyopsError, KeyboardInterrupt) as stop:
        case.note("stopped", where=str(stop).strip().splitlines()[0] if str(stop).strip() else "interrupted")
        raise


def _tell_verdict(case: _Case, *, as_json: bool) -> None:
    from pyops.changes.verification import as_dict, compare
    from pyops.cli.changes_facts import happened
    from pyops.cli.changes_pages import write_pages
    from pyops.cli.changes_tables import show_verification

    facts = happened(case.folder)
    if facts is None:
        raise Refused(f"{case.record.id}: was not applied yet, there is nothing to verify")
    found = compare(case.record, facts)
    case.note("verified", **as_dict(found))
    write_pages(case.estate, case.store, case.record, case.approvers, found)
    show_verification(case.record, found, as_json=as_json)
    end(in_order=found.is_true)
