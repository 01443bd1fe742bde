"""Debian's OVAL definitions: one XML file for each release, as oval-definitions-bookworm.xml.

A definition names a vulnerability, the release (`platform`) and tests; a dpkginfo_test names an object, which names a
**source** package, and a state, which has the version (`evr`) that the package must be `less than`: see OVAL's
linux-definitions-schema. Debian's generator writes `less than 0` both where no fix is known and where the release never
had the vulnerability, so that nobody can tell which one it is: these are counted, and nothing is made of them.

Read by expat as a stream. A document type is refused at its beginning, so that there are no entities to expand and
nothing outside the file to fetch.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from xml.parsers import expat

from pyops.errors import Refused
from pyops.patches.conditions import shown
from pyops.patches.feeds.feed import Advisory, Said

BEGIN = b"<"
_SPACE = "http://oval.mitre.org/XMLSchema/oval-definitions-5"
_ROOT = f"{_SPACE} oval_definitions"
_PLATFORM = re.compile(r"Debian GNU/Linux (\d+)(?:\.\d+)*")
_NAME = re.compile(r"[A-Z]+-[0-9A-Za-z-]+")
_PACKAGE = re.compile(r"[0-9A-Za-z][0-9A-Za-z+._-]*")
_EVR = re.compile(r"(?:0:)?([0-9A-Za-z.+:~-]+)")
_NEVER = "0"
_DEEPEST = 50


def read(pieces: Iterable[bytes], file: Path) -> Said:
    """What it says; raises Refused with the line that is wrong."""
    reading = _Reading(file)
    for piece in pieces:
        reading.feed(piece)
    reading.feed(b"", is_last=True)
    return _said(reading.parts, file)


@dataclass(slots=True)
class _Definition:
    line: int
    title: str = ""
    names: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)


class _Parts:
    """The parts of a file by their ids; what belongs together is only known at its end."""

    def __init__(self) -> None:
        self.made_at: datetime | None = None
        self.platforms: dict[str, int] = {}
        """Each with the line that names it first."""
        self.definitions: list[_Definition] = []
        self.tests: dict[str, dict[str, str]] = {}
        """Of each the ids of its object and its state; nothing for tests of other things than packages."""
        self.packages: dict[str, str] = {}
        self.versions: dict[str, str] = {}


class _Reading:
    """Collects parts as they go by."""

    def __init__(self, file: Path) -> None:
        self.parts = _Parts()
        self._file = file
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = lambda text: self._words.append(text)
        self._words: list[str] = []
        self._depth = 0
        self._definition: _Definition | None = None
        self._id = ""
        """Of the test, object or state that is being read, if it is one of packages."""

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        """Read on."""
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            raise Refused(f"{self._file}:{error.lineno}: {words}, must be whole and well-formed XML") from None

    def _refused(self, given: str, rule: str) -> Refused:
        return Refused(f"{self._file}:{self._parser.CurrentLineNumber}: {shown(given)}, {rule}")

    def _doctype(self, name: str, *_: object) -> None:
        raise self._refused(f"document type {name}", "a feed has none: it could have files or entities without end")

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        name = full.rpartition(" ")[2]
        if self._depth == 0 and full != _ROOT:
            raise self._refused(f"element {full}", f"must be oval_definitions of {_SPACE}")
        self._depth += 1
        if self._depth > _DEEPEST:  # each open element takes memory
            raise self._refused(f"element {name}", f"must not lie in more than {_DEEPEST} others")
        self._words.clear()
        if name == "definition" and attributes.get("class") == "vulnerability":
            self._definition = _Definition(self._parser.CurrentLineNumber)
            self.parts.definitions.append(self._definition)
        elif self._definition:
            self._of_definition(self._definition, name, attributes)
        elif name.endswith(("_test", "_object", "_state")):
            self._id = attributes.get("id", "") if name.startswith("dpkginfo_") else ""
            if name.endswith("_test"):
                self.parts.tests[attributes.get("id", "")] = {}
        elif self._id in self.parts.tests and name in ("object", "state"):
            self.parts.tests[self._id][name] = attributes.get(f"{name}_ref", "")
        elif self._id and name == "evr" and attributes.get("operation") != "less than":
            raise self._refused(f"operation {attributes.get('operation', 'equals')}", "must be `less than`")

    def _of_definition(self, definition: _Definition, name: str, attributes: dict[str, str]) -> None:
        if name == "extend_definition" or attributes.get("negate", "false") not in ("false", "0"):
            raise self._refused(f"{name} with {attributes}", "conditions must be Debian's plain ones")
        if name == "reference" and attributes.get("source") == "CVE":
            definition.names.append(self._matched(_NAME, attributes.get("ref_id", ""), "a vulnerability")[0])
        elif name == "criterion":
            definition.tests.append(attributes.get("test_ref", ""))

    def _end(self, full: str) -> None:
        self._depth -= 1
        name, words = full.rpartition(" ")[2], "".join(self._words).strip()
        if name == "definition":
            self._definition = None
        elif self._definition and name == "title":
            self._definition.title = words
        elif self._definition and name == "platform":
            release = self._matched(_PLATFORM, words, "Debian GNU/Linux and a number")[1]
            self.parts.platforms.setdefault(release, self._parser.CurrentLineNumber)
        elif self._id and name == "name":
            self.parts.packages[self._id] = self._matched(_PACKAGE, words, "a package")[0]
        elif self._id and name == "evr":
            self.parts.versions[self._id] = self._matched(_EVR, words, "a version")[1]
        elif name == "timestamp":
            self.parts.made_at = self._moment(words)

    def _matched(self, wanted: re.Pattern[str], given: str, what: str) -> re.Match[str]:
        found = wanted.fullmatch(given)
        if not found:
            raise self._refused(given or "nothing", f"must be {what}")
        return found

    def _moment(self, given: str) -> datetime:
        try:
            moment = datetime.fromisoformat(given)
        except ValueError:
            raise self._refused(given or "nothing", "must be a date and a time") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _said(parts: _Parts, file: Path) -> Said:
    """What all parts say together."""
    if not parts.definitions:
        raise Refused(f"{file}: names no vulnerability, a feed must")
    if len(parts.platforms) != 1:
        given = ", ".join(f"Debian {release} (line {line})" for release, line in parts.platforms.items())
        raise Refused(f"{file}: {given or 'no platform'}, must be about one release")
    found = [advisory for one in parts.definitions for advisory in _advisories(one, parts, file)]
    advisories = [one for one in found if one.fixed != _NEVER]
    return Said(advisories, parts.made_at, next(iter(parts.platforms)), len(found) - len(advisories))


def _advisories(definition: _Definition, parts: _Parts, file: Path) -> Iterator[Advisory]:
    """One for each vulnerability and package; old files have definitions of an announcement with several."""
    where = f"{file}:{definition.line}"
    names = definition.names or _NAME.findall(definition.title)[:1]
    tests = [_known(parts.tests, test, f"{where}: test") for test in definition.tests]
    pairs = [(test.get("object", ""), test.get("state", "")) for test in tests if test]
    if not names or not pairs:
        rule = "must name a vulnerability and a package's version"
        raise Refused(f"{where}: definition {shown(definition.title)}, {rule}")
    for thing, state in pairs:
        package = _known(parts.packages, thing, f"{where}: object")
        version = _known(parts.versions, state, f"{where}: state")
        yield from (Advisory(name, package, False, "", version) for name in dict.fromkeys(names))


def _known[Part](parts: Mapping[str, Part], given: str, what: str) -> Part:
    if given not in parts:
        raise Refused(f"{what} {shown(given) or 'nothing'}, must be in the file")
    return parts[given]
