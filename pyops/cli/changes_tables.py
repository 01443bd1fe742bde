"""How change records, their approvals and their verification are shown on a terminal."""

from typing import TYPE_CHECKING

from rich.text import Text

from pyops.cli import output
from pyops.cli.answering import print_json

if TYPE_CHECKING:
    from rich.table import Table

    from pyops.changes.history import History
    from pyops.changes.record import Record
    from pyops.changes.store import Store
    from pyops.changes.verification import Rate, Verification
    from pyops.estate import Estate

_FIRST = 20
"""So many of each kind are named."""


def show_standing(estate: "Estate", store: "Store", record: "Record") -> None:
    """Who has signed, who must still, and why a signature does not hold."""
    from pyops.changes.approval import approvals, missing, objections
    from pyops.changes.approvers import FILE

    file = estate.file.parent / FILE
    given = approvals(store, record, file)
    lines = [f"signed by {one.principal} as {one.role}, {one.when}" for one in given]
    lines += [f"not signed yet by {role}" for role in missing(record, given)]
    output.show("", *lines, *(Text(words, output.BAD) for words in objections(store, record, file)))


def show_verification(record: "Record", found: "Verification", *, as_json: bool) -> None:
    """The prediction beside what happened, by stack and role; what was not as predicted is named."""
    from pyops.changes.verification import as_dict

    if as_json:
        print_json(as_dict(found))
        return
    output.show(_rates("Predicted and happened", found.rates))
    for title, deeds in (
        ("happened without a word", found.unforeseen),
        ("predicted, did not happen", found.absent),
        ("happened out of sight, as the record had said", found.blind),
    ):
        if deeds:
            more = [f"  and {len(deeds) - _FIRST:,} more"] if len(deeds) > _FIRST else []
            output.show(f"{title}: {len(deeds):,}", *(f"  {deed.words}" for deed in deeds[:_FIRST]), *more)
    verdict = "as predicted" if found.is_true else "not as predicted"
    output.show(Text(f"{record.id}: {verdict}", output.GOOD if found.is_true else output.BAD))


def show_history(store: "Store", found: "History") -> None:
    """All changes, the newest last, and the rates."""
    if not found.standings:
        output.show(f"{store.ledger}: no change yet")
        return
    rows = [
        (one.record, one.state.replace("_", " "), one.when, _share(one.hits, one.predicted), one.words)
        for one in found.standings
    ]
    output.show(output.table("Changes", ("change", "state", "since", "came true", ""), rows))
    if found.rates:
        output.show("", _rates("How far predictions came true", found.rates))


def _rates(title: str, rates: "tuple[Rate, ...]") -> "Table":
    columns = ("of", "name", "came true", "happened unsaid", "said, absent", "out of sight")
    rows = [(rate.kind, rate.name, rate.hits, rate.unforeseen, rate.absent, rate.blind) for rate in rates]
    return output.table(title, columns, rows)


def _share(hits: int | None, predicted: int | None) -> str:
    return "" if hits is None else f"{hits:,} of {predicted or 0:,}"
