"""What a mirror publishes for a suite: its packages, taken as true only along the chain from signature to hash."""

import gzip
import lzma
import re
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from pyops.errors import Refused
from pyops.patches.mirror import Cache, Mirror, NotThere
from pyops.patches.release import Key, Listed, Release, read_release
from pyops.patches.versions import order

_LIST = re.compile(r"(.+)/binary-([a-z0-9-]+)/Packages")
_KINDS = (".xz", ".gz", "")
"""In the order in which they are taken."""
_FIELD = re.compile(r"^(Package|Version|Architecture|Source|Filename|Size|SHA256): (.*)$", re.MULTILINE)
_SOURCE = re.compile(r"(\S+)(?: \((.+)\))?")


class Candidate(NamedTuple):
    """A package that a suite offers."""

    name: str
    version: str
    architecture: str
    source: str
    source_version: str
    """Its changelog speaks of these versions; most often the same as `version`."""
    path: str
    """Of the .deb, from the mirror's top."""
    size: int
    sha256: str


@dataclass(frozen=True)
class Index:
    """A suite of a mirror: for each architecture the newest candidate of each name."""

    release: Release
    candidates: Mapping[str, Mapping[str, Candidate]]

    def find(self, name: str, architecture: str) -> Candidate | None:
        """The candidate of a package by the name that apt has for it on a host: `name`, or `name:architecture`."""
        plain, _, foreign = name.partition(":")
        return self.candidates.get(foreign or architecture, {}).get(plain)


class Indexes:
    """Reads the suites of one mirror, of these components; what two suites share is fetched and parsed once."""

    def __init__(
        self, mirror: Mirror, key: Key, cache: Cache, now: datetime, components: Collection[str] = ("main",)
    ) -> None:
        self.mirror = mirror
        self._components = components
        self._key, self._cache, self._now = key, cache, now
        self._parsed: dict[str, Mapping[str, Candidate]] = {}

    def read(self, suite: str, architectures: Collection[str]) -> Index:
        """The index of a suite, for those of the architectures that it has; hosts may say any.

        Raises Refused for what is tampered with or copied by half, OutsideFailed.
        """
        release = read_release(self.mirror, suite, self._key, self._now)
        found: dict[str, dict[str, Candidate]] = {}
        for path, component, architecture in _lists(release):
            if architecture in architectures and component in self._components:
                _add(found.setdefault(architecture, {}), self._list(release, path).values())
        if not found:
            where, wanted = self.mirror.where(f"dists/{suite}"), ", ".join(sorted(architectures))
            raise Refused(f"{where}: has no packages of {', '.join(self._components)} for {wanted}")
        return Index(release, found)

    def _list(self, release: Release, path: str) -> Mapping[str, Candidate]:
        kinds = [kind for kind in _KINDS if path + kind in release.files]
        for kind in kinds:
            listed = release.files[path + kind]
            if listed.sha256 not in self._parsed:
                try:
                    content = self._content(f"dists/{release.suite}/{path}{kind}", listed)
                except NotThere:
                    continue  # Debian's own lists the hash of a file that it publishes in its compressed forms only
                self._parsed[listed.sha256] = _parse(_unpacked(content, kind))
            return self._parsed[listed.sha256]
        where = self.mirror.where(f"dists/{release.suite}/{path}")
        raise Refused(f"{where}: InRelease names it and it is not there: the mirror is copied by half")

    def _content(self, path: str, listed: Listed) -> bytes:
        kept = self._cache.get(listed.sha256)
        return kept if kept is not None else self.fetch(path, listed)

    def fetch(self, path: str, listed: Listed, *, keep: bool = True) -> bytes:
        """A file of the mirror with the hash that it must have; raises Refused."""
        content = self.mirror.read(path, listed.size)
        if len(content) != listed.size or sha256(content).hexdigest() != listed.sha256:
            rule = "is not what the signed index says by its SHA-256: the mirror is copied by half, or tampered with"
            raise Refused(f"{self.mirror.where(path)}: {len(content):,} bytes, {rule}")
        if keep:
            self._cache.put(content)
        return content


def _lists(release: Release) -> Iterator[tuple[str, str, str]]:
    """The lists of packages that a release names, each once, with its component and architecture."""
    paths = dict.fromkeys(path.removesuffix(".xz").removesuffix(".gz") for path in release.files)
    matches = (_LIST.fullmatch(path) for path in paths)
    yield from ((match[0], match[1], match[2]) for match in matches if match)


def _unpacked(content: bytes, kind: str) -> bytes:
    try:
        if kind == ".xz":
            return lzma.decompress(content)
        return gzip.decompress(content) if kind == ".gz" else content
    except (lzma.LZMAError, OSError, EOFError, zlib.error) as error:
        raise Refused(f"Packages{kind}: signed, but cannot be unpacked: {error}") from None


def _parse(content: bytes) -> Mapping[str, Candidate]:
    found: dict[str, Candidate] = {}
    for stanza in content.decode("utf-8", "replace").split("\n\n"):
        if fields := dict(_FIELD.findall(stanza)):
            _add(found, [_candidate(fields)])
    return found


def _candidate(fields: Mapping[str, str]) -> Candidate:
    try:
        name, version = fields["Package"], fields["Version"]
        source = _SOURCE.match(fields.get("Source", name))
        return Candidate(
            name,
            version,
            fields["Architecture"],
            source[1] if source else name,
            (source and source[2]) or version,
            fields["Filename"],
            int(fields["Size"]),
            fields["SHA256"],
        )
    except (KeyError, ValueError) as error:
        raise Refused(f"Packages: {fields.get('Package', 'a package')} lacks what every package has: {error}") from None


def _add(found: dict[str, Candidate], candidates: Collection[Candidate]) -> None:
    for candidate in candidates:
        known = found.get(candidate.name)
        if known is None or order(known.version) < order(candidate.version):
            found[candidate.name] = candidate
