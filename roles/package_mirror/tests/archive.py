"""Makes small signed archives on the host. Argument: a JSON list; prints, of each, the SHA-256 of InRelease and of the index.

Each has `folder`, `suite`, `home` (gpg's, with the key that signs), `packages` (version by name), and where it is to be wrong:
`fields` of InRelease, `path` of the packages, `weight` of their content in bytes. With `named`, the suite's folder is called as
mirrors call those of releases.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from email.utils import formatdate
from pathlib import Path
from typing import Any


def build(asked: dict[str, Any], name: str, version: str) -> str:
    top, own = Path(asked["folder"]), f"pool/{name}_{version}_amd64.deb"
    control = f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: Tests\nDescription: {name}\n"
    if not (top / own).exists():
        (top / "pool").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "DEBIAN").mkdir(mode=0o755)
            (Path(folder) / "DEBIAN" / "control").write_text(control)
            (Path(folder) / "content").write_bytes(os.urandom(asked.get("weight", 100)))
            command = ["dpkg-deb", "-Znone", "--build", "--root-owner-group", folder, str(top / own)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    content = (top / own).read_bytes()
    path, digest = asked.get("path", own), hashlib.sha256(content).hexdigest()
    return f"{control}Filename: {path}\nSize: {len(content)}\nSHA256: {digest}\n"


def publish(asked: dict[str, Any]) -> tuple[str, str]:
    suite = asked["suite"]
    folder = Path(asked["folder"]) / "dists" / suite
    (folder / "main/binary-amd64").mkdir(parents=True, exist_ok=True)
    content = "\n".join(build(asked, *one) for one in asked["packages"].items()).encode()
    (folder / "main/binary-amd64/Packages").write_bytes(content)
    index = hashlib.sha256(content).hexdigest()
    fields = {"Origin": "tests", "Label": "crafted", "Suite": suite, "Codename": suite, "Date": formatdate(usegmt=True)}
    fields |= {"Architectures": "amd64", "Components": "main", **asked.get("fields", {})}
    text = "".join(f"{key}: {value}\n" for key, value in fields.items())
    text += f"SHA256:\n {index} {len(content)} main/binary-amd64/Packages\n"
    command = ["gpg", f"--homedir={asked['home']}", "--batch", "--quiet", "--clear-sign"]
    signed = subprocess.run(command, input=text.encode(), check=True, capture_output=True).stdout
    signed = asked.get("before", "").encode() + signed + asked.get("after", "").encode()
    (folder / "InRelease").write_bytes(signed)
    digest = hashlib.sha256(signed).hexdigest()
    if asked.get("named"):
        folder.rename(folder.with_name(f"{suite}.{digest[:16]}"))
    return digest, index


for one in json.loads(sys.argv[1]):
    sys.stdout.write(" ".join(publish(one)) + "\n")
