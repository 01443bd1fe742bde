"""A mirror as aptly or apt-ftparchive make one: real packages built by dpkg-deb, indexed and signed."""

import gzip
import lzma
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyops.patches.indexes import Indexes
from pyops.patches.mirror import Cache, Mirror
from pyops.patches.release import Key
from tests.patches.hosts import NOW

OPTIONS = ("--batch", "--quiet", "--yes", "--pinentry-mode", "loopback", "--passphrase", "")


def run(*command: object, folder: Path | None = None, home: Path | None = None) -> str:
    environment = {**os.environ, **({"GNUPGHOME": str(home)} if home else {})}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Signer:
    """A key pair of its own; `public` is as `gpg --armor --export` gives it."""

    home: Path

    @property
    def public(self) -> Path:
        return self.home / "public.asc"

    def make(self, expires: str = "never") -> "Signer":
        self.home.mkdir(mode=0o700, parents=True)
        self.gpg("--quick-generate-key", "Estate <mirror@ict.example>", "ed25519", "sign", expires)
        self.public.write_text(self.gpg("--armor", "--export"))
        return self

    def gpg(self, *words: object) -> str:
        try:
            return run("gpg", *OPTIONS, *words, home=self.home)
        finally:
            run("gpgconf", "--kill", "gpg-agent", home=self.home)

    def sign(self, release: Path) -> None:
        self.gpg("--clear-sign", "--output", release.with_name("InRelease"), release)


@dataclass(frozen=True)
class Site:
    """A mirror in a folder."""

    folder: Path
    signer: Signer

    def build(self, name: str, version: str, changelog: str = "", architecture: str = "amd64", source: str = "") -> str:
        """Build a package into the pool; returns its path there. `changelog` becomes its Debian changelog."""
        tree = self.folder / "build"
        documents = tree / "usr" / "share" / "doc" / name
        documents.mkdir(parents=True)
        (tree / "DEBIAN").mkdir()
        control = f"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\n"
        control += f"Source: {source}\n" if source else ""
        control += "Maintainer: Estate <mirror@ict.example>\nDescription: for tests\n"
        (tree / "DEBIAN" / "control").write_text(control)
        if changelog:
            (documents / "changelog.Debian.gz").write_bytes(gzip.compress(changelog.encode()))
        path = f"pool/{name}_{version.replace(':', '%3a')}_{architecture}.deb"
        (self.folder / "pool").mkdir(exist_ok=True)
        run("dpkg-deb", "--build", "--root-owner-group", tree, self.folder / path)
        shutil.rmtree(tree)
        return path

    def publish(self, suite: str, debs: Iterable[str], fields: Sequence[str] = ()) -> Path:
        """Publish packages of the pool as a suite; returns its folder."""
        listed = "".join(run("apt-ftparchive", "packages", deb, folder=self.folder) for deb in debs)
        return self.publish_list(suite, listed, fields)

    def publish_list(self, suite: str, listed: str, fields: Sequence[str] = ()) -> Path:
        """Publish a list of packages, whether they are in the pool or not."""
        top = self.folder / "dists" / suite
        folder = top / "main" / "binary-amd64"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Packages").write_text(listed)
        (folder / "Packages.gz").write_bytes(gzip.compress(listed.encode()))
        (folder / "Packages.xz").write_bytes(lzma.compress(listed.encode()))
        for old in ("Release", "InRelease"):
            (top / old).unlink(missing_ok=True)
        released = run("apt-ftparchive", "-o", f"APT::FTPArchive::Release::Suite={suite}", "release", ".", folder=top)
        (top / "Release").write_text("".join(f"{field}\n" for field in fields) + released)
        self.signer.sign(top / "Release")
        return top

    def indexes(self, cache: Path | None = None, key: Key | None = None) -> Indexes:
        kept = Cache(cache or self.folder / "cache")
        return Indexes(Mirror(str(self.folder)), key or Key(self.signer.public), kept, NOW)


CHANGELOG = """openssl (3.0.17-1~deb12u3) bookworm-security; urgency=medium

  * Fix a heap overflow (CVE-2026-30003).
  * CVE-2026-30004: refuse too long names.

 -- Estate <mirror@ict.example>  Thu, 19 Nov 2026 10:00:00 +0000

openssl (3.0.17-1~deb12u2) bookworm-security; urgency=medium

  * Fix CVE-2026-20001, which CVE-2026-20001 calls serious.

 -- Estate <mirror@ict.example>  Mon, 09 Nov 2026 10:00:00 +0000

openssl (3.0.17-1~deb12u1) bookworm; urgency=medium

  * A new release of the year (CVE-2025-10001).

 -- Estate <mirror@ict.example>  Mon, 01 Jun 2026 10:00:00 +0000
"""
