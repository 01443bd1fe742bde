"""The release folders of the suites, and which of them is served.

`dists/SUITE` is a link to `dists/SUITE.HASH`, a folder that is whole from when it has its name, and never changed.
"""

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from package_mirror.errors import Refused
from package_mirror.library import Wanted, sync
from package_mirror.packages import lists, parsed
from package_mirror.release import Listed, Release, known

_SUITE = r"[a-z][a-z0-9_-]*"
_FOLDER = re.compile(rf"(?P<suite>{_SUITE})\.[0-9a-f]{{16}}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The releases in a public folder; `work` is on the same file system."""

    public: Path
    work: Path

    @property
    def dists(self) -> Path:
        """Where they stand."""
        return self.public / "dists"

    def folder(self, suite: str, sha256: str) -> Path:
        """The folder of a release; raises Refused where it could be none."""
        if not re.fullmatch(_SUITE, suite):
            raise Refused(f"{suite}: no name of a suite, it has small letters, digits, dashes and underscores")
        if not _HASH.fullmatch(sha256):
            raise Refused(f"{sha256}: no SHA-256 of an InRelease, it has 64 hexadecimal digits")
        return self.dists / f"{suite}.{sha256[:16]}"

    def releases(self) -> dict[str, list[Release]]:
        """All releases by suite, the newest first."""
        found: dict[str, list[Release]] = {}
        for folder in sorted(self.dists.iterdir()):
            name = _FOLDER.fullmatch(folder.name)
            if name and not folder.is_symlink():
                file, suite = folder / "InRelease", name["suite"]
                with suppress(FileNotFoundError):  # taken away just now, by a run that this one need not wait for
                    found.setdefault(suite, []).append(known(str(file), file.read_bytes(), suite))
        return {suite: sorted(each, key=lambda one: one.made_at, reverse=True) for suite, each in found.items()}

    def served(self, suite: str) -> Release | None:
        """The release that a suite's link leads to; None where it is not served."""
        file = self.dists / suite / "InRelease"
        return known(str(file), file.read_bytes(), suite) if file.exists() else None

    def find(self, suite: str, sha256: str) -> Release:
        """A release that is here; raises Refused."""
        file = self.folder(suite, sha256) / "InRelease"
        if not file.exists():
            raise Refused(f"{file.parent}: is not there, a release is copied or published before it is served")
        release = known(str(file), file.read_bytes(), suite)
        if release.sha256 != sha256:
            raise Refused(f"{file}: has the SHA-256 {release.sha256}, asked was {sha256}")
        return release

    def switch(self, suite: str, sha256: str) -> bool:
        """Serve a release from the next request on; whether it was another one before. Raises Refused."""
        release, link = self.find(suite, sha256), self.dists / suite
        target = self.folder(suite, release.sha256).name
        if link.is_symlink() and str(link.readlink()) == target:
            return False
        new = self.work / suite
        new.unlink(missing_ok=True)
        new.symlink_to(target)
        new.rename(link)
        sync([self.dists])
        return True

    def by_hash(self, index: Listed) -> Path:
        """Where an index is for clients that ask by its hash, which may hold the InRelease of before a switch."""
        kind, digest = ("SHA512", index.sha512) if index.sha512 else ("SHA256", index.sha256)
        return self.public / "by-hash" / kind / digest

    def packages(self, release: Release) -> list[Wanted]:
        """The package files that a release's indexes name; the indexes are there already."""
        found: list[Wanted] = []
        for smallest, *_ in lists(release.indexes):
            file = self.by_hash(smallest)
            for package in parsed(str(file), smallest.path, file.read_bytes()):
                if not package.path.startswith("pool/"):
                    raise Refused(f"{file}: {package.path!r}, packages are in the pool")
                found.append(Wanted(package, self.public / package.path))
        return found

    def put(self, release: Release) -> None:
        """Give a release whose files are all there its folder, in one step."""
        folder = self.folder(release.suite, release.sha256)
        if folder.exists():
            return
        new = self.work / folder.name
        new.mkdir()
        for index in release.indexes:
            (new / index.path).parent.mkdir(parents=True, exist_ok=True)
            os.link(self.by_hash(index), new / index.path)
        (new / "InRelease").write_bytes(release.content)
        # Every mirror gives it the same time, so that a client may ask any of them whether it has changed.
        moment = release.made_at.timestamp()
        os.utime(new / "InRelease", (moment, moment))
        sync([new / "InRelease", *(path for path in new.rglob("*") if path.is_dir()), new])
        new.rename(folder)
        sync([self.dists])

    def remove(self, suite: str, sha256: str) -> None:
        """Take a release away, in one step."""
        gone = self.work / "gone"
        self.folder(suite, sha256).rename(gone)
        shutil.rmtree(gone)
