"""`pyops changes`: one record for a change, from the draft to what came of it."""

import shutil
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pyops.cli import changes_acts, changes_history
from pyops.cli.answering import print_json
from pyops.cli.changes_options import (
    AskHosts,
    Author,
    Before,
    Change,
    Checkpoints,
    Closes,
    Emergency,
    Opens,
    Title,
)
from pyops.cli.context import Inventory, estate_of
from pyops.cli.options import InLab, Json
from pyops.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import datetime

    from pyops.changes.record import Record, Window
    from pyops.estate import Estate

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="One page for a change: draft it, sign it, run just that, see what came of it.",
)
OPEN_FOR = timedelta(days=7)
"""How long an approval holds where nobody says otherwise."""


@app.command()
def draft(
    inventory: Inventory = None,
    title: Title = "",
    old: Before = None,
    state: Checkpoints = None,
    lab: InLab = False,
    hosts: AskHosts = True,
    author: Author = "",
    opens: Opens = "",
    closes: Closes = "",
    emergency: Emergency = False,
    as_json: Json = False,
) -> None:
    """Write down what an edited estate would change, for a board to read. Nothing is changed.

    Joins the difference of the estate, a preview of the three stacks (no login is needed: the stand-in for Azure over
    the recorded state) and a dry run of the playbooks on the hosts. Prints the page as Markdown; the record and the
    page, as HTML and as Markdown, are kept in .changes/ESTATE/ID/.

    \b
    JSON: the record, as in .changes/ESTATE/ID/record.json
    """
    from pyops.cli.changes_hands import alone
    from pyops.cli.changes_reading import Source, Words, draft, store_of

    estate = estate_of(inventory)
    store = store_of(estate)
    before = old or store.applied_estate()
    if lab and state:
        raise WrongUsage("--state: with --lab, the lab has a state of its own")
    source = Source(estate, before, is_lab=lab, states=state, asks_hosts=hosts)
    words = Words(_text(title) or "untitled", _text(author) or _git_user(), _window(opens, closes), emergency)
    with alone(estate, is_lab=lab):
        record = draft(source, words)
    _keep(estate, before, record)
    _print(record, as_json=as_json)


@app.command()
def show(change: Change, inventory: Inventory = None, as_json: Json = False) -> None:
    """Show a record again, with who has signed it and who must.

    \b
    JSON: the record, as in .changes/ESTATE/ID/record.json
    """
    from pyops.cli.changes_reading import store_of
    from pyops.cli.changes_tables import show_standing

    estate = estate_of(inventory)
    store = store_of(estate)
    record = store.load(change)
    _print(record, as_json=as_json)
    if not as_json:
        show_standing(estate, store, record)


def _print(record: "Record", *, as_json: bool) -> None:
    from pyops.changes.page import markdown

    print_json(asdict(record)) if as_json else typer.echo(markdown(record).rstrip())


def _text(given: str) -> str:
    """Bytes of a terminal that are no text become question marks: a record is text."""
    return given.encode("utf-8", "replace").decode()


def _window(opens: str, closes: str) -> "Window":
    from pyops.changes.record import Window
    from pyops.cli.changes_reading import now

    begin = _moment(opens, "--opens") if opens else now()
    end = _moment(closes, "--closes") if closes else begin + OPEN_FOR
    if end <= begin:
        raise WrongUsage(f"--closes: {end.isoformat()}, must come after {begin.isoformat()}")
    return Window(begin.isoformat(timespec="seconds"), end.isoformat(timespec="seconds"))


def _moment(text: str, option: str) -> "datetime":
    from datetime import datetime

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"{option}: {text}, must be a time of ISO 8601, such as 2026-12-01T18:00+00:00") from None
    return found if found.tzinfo else found.astimezone()


def _git_user() -> str:
    import subprocess

    done = subprocess.run(["git", "config", "user.email"], capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise WrongUsage("--author: nothing, say who drafts the change: git knows no user.email here")
    return done.stdout.strip()


def _keep(estate: "Estate", before: Path | None, record: "Record") -> None:
    """The record, its pages, and the estate that it starts from, to which a back-out goes."""
    from pyops.changes.approvers import FILE
    from pyops.changes.ledger import append
    from pyops.changes.record import digest
    from pyops.cli.changes_pages import write_pages
    from pyops.cli.changes_reading import now, store_of

    store = store_of(estate)
    folder = store.save(record).parent
    if before and not (folder / "previous").exists():
        shutil.copytree(before, folder / "previous", ignore=shutil.ignore_patterns(".*"))
    page = write_pages(estate, store, record, estate.file.parent / FILE)
    append(store.ledger, "drafted", record.id, digest(record), now(), {"title": record.title})
    typer.echo(f"{record.id}: {page}", err=True)


for verb in (changes_acts.approve, changes_acts.apply, changes_acts.verify, changes_history.history):
    app.command()(verb)
app.command("back-out")(changes_acts.back_out)
