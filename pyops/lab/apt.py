"""The machine's own apt as the fetcher of packages: its sources and settings, one archive for everything fetched."""

import os
import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyops.errors import OutsideFailed
from pyops.files import disk_errors
from pyops.lab import locks, sources, tools

_LISTS_LAST_S = 3600
# Settings of the machine that say how packages are reached; the rest of its configuration (hooks that empty the
# archive, pins for its own programs) is not the images' business.
_HOW_TO_REACH = ("http", "https", "ftp", "Check-Valid-Until", "Check-Date", "Retries", "Max-FutureTime", "ForceIPv4")

_PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy")


@dataclass(frozen=True, slots=True)
class Shared:
    """What all builds for one release share: the packages fetched so far, lists, sources and apt's configuration."""

    folder: Path

    @property
    def archive(self) -> Path:
        """Every package file ever fetched."""
        return self.folder / "archives"

    @property
    def lists(self) -> Path:
        """What the sources offer."""
        return self.folder / "lists"

    @property
    def sources(self) -> Path:
        """The machine's sources for the release, or those that mmdebstrap chose where the machine has none."""
        return self.folder / "sources.list"

    @property
    def configuration(self) -> Path:
        """A complete apt.conf: the machine's own is not read besides it."""
        return self.folder / "apt.conf"

    def update(self) -> None:
        """Fetch the lists when they are older than an hour; without a network, the old ones must do."""
        stamp = self.folder / "updated"
        if stamp.exists() and time.time() - stamp.stat().st_mtime < _LISTS_LAST_S:
            return
        done = tools.run(["apt-get", "--quiet", "update"], check=False, environment=self.environment)
        if done.returncode == 0:
            stamp.touch()
        elif not stamp.exists():
            raise OutsideFailed(tools.failure(["apt-get", "update"], done))

    def fetch(self, base: Path, packages: Sequence[str]) -> None:
        """Fetch packages, and all that they need and `base` does not have, into the archive."""
        self.update()
        status = f"Dir::State::status={base}/var/lib/dpkg/status"
        options = ["--quiet", "--yes", "--no-install-recommends", "--download-only", "-o", status]
        tools.run(["apt-get", *options, "install", *packages], environment=self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """What makes apt use this configuration."""
        return proxies() | {"APT_CONFIG": str(self.configuration), "DEBIAN_FRONTEND": "noninteractive"}

    def remember_sources(self, base: Path) -> None:
        """Where the machine has no sources of the release, keep those that the base image was made from."""
        if not self.sources.exists() or not self.sources.read_text().strip():
            self.sources.write_text((base / "usr/share/lab/sources.list").read_text())


def proxies() -> dict[str, str]:
    """The caller's variables that say by which proxies to go: all that apt and mmdebstrap are told of them."""
    return {name: value for name, value in os.environ.items() if name.lower() in _PROXY_VARIABLES}


def place(cache: Path, release: str) -> Shared:
    """Where the shared folder of a release is."""
    return Shared(cache / "packages" / release)


@contextmanager
def shared(cache: Path, release: str) -> Iterator[Shared]:
    """The shared folder of a release, for one build at a time: apt locks the archive anyway, but does not wait."""
    here = place(cache, release)
    with locks.file_lock(cache / "locks" / f"packages-{release}"), disk_errors(cache):
        for folder in (here.archive / "partial", here.lists / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        found = sources.of_machine(release)
        if found:
            here.sources.write_text("".join(f"{line}\n" for line in found))
        here.configuration.write_text(_configuration(here))
        yield here


def bootstrap(here: Shared, release: str, packages: Sequence[str], root: Path, finish: Path) -> list[str]:
    """The command that makes a base system in `root`, using and filling the archive."""
    archive = shlex.quote(str(here.archive))
    into = '"$1/var/cache/apt/archives"'
    command = ["mmdebstrap", "--variant=minbase", "--mode=root", "--quiet", f"--include={','.join(packages)}"]
    command += ["--skip=download/empty", "--skip=essential/unlink", "--skip=check/empty"]
    command += [f"--setup-hook=mkdir -p {into} && mount --bind {archive} {into}"]
    command += [f'--customize-hook=sh {shlex.quote(str(finish))} "$1"']
    command += [f"--aptopt={line}" for line in [*_reach(), 'APT::Sandbox::User "root"']]
    has_sources = here.sources.exists() and here.sources.read_text().strip()
    return [*command, release, str(root), *([str(here.sources)] if has_sources else [])]


def _configuration(here: Shared) -> str:
    lines = [*_reach(), 'APT::Sandbox::User "root"', 'Acquire::Languages "none"']
    lines += ['Dir::Etc::Main "/dev/null"', 'Dir::Etc::Parts "/dev/null"', 'Dir::Etc::SourceParts "/dev/null"']
    lines += ['Dir::Etc::Preferences "/dev/null"', 'Dir::Etc::PreferencesParts "/dev/null"']
    lines += [f'Dir::Etc::SourceList "{here.sources}"', f'Dir::State::Lists "{here.lists}"']
    lines += [f'Dir::Cache::Archives "{here.archive}"', 'Dir::Cache::pkgcache ""', 'Dir::Cache::srcpkgcache ""']
    return "".join(f"{line};\n" for line in lines)


def _reach() -> Iterable[str]:
    """The machine's settings for reaching its sources, proxies among them, as lines of apt.conf."""
    dump = tools.run(["apt-config", "dump", "--no-empty", "--format", '%f "%v"%n', "Acquire"]).stdout
    wanted = tuple(f"Acquire::{key}".lower() for key in _HOW_TO_REACH)
    return [line for line in dump.splitlines() if line.lower().startswith(wanted)]
