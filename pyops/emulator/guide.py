"""The table of `docs/guides/emulator.md`: what of each type is faithful, straight from the tables in use."""

from pyops.emulator.kinds import Kind, known_types
from pyops.emulator.realize import REAL

_HEAD = (
    "| type | replaces, besides its names | made up as Azure would | must exist first | in the lab "
    "| not faithful, or not established |"
)


def table() -> str:
    """The table in Markdown, by type."""
    rows = [_HEAD, "| --- | --- | --- | --- | --- | --- |"]
    rows += [_row(kind) for kind in sorted(known_types(), key=lambda kind: kind.token)]
    return "\n".join(rows) + "\n"


def _row(kind: Kind) -> str:
    replaces = [("everything" if path == "*" else path) for path in kind.replaces]
    replaces += ["location"] if kind.located else []
    in_place = f" (in place: {', '.join(kind.in_place)})" if kind.in_place else ""
    cells = [
        kind.token.removeprefix("azure-native:"),
        ", ".join(dict.fromkeys(replaces)) + in_place,
        ", ".join(kind.minted),
        ", ".join(kind.needs),
        "made real" if kind.token in REAL else "",
        kind.note,
    ]
    return f"| {' | '.join(cell or '-' for cell in cells)} |"
