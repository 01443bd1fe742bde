"""YAML read with the line of every value."""

from pathlib import Path
from typing import Any

import yaml

from pyops.errors import Refused, file_errors
from pyops.estate.problems import EstateRefused, Location, Problem, dotted
from pyops.estate.texts import NOT_TEXT

_MERGE = "tag:yaml.org,2002:merge"
_TEXT = "tag:yaml.org,2002:str"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # libyaml is ten times faster, where it is there
    """Safe YAML; a date that is none is a mistake on a line."""

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        """Read a date as PyYAML does, and say where it stands if it is none."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                None, None, f"{node.value} is no date: {error}", node.start_mark
            ) from None


_Loader.add_constructor(_TIMESTAMP, _Loader.construct_yaml_timestamp)


class Source:
    """One YAML file: its data, and where each value stands."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines: dict[Location, int] = {(): 1}
        self._problems: list[Problem] = []
        self._seen: set[int] = set()
        text = read_text(file)
        try:
            self.data = self._read(text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self._refused(line, f"is not YAML: {error.problem or error.context}") from None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise self._refused(line, f"holds the character U+{_code(error):04X}, which YAML does not allow") from None
        except RecursionError:
            raise self._refused(1, "is nested too deeply to be an estate") from None

    def line(self, at: Location) -> int:
        """The line of a value, or of the nearest thing around it that is there."""
        while at not in self._lines:
            at = at[:-1]
        return self._lines[at]

    def _read(self, text: str) -> Any:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            self._walk(node, ())
            if self._problems:
                raise EstateRefused(self._problems)
            return None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()

    def _walk(self, node: yaml.Node | None, at: Location) -> None:
        if id(node) in self._seen:
            self._wrong(self._lines[at], at, "*", "aliases hide what a thing has: write it out")
            return
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*at, str(key.value))
                if self._is_new(key, here):
                    self._walk(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                self._lines[(*at, number)] = value.start_mark.line + 1
                self._walk(value, (*at, number))

    def _is_new(self, key: yaml.Node, at: Location) -> bool:
        """Note where a key stands; false where it is wrong in itself, and what stands under it does not matter."""
        line = key.start_mark.line + 1
        if key.tag == _MERGE:
            self._wrong(line, at, "<<", "merge keys hide what a thing has: write it out")
        elif key.tag != _TEXT:
            self._wrong(line, at, "", f"is not a name: {NOT_TEXT}")
        elif at in self._lines:
            self._wrong(line, at, "", f"is written twice, first on line {self._lines[at]}")
        else:
            self._lines[at] = line
            return True
        return False

    def _wrong(self, line: int, at: Location, given: str, rule: str) -> None:
        self._problems.append(Problem(str(self.file), line, dotted(at), given, rule))

    def _refused(self, line: int, rule: str) -> EstateRefused:
        return EstateRefused([Problem(str(self.file), line, dotted(()), "", rule)])


def _code(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)


def read_text(file: Path) -> str:
    """A file's text, without a byte order mark; a missing, unreadable or non-UTF-8 one is refused in words."""
    try:
        with file_errors(file):
            content = file.read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{file}: byte {error.start} is not UTF-8, and estate files are UTF-8") from None
    except ValueError as error:
        raise Refused(f"{file}: cannot be read: {error}") from None
