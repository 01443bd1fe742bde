"""The table of `docs/guides/emulator.md`: what of each type is faithful, straight from the tables and rules in use."""

from pyops.emulator import assigned
from pyops.emulator.defaults import DEFAULTS
from pyops.emulator.deletion import GO_ALONG
from pyops.emulator.kinds import Kind, known_types
from pyops.emulator.realize import REAL
from pyops.emulator.rules import rules_of
from pyops.emulator.rules.names import NAMES
from pyops.emulator.writes import ONE_AT_A_TIME

_HEAD = (
    "| type | replaces, besides its names | made up as Azure would | must exist first, and stays while it is used "
    "| refused | also | not faithful, or not established |"
)


def table() -> str:
    """The table in Markdown, by type."""
    rows = [_HEAD, "| --- | --- | --- | --- | --- | --- | --- |"]
    rows += [_row(kind) for kind in sorted(known_types(), key=lambda kind: kind.token)]
    return "\n".join(rows) + "\n"


def _row(kind: Kind) -> str:
    replaces = [("everything" if path == "*" else path) for path in kind.replaces]
    replaces += ["location"] if kind.located else []
    in_place = f" (in place: {', '.join(kind.in_place)})" if kind.in_place else ""
    cells = [
        kind.token.removeprefix("azure-native:"),
        ", ".join(dict.fromkeys(replaces)) + in_place,
        ", ".join(dict.fromkeys([*kind.minted, *assigned.PATHS.get(kind.token, ())])),
        ", ".join(kind.needs),
        "; ".join(_refused(kind.token)),
        "; ".join(_also(kind)),
        kind.note,
    ]
    return f"| {' | '.join(cell or '-' for cell in cells)} |"


def _refused(token: str) -> list[str]:
    name = [f"a name that is not {NAMES[token][2]}"] if token in NAMES else []
    return [*name, *(rule.words for rule in rules_of(token))]


def _also(kind: Kind) -> list[str]:
    facts = {
        "made real in the lab": kind.token in REAL,
        "comes with its parent": kind.comes_with_parent,
        "goes with its parent": kind.token in GO_ALONG,
        "written one at a time": kind.token in ONE_AT_A_TIME,
        f"defaults: {', '.join(sorted(DEFAULTS.get(kind.token, {})))}": kind.token in DEFAULTS,
    }
    return [fact for fact, holds in facts.items() if holds]
