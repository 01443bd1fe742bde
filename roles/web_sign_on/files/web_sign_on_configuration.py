"""Compares the provider's configuration with what is planned, or writes it: `read` or `apply`.

Standard input: JSON, the settings by LemonLDAP::NG's own names, but for what is made on the host once and kept: the key
that encrypts secrets of sessions, and the pair that signs tokens. `read` prints the names of settings that differ, and
no value of any; `apply` writes the next number and keeps the one before.
"""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path("/var/lib/lemonldap-ng/conf")
KEPT = ("key", "oidcServicePrivateKeySig", "oidcServicePublicKeySig", "oidcServiceKeyIdSig", "cfgVersion")
NOTED = ("cfgNum", "cfgDate", "cfgAuthor", "cfgAuthorIP", "cfgLog")  # about a configuration, not of it
Settings = dict[str, Any]


def numbers() -> list[int]:
    """The numbers of the configurations, the newest one last."""
    return sorted(int(path.stem.removeprefix("lmConf-")) for path in FOLDER.glob("lmConf-*.json"))


def path(number: int) -> Path:
    """Where a configuration stands."""
    return FOLDER / f"lmConf-{number}.json"


def present() -> Settings:
    """The newest configuration, without what is noted about it; none where the package is not there yet."""
    settings: Settings = json.loads(path(numbers()[-1]).read_text(encoding="utf-8")) if numbers() else {}
    return {name: value for name, value in settings.items() if name not in NOTED}


def differences(planned: Settings) -> list[str]:
    """Names of settings that are not as planned, or of what is kept and not made yet."""
    there = present()
    named = sorted({*there, *planned} - {*KEPT})
    return [name for name in KEPT if name not in there] + [
        name for name in named if there.get(name) != planned.get(name)
    ]


def openssl(*arguments: str, given: str = "") -> str:
    """What openssl answers."""
    command = ["openssl", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout


def made_once() -> Settings:
    """Keys that are nobody's but this provider's."""
    private = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072")
    public = openssl("pkey", "-pubout", given=private)
    return {
        "key": secrets.token_urlsafe(32),
        "oidcServicePrivateKeySig": private,
        "oidcServicePublicKeySig": public,
        "oidcServiceKeyIdSig": hashlib.sha256(public.encode()).hexdigest()[:16],
    }


def write(planned: Settings) -> None:
    """The next configuration, whole or not at all. Older ones go, since they hold secrets that may be withdrawn."""
    there = present()
    kept = {name: there[name] for name in KEPT if name in there}
    if not {*KEPT} <= {*there}:
        kept |= made_once()
    before = numbers()
    number = before[-1] + 1
    noted = {"cfgNum": number, "cfgDate": str(int(time.time())), "cfgAuthor": "Ansible"}
    new = FOLDER / f".{number}.new"
    new.touch(mode=0o640)
    shutil.chown(new, "root", "www-data")
    with new.open("w", encoding="utf-8") as file:
        json.dump({**planned, **kept, **noted}, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path(number))
    for old in before[:-1]:
        path(old).unlink()


def main(act: str) -> int:
    """Read or apply."""
    planned = json.load(sys.stdin)
    if act == "apply":
        write(planned)
    else:
        sys.stdout.writelines(f"{name}\n" for name in differences(planned))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
