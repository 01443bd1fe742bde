"""Tells whether the directory takes this computer's keys, and takes new ones: as root on a member.

Argument: `read` or `write`. Standard input: JSON with computer, realm, controllers (addresses, nearest first), names
(each that others may ask tickets for) and, to write, keytab (base64). `read` prints one word: joined; refused, by the
controllers, or for want of keys of a name; none, where there are no keys; unknown, where no controller answers.
`write` has new keys take the old ones' place once the nearest controller that answers takes them; until then the old
ones stay.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Asked = Mapping[str, Any]

KEYTAB = Path("/etc/krb5.keytab")
PATIENCE = 60  # seconds until the key that one controller was given reaches the nearest one: it takes some
OFTEN = 0.5  # seconds
CONNECTING, ANSWERING = 3, 20  # seconds
KERBEROS = 88


def settings(asked: Asked, address: str) -> str:
    """What Kerberos must know to ask one controller and no other."""
    return f"""[libdefaults]
default_realm = {asked["realm"]}
dns_lookup_kdc = false
permitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96
[realms]
{asked["realm"]} = {{
kdc = {address}
}}
"""


def is_there(address: str) -> bool:
    """Whether a controller listens: Kerberos itself would wait much longer for one that is dead."""
    try:
        socket.create_connection((address, KERBEROS), CONNECTING).close()
    except OSError:
        return False
    return True


def ask(asked: Asked, address: str, keytab: Path, folder: Path) -> str:
    """What a controller says to the keys."""
    if not is_there(address):
        return "unknown"
    configuration = folder / "krb5.conf"
    configuration.write_text(settings(asked, address), encoding="utf-8")
    known = {**os.environ, "KRB5_CONFIG": str(configuration), "SSSD_KRB5_LOCATOR_DISABLE": "1", "LC_ALL": "C"}
    principal = f"{asked['computer']}$@{asked['realm']}"
    kinit = ["kinit", "-k", "-t", str(keytab), "-c", f"FILE:{folder}/ticket", principal]
    try:
        done = subprocess.run(kinit, env=known, capture_output=True, text=True, check=False, timeout=ANSWERING)
    except subprocess.TimeoutExpired:
        return "unknown"
    if done.returncode == 0:
        return "joined"
    return "unknown" if "Cannot contact any KDC" in done.stderr else "refused"


def holds_all_names(asked: Asked, keytab: Path) -> bool:
    """Whether there are keys for each name."""
    listed = subprocess.run(["klist", "-k", str(keytab)], capture_output=True, text=True, check=False).stdout
    held = {line.split()[-1] for line in listed.splitlines() if "@" in line}
    return held >= {f"{name}@{asked['realm']}" for name in asked["names"]}


def answers(asked: Asked, keytab: Path) -> list[str]:
    """What each controller says, up to the first that takes the keys."""
    said: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for address in asked["controllers"]:
            said.append(ask(asked, address, keytab, Path(folder)))
            if said[-1] == "joined":
                break
    return said


def state(asked: Asked) -> str:
    """How the computer stands with the controllers. One that has not heard of new keys yet outweighs no other."""
    if not KEYTAB.exists() or shutil.which("kinit") is None:
        return "none"
    said = answers(asked, KEYTAB)
    if "joined" in said:
        return "joined" if holds_all_names(asked, KEYTAB) else "refused"
    return "refused" if "refused" in said else "unknown"


def write(asked: Asked) -> None:
    """Have the new keys take the old ones' place."""
    with tempfile.TemporaryDirectory(dir=KEYTAB.parent) as folder:
        beside = Path(folder) / "keytab"
        beside.write_bytes(base64.b64decode(asked["keytab"]))
        end = time.monotonic() + PATIENCE
        while "joined" not in (said := answers(asked, beside)) or "refused" in said:
            if time.monotonic() > end:
                sys.exit(
                    f"{asked['computer']}: {', '.join(said)}; the controllers did not take the new keys in {PATIENCE} s"
                )
            time.sleep(OFTEN)
        beside.rename(KEYTAB)


def main(verb: str) -> None:
    """Do what is asked."""
    os.umask(0o077)
    asked = json.load(sys.stdin)
    if verb == "write":
        write(asked)
    else:
        sys.stdout.write(f"{state(asked)}\n")


main(sys.argv[1])
