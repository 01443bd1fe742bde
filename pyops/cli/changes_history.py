"""`pyops changes history`: every change of an environment, and how far predictions came true."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyops.cli.answering import print_json, write
from pyops.cli.context import Inventory, estate_of
from pyops.cli.options import Json

if TYPE_CHECKING:
    from pyops.changes.history import History
    from pyops.changes.store import Store


def history(
    inventory: Inventory = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write an index of all records as a page.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Every change with its state, and per stack and role how often predictions came true.

    The ledger is a chain: a line that was edited, moved or taken out is found here and named.

    \b
    JSON: {"standings": [{"record", "state", "when", "words", "hits", "predicted"}],
           "rates": [{"kind", "name", "hits", "unforeseen", "absent", "blind"}]}
    """
    from pyops.changes.history import history as summed
    from pyops.changes.ledger import notice, read
    from pyops.cli.changes_reading import store_of
    from pyops.cli.changes_tables import show_history

    store = store_of(estate_of(inventory))
    found = summed(read(store.ledger))
    if words := notice(store.ledger):
        typer.echo(words, err=True)
    if html:
        write(html, _page(store, found, html.resolve().parent))
        typer.echo(f"{html}: {len(found.standings)} changes", err=True)
    if as_json:
        print_json(asdict(found))
    elif not html:
        show_history(store, found)


def _page(store: "Store", found: "History", beside: Path) -> str:
    from pyops.changes.page import Rate, Row, index

    records = {record.id: record for record in store.every()}
    rows = [
        Row(
            one.record,
            records[one.record].title,
            records[one.record].risk.kind,
            one.state,
            one.when,
            _link(store, one.record, beside),
            one.hits,
            one.predicted,
        )
        for one in reversed(found.standings)
        if one.record in records
    ]
    return index(rows, [Rate(rate.name, rate.predicted, rate.hits) for rate in found.rates])


def _link(store: "Store", name: str, beside: Path) -> str:
    """From the index to a record's page, by a way that holds where both are copied together."""
    page = (store.folder / name / "change.html").resolve()
    return str(page.relative_to(beside, walk_up=True))
