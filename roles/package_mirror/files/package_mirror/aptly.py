"""aptly: mirrors of upstream's suites, snapshots of them, and published trees, in a database of its own."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from package_mirror.child import run
from package_mirror.release import Listed
from package_mirror.settings import Settings, Source
from package_mirror.signature import keyring
from package_mirror.signing import key_ring

_STANDSTILL = 15
"""How many times another server's patience aptly may neither read nor write: it sorts packages in between."""


@dataclass(frozen=True, slots=True)
class Aptly:
    """What it holds, by its own names. Every method raises OutsideFailed with aptly's last words."""

    settings: Settings

    @property
    def root(self) -> Path:
        """Its database and its pool."""
        return self.settings.root / "aptly"

    def has(self, package: Listed) -> bool:
        """Whether a package file is in its pool: `aa/bb/REST_NAME`, of the first half of the SHA-256."""
        digest, name = package.sha256, package.path.rpartition("/")[2]
        return (self.root / "pool" / digest[:2] / digest[2:4] / f"{digest[4:32]}_{name}").exists()

    def mirror_of(self, source: Source) -> str:
        """The name of a source's mirror: another one once the source is another."""
        plain = json.dumps([source.uri, source.suite, source.components, self.settings.architectures])
        return f"{source.name}-{hashlib.sha256(plain.encode()).hexdigest()[:8]}"

    def update(self, source: Source, proxy: str) -> None:
        """Bring the mirror of a source up to date, checked with upstream's key."""
        name = self.mirror_of(source)
        keys = self.settings.work / "upstream.gpg"
        keys.write_bytes(keyring(self.settings.upstream_key))
        through = {"http_proxy": proxy, "https_proxy": proxy} if proxy else {}
        if name not in self._list("mirror"):
            options = [f"-keyring={keys}", f"-architectures={','.join(self.settings.architectures)}"]
            place = [source.uri, source.suite, *source.components]
            self._run("mirror", "create", *options, name, *place, environment=through)
        self._run("mirror", "update", f"-keyring={keys}", name, environment=through)

    def packages(self, source: Source) -> list[str]:
        """The packages of a source's mirror, as `name_version_architecture`."""
        shown = self._run("mirror", "show", "-with-packages", self.mirror_of(source))
        return [line.strip() for line in shown.partition("\nPackages:\n")[2].splitlines() if line.strip()]

    def snapshots(self) -> list[str]:
        """Their names, the oldest first."""
        return self._list("snapshot", "-sort=time")

    def snapshot(self, name: str, sources: tuple[Source, ...]) -> None:
        """Make one of what the sources' mirrors have now, with the newest version of each package."""
        parts = [f"{name}.{source.name}" for source in sources]
        self.drop_snapshots([left for left in self.snapshots() if left in parts])
        for part, source in zip(parts, sources, strict=True):
            self._run("snapshot", "create", part, "from", "mirror", self.mirror_of(source))
        self._run("snapshot", "merge", "-latest", name, *parts)
        self.drop_snapshots(parts)

    def drop_snapshots(self, names: list[str]) -> None:
        """Forget some; their packages stay until the database is cleaned up."""
        for name in names:
            self._run("snapshot", "drop", "-force", name)

    def clean_up(self) -> None:
        """Forget mirrors of sources that are no longer planned, and all packages that nothing names."""
        planned = {self.mirror_of(source) for source in self.settings.sources}
        for name in set(self._list("mirror")) - planned:
            self._run("mirror", "drop", "-force", name)
        self._run("db", "cleanup")

    @contextmanager
    def published(self, suite: str, snapshot: str) -> Iterator[Path]:
        """A folder with a snapshot as a signed suite, for as long as it is needed; package files are links."""
        self.withdraw()
        options = ["-batch", "-skip-contents", "-acquire-by-hash", f"-distribution={suite}", "-component=main"]
        options += [f"-architectures={','.join(self.settings.architectures)}"]
        options += [f"-origin={self.settings.owner}", f"-label={snapshot}"]
        with key_ring(self.settings) as home:
            environment = {"GNUPGHOME": str(home)}
            self._run("publish", "snapshot", *options, snapshot, "filesystem:staging:", environment=environment)
        yield self._staging
        self.withdraw()

    def withdraw(self) -> None:
        """Forget what is published in the folder; a run that was killed leaves something."""
        for line in self._list("publish"):
            prefix, suite = line.split()
            self._run("publish", "drop", "-force-drop", "-skip-cleanup", suite, prefix)

    @property
    def _staging(self) -> Path:
        return self.settings.work / "staging"

    def _list(self, kind: str, *options: str) -> list[str]:
        return self._run(kind, "list", "-raw", *options).splitlines()

    def _run(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        file = self.settings.work / "aptly.json"
        endpoint = {"rootDir": str(self._staging), "linkMethod": "hardlink"}
        plain = {"rootDir": str(self.root), "gpgProvider": "gpg", "downloadConcurrency": 8}
        file.write_text(json.dumps({**plain, "FileSystemPublishEndpoints": {"staging": endpoint}}), "utf-8")
        # Options stand behind the verb, and names before everything else that is given.
        command = ["aptly", *arguments[:2], f"-config={file}", *arguments[2:]]
        patience = _STANDSTILL * self.settings.patience_seconds
        own = {"HOME": str(self.settings.work), "TMPDIR": str(self.settings.work)}
        return run(command, {**own, **(environment or {})}, patience_seconds=patience)
