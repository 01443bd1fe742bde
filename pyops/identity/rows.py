"""Lines of a people file as cells by column: CSV, or LDIF (RFC 2849) as directories of personnel systems export it."""

import base64
import csv
import io
from collections.abc import Iterator, Mapping, Sequence

Wrong = tuple[str, str, str]
"""Where, what was given, and the rule that it breaks."""
Row = tuple[int, Mapping[str, str], Wrong | None]
"""The line, the cells, and what is wrong with the row as a whole."""

ATTRIBUTES = {
    "uid": "login",
    "samaccountname": "login",
    "cn": "name",
    "displayname": "name",
    "o": "partner",
    "employeetype": "roles",
    "mail": "mail",
}
"""Attributes by which an LDIF export may name a column; the columns' own names are read, too."""


def csv_rows(text: str, columns: Sequence[str]) -> Iterator[Row]:
    """Rows of a CSV file whose first line names the columns; empty lines are nobody."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = tuple(next(reader, ()))
        if header != tuple(columns):
            rule = f"the first line must name the columns {','.join(columns)}"
            yield 1, {}, ("(columns)", ",".join(header), rule)
            return
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                rule = f"a row has as many as the first line: {len(header)}"
                yield line, {}, ("(row)", f"{len(cells)} cells", rule)
            elif cells:
                yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True)), None
            line = reader.line_num + 1
    except csv.Error as error:
        yield line, {}, ("(row)", "", f"is not CSV: {error}")


def ldif_rows(text: str, columns: Sequence[str]) -> Iterator[Row]:
    """Entries of an LDIF file; attributes that are no column are passed over, those that are there twice are joined."""
    for line, entry in _entries(text):
        cells: dict[str, str] = {}
        wrong: Wrong | None = None
        for attribute in entry:
            name, _, value = attribute.partition(":")
            try:
                said = _value(value)
            except ValueError:
                wrong = (name, value.lstrip(": "), "is not UTF-8 in base64")
                break
            column = ATTRIBUTES.get(name.lower(), name.lower())
            if column in columns:
                cells[column] = f"{cells[column]} {said}" if column in cells else said
            elif column in ("changetype", "control"):
                wrong = (name, said, "is a change: an export of entries is read, with no changes in it")
        if cells or wrong:
            yield line, cells, wrong


def _value(value: str) -> str:
    if value.startswith(":"):
        return base64.b64decode(value[1:].strip(), validate=True).decode("utf-8").strip()
    return value.strip()


def _entries(text: str) -> Iterator[tuple[int, list[str]]]:
    """The entries with the line that each begins on; folded lines are whole again, comments gone."""
    entry: list[str] = []
    begun = 1
    is_comment = False
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.startswith(" "):
            if entry and not is_comment:
                entry[-1] += line[1:]
            continue
        is_comment = line.startswith("#")
        if not line:
            if entry:
                yield begun, entry
            entry = []
        elif not is_comment:
            begun = begun if entry else number
            entry.append(line)
