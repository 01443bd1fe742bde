"""Small packages made at test time, for a host that is asked to install them."""

import subprocess
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True)
class Deb:
    """A package to be made; of `files`, by their paths, those below etc are its configuration."""

    name: str
    version: str
    files: dict[str, bytes] = field(default_factory=dict)
    fields: str = ""
    """More lines of its description."""
    after: str = ""
    """What dpkg runs once it has unpacked the package."""

    def build(self, folder: Path) -> Path:
        root = folder / f"{self.name}_{self.version}"
        for path, content in {**self.files, **self._control()}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
            (root / path).chmod(0o755)
        deb = folder / f"{root.name}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", root, deb], check=True, capture_output=True)
        return deb

    def stanza(self, deb: Path) -> str:
        """What an index says of it."""
        content = deb.read_bytes()
        place = f"Filename: pool/{deb.name}\nSize: {len(content)}\nSHA256: {sha256(content).hexdigest()}\n"
        return self._control()["DEBIAN/control"].decode() + place

    def _control(self) -> dict[str, bytes]:
        fields = [f"Package: {self.name}", f"Version: {self.version}", "Architecture: all", *self.fields.splitlines()]
        fields += ["Maintainer: tests <tests@ict.example>", "Description: made for a test", ""]
        configuration = "".join(f"/{path}\n" for path in self.files if path.startswith("etc/"))
        texts = {"control": "\n".join(fields), "conffiles": configuration, "postinst": f"#!/bin/sh\n{self.after}\n"}
        return {f"DEBIAN/{name}": text.encode() for name, text in texts.items()}
