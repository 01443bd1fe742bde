"""The pages of a change, kept beside its record and written anew when it is signed and when it was applied."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyops.changes.page import Approved, Outcome
    from pyops.changes.record import Record
    from pyops.changes.store import Store
    from pyops.changes.verification import Verification
    from pyops.estate import Estate


def write_pages(
    estate: "Estate", store: "Store", record: "Record", approvers: Path, found: "Verification | None" = None
) -> Path:
    """Write change.html and change.md; returns the first. `found` is the prediction beside what happened."""
    from pyops.changes.page import html, markdown
    from pyops.maps.network import network_map

    folder = store.place(record)
    picture = network_map(estate, {*record.touched.sites, *_links(record)})
    signed, outcomes = list(_signed(store, record, approvers)), list(_outcomes(found)) if found else []
    page = folder / "change.html"
    page.write_text(html(record, picture, signed, outcomes), encoding="utf-8")
    (folder / "change.md").write_text(markdown(record), encoding="utf-8")
    return page


def _links(record: "Record") -> set[str]:
    """The links that an edit of the estate is about."""
    paths = [path.split(".") for edit in record.estate for path in edit.paths]
    return {path[1] for path in paths if path[0] == "links" and len(path) > 1}


def _signed(store: "Store", record: "Record", approvers: Path) -> "Iterator[Approved]":
    from pyops.changes.approval import approvals
    from pyops.changes.page import Approved

    for one in approvals(store, record, approvers):
        yield Approved(one.principal, one.role, one.when)


def _outcomes(found: "Verification") -> "Iterator[Outcome]":
    """What was out of sight, as the record had said, is neither a hit nor a miss."""
    from pyops.changes.page import Outcome

    for deeds, predicted, happened in (
        (found.hits, True, True),
        (found.absent, True, False),
        (found.unforeseen, False, True),
    ):
        for deed in deeds:
            yield Outcome(deed.words, predicted, happened)
