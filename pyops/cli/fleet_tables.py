"""What `pyops fleet` shows, as tables and as plain data."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.text import Text

from pyops.cli.fleet_scan import Scan
from pyops.cli.output import BAD, GOOD, QUIET, show, table
from pyops.fleet.changes import Entry
from pyops.fleet.encoding import plain
from pyops.fleet.facts import Facts
from pyops.fleet.observation import Latest
from pyops.fleet.questions import Match
from pyops.fleet.wanting import wanting

_NEVER = "never read"


def show_scan(estate: str, done: Scan) -> None:
    """A scan's outcome: who is silent and why, and what is wrong with those who answered."""
    words = f"{estate}: {done.answered:,} of {done.asked:,} hosts answered in {done.seconds:.1f} s"
    if done.is_interrupted:
        left = done.asked - done.answered - len(done.silent)
        words += f"; interrupted: {left:,} were not asked to the end, what was read is kept"
    show(Text(words, style=BAD if done.silent or done.is_interrupted else GOOD))
    if done.silent:
        rows = [(one.host, one.reason.value, one.detail) for one in sorted(done.silent, key=lambda one: one.host)]
        reasons = Counter(one.reason.value for one in done.silent).most_common()
        title = f"{len(rows):,} silent: {', '.join(f'{count:,} {reason}' for reason, count in reasons)}"
        show(Text(""), table(title, ("host", "reason", "detail"), rows))
    if done.wanting:
        rows = [(host, "; ".join(said), "") for host, said in sorted(done.wanting)]
        show(Text(""), table(f"{len(rows):,} answered and want something", ("host", "what"), [row[:2] for row in rows]))


def show_latest(found: Latest, *, with_packages: bool) -> None:
    """One host: its silence first, then what it last answered."""
    if found.silence:
        since = f"{found.silence.tried_at:%Y-%m-%d %H:%M} UTC: {found.silence.reason}: {found.silence.detail}"
        show(Text(f"{found.host}: silent, {since}", style=BAD))
    if not found.observation:
        show(Text(f"{found.host}: {_NEVER}", style=BAD)) if not found.silence else None
        return
    facts = found.observation.facts
    title = f"{found.host}, as it was at {found.observation.read_at:%Y-%m-%d %H:%M} UTC"
    show(table(title, ("fact", "value"), _facts(facts)))
    if with_packages and facts.packages:
        rows = [(name, one.version, one.architecture, one.status) for name, one in sorted(facts.packages.items())]
        show(Text(""), table(f"{len(rows):,} packages", ("package", "version", "architecture", "status"), rows))


def _facts(facts: Facts) -> list[tuple[str, str | Text]]:
    count = Text("cannot be read", style=BAD) if facts.packages is None else f"{len(facts.packages):,}"
    kernel = facts.kernel
    newest = f", newest installed is {kernel.newest}" if kernel.newest and not kernel.is_newest else ""
    rows: list[tuple[str, str | Text]] = [
        ("system", f"{facts.system.name}, {facts.architecture}"),
        ("kernel", f"{kernel.running}{newest}"),
        ("up for", _duration(facts.uptime)),
        ("clock", f"{facts.clock.offset.total_seconds():+,.2f} s ±{facts.clock.uncertainty.total_seconds():.2f}"),
        ("converged", _moment(facts.converged_at) or Text("left no mark", style=QUIET)),
        ("packages", count),
        ("held", ", ".join(f"{one.name} {one.version}" for one in facts.held) or Text("none", style=QUIET)),
    ]
    rows += [(f"disk {one.mount}", f"{one.used_percent} % of {one.size_kib / 1024**2:,.1f} GiB") for one in facts.disks]
    rows += [(f"certificate {one.path}", _moment(one.expires) or one.problem) for one in facts.certificates]
    return [*rows, *(("wants", Text(words, style=BAD)) for words in wanting(facts))]


def show_matches(estate: str, matches: Sequence[Match], unknown: Sequence[Latest], *, is_asked: bool) -> None:
    """The hosts of which all is so, and those of which nobody knows."""
    if is_asked:
        rows = [(one.host, "; ".join(one.words), f"{one.read_at:%Y-%m-%d %H:%M}") for one in matches]
        show(table(f"{estate}: {len(rows):,} hosts", ("host", "what", "read at (UTC)"), rows))
    if unknown:
        silences = [plain_silence(one) for one in unknown]
        cells = [(one["host"], one["reason"] or "", one["detail"], (one["tried_at"] or "")[:16]) for one in silences]
        title = (
            f"{len(cells):,} hosts are silent: whether it is so of them nobody knows"
            if is_asked
            else f"{len(cells):,} silent"
        )
        show(Text(""), table(title, ("host", "reason", "detail", "tried at (UTC)"), cells))
    elif not is_asked:
        show(Text(f"{estate}: no host is silent", style=GOOD))


def show_history(host: str, entries: Sequence[Entry]) -> None:
    """A host's readings, the newest first."""
    rows: list[tuple[str, str | Text]] = []
    for entry in entries:
        silence = entry.silence
        words = Text(f"silent: {silence.reason}: {silence.detail}", style=BAD) if silence else "\n".join(entry.changes)
        rows.append((f"{entry.at:%Y-%m-%d %H:%M}", words or Text("no change", style=QUIET)))
    show(table(f"{host}: {len(rows):,} readings", ("at (UTC)", "what"), rows))


def plain_latest(found: Latest) -> dict[str, Any]:
    """For `json.dumps`."""
    silence = found.silence
    return {
        "host": found.host,
        "read_at": found.observation.read_at.isoformat() if found.observation else None,
        "silence": {"tried_at": silence.tried_at.isoformat(), "reason": silence.reason, "detail": silence.detail}
        if silence
        else None,
        "facts": plain(found.observation.facts) if found.observation else None,
    }


def plain_silence(found: Latest) -> dict[str, Any]:
    """A host of which nobody knows, for `json.dumps`."""
    if found.silence is None:
        return {"host": found.host, "tried_at": None, "reason": None, "detail": _NEVER}
    tried_at = found.silence.tried_at.isoformat()
    return {"host": found.host, "tried_at": tried_at, "reason": found.silence.reason, "detail": found.silence.detail}


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _duration(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"
