"""YAML and CSV files read with the line of every value."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pyops.errors import Refused
from pyops.estate.problems import EstateRefused, Location, Problem, dotted

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


class Source:
    """One YAML file: its data, and where each value stands."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines: dict[Location, int] = {(): 1}
        self._problems: list[Problem] = []
        loader = _Loader(read_text(file))
        try:
            node = loader.get_single_node()
            self._walk(node, ())
            self.data: Any = None if node is None else loader.construct_document(node)
        except yaml.MarkedYAMLError as error:
            raise EstateRefused([self._syntax(error)]) from None
        except (yaml.YAMLError, ValueError) as error:
            raise EstateRefused([Problem(str(file), 1, "(file)", "", f"cannot be read as YAML: {error}")]) from None
        finally:
            loader.dispose()
        if self._problems:
            raise EstateRefused(self._problems)

    def line(self, at: Location) -> int:
        """The line of a value, or of the nearest thing around it that is there."""
        while at not in self._lines:
            at = at[:-1]
        return self._lines[at]

    def _walk(self, node: yaml.Node | None, at: Location) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._note(key, (*at, str(key.value)))
                self._walk(value, (*at, str(key.value)))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                self._lines[(*at, number)] = value.start_mark.line + 1
                self._walk(value, (*at, number))

    def _note(self, key: yaml.Node, at: Location) -> None:
        line = key.start_mark.line + 1
        if key.tag == _MERGE:
            self._problems.append(
                Problem(str(self.file), line, dotted(at), "<<", "merge keys hide what a site has: write it out")
            )
        elif at in self._lines:
            rule = f"is written twice, first on line {self._lines[at]}"
            self._problems.append(Problem(str(self.file), line, dotted(at), "", rule))
        self._lines[at] = line

    def _syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Problem(str(self.file), line, "(file)", "", f"is not YAML: {error.problem or error.context}")


def read_text(file: Path) -> str:
    """A file's text; a missing, unreadable or non-UTF-8 one is refused in words."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{file}: byte {error.start} is not UTF-8, and estate files are UTF-8") from None
    except OSError as error:
        raise Refused(f"{file}: cannot be read: {(error.strerror or str(error)).lower()}") from None


def read_table(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their lines; its first line must name these columns (the last may be left out)."""
    reader = csv.DictReader(read_text(file).splitlines(), strict=True)
    header = tuple(reader.fieldnames or ())
    if header not in (columns, columns[:-1]):
        rule = f"the first line must name the columns {','.join(columns)}"
        raise EstateRefused([Problem(str(file), 1, "(columns)", ",".join(header), rule)])
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise EstateRefused([Problem(str(file), reader.line_num, "(row)", "", f"is not CSV: {error}")]) from None
