"""Texts from outside made safe to look at: what no eye sees, or what turns lines around, is shown as an escape."""

import unicodedata
from collections.abc import Sequence
from difflib import unified_diff

from pyops.changes.record import TextEdit

_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
"""Control and format characters (bidirectional overrides among them), private ones, separators of lines."""
_LONGEST = 300
_COMPARED = 200_000
"""Longer texts are not compared: finding how two of them differ would take longer than anybody waits."""
_LINES = 60
_UNLIKE = 500
"""Nor are more lines than this between the first and the last that differ: it grows with their square."""
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#!~&"})


def visible(text: str) -> str:
    """One line that can be read: long ones are cut, and say so."""
    head = text[:_LONGEST]
    shown = "".join(f"\\u{{{ord(one):x}}}" if _is_hidden(one) else one for one in head)
    more = len(text) - len(head)
    return f"{shown} … and {more:,} characters more" if more else shown


def escaped(text: str) -> str:
    """The same as a piece of Markdown, in which nothing is markup."""
    return visible(text).translate(_MARKS).replace("://", "\\://").replace("www.", "www\\.")


def difference(edit: TextEdit) -> tuple[str, ...]:
    """What differs between two texts, as `diff -u` shows it; of long ones, that they differ."""
    if len(edit.before) + len(edit.after) > _COMPARED:
        return (f"{len(edit.before):,} characters become {len(edit.after):,}: too long to be compared here",)
    before, after = edit.before.splitlines(), edit.after.splitlines()
    if (unlike := _unlike(before, after)) > _UNLIKE:
        return (f"{unlike:,} lines are between the first and the last that differ: too many to be compared here",)
    lines = [*unified_diff(before, after, "before", "after", n=2, lineterm="")][2:]
    more = len(lines) - _LINES
    shown = tuple(visible(line) for line in lines[:_LINES])
    return (*shown, f"… and {more:,} lines more") if more > 0 else shown


def _unlike(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines of the longer text are neither in a common head nor in a common tail."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = next((n for n in range(shorter - head) if before[-1 - n] != after[-1 - n]), shorter - head)
    return max(len(before), len(after)) - head - tail


def _is_hidden(letter: str) -> bool:
    return (letter > "~" and unicodedata.category(letter) in _HIDDEN) or letter < " " or letter == "\x7f"
