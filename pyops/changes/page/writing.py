"""Pages as text: one self-contained HTML file, Markdown, and the index of all changes."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyops.changes.page.content import NOTHING, answer, sections, verdict_lines
from pyops.changes.page.views import Approved, Outcome, Rate, Row
from pyops.changes.page.visible import escaped, visible
from pyops.changes.record import Record, digest

_TEMPLATES = Path(__file__).parents[2] / "templates"


def html(record: Record, drawing: str = "", approvals: Sequence[Approved] = (), verdict: Sequence[Outcome] = ()) -> str:
    """The page for a board; it needs no script, no network and no other file. `drawing` is SVG of our own."""
    return _rendered(
        "change.html.j2", drawing=drawing, approvals=approvals, verdict=verdict_lines(verdict), **_parts(record)
    )


def markdown(record: Record) -> str:
    """The same for a merge request; all that is folded stands at its end."""
    return _rendered("change.md.j2", **_parts(record))


def index(rows: Sequence[Row], rates: Sequence[Rate]) -> str:
    """All changes of an environment, and how far predictions came true."""
    return _rendered("changes.html.j2", rows=rows, rates=rates)


def _is_local(link: str) -> bool:
    """Whether a link stays beside the index: no scheme (`javascript:`), no other host, nothing that browsers skip."""
    return visible(link) == link and not re.match(r"\s*([a-z][a-z0-9+.-]*:|//)", link.replace("\\", "/"), re.IGNORECASE)


def _parts(record: Record) -> dict[str, Any]:
    return {
        "record": record,
        "digest": digest(record),
        "nothing": NOTHING if record.is_empty else "",
        "answer": answer(record),
        "sections": sections(record),
    }


def _rendered(name: str, **parts: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["v"] = visible if name.endswith("html.j2") else escaped
    templates.tests["local"] = _is_local
    return templates.get_template(name).render(**parts)
