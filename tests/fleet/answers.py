"""Answers of hosts, section by section, as the script gives them."""

import hashlib
import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

PACKAGES = "".join(
    f"{line} \n"
    for line in (
        "adduser\t3.134\tall\tii",
        "libc6\t2.36-9+deb12u9\tamd64\tii",
        "libc6\t2.36-9+deb12u9\ti386\tii",
        "openssl\t3.0.15-1~deb12u1\tamd64\tii",
    )
)
STATUS = hashlib.sha256(PACKAGES.encode()).hexdigest()

SECTIONS: Mapping[str, str] = {
    "system": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
    "kernel": "6.1.0-28-amd64\n#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)\n",
    "boot": "config-6.1.0-28-amd64\nvmlinuz-6.1.0-28-amd64\n",
    "reboot": "",
    "uptime": "86400.00 86000.00\n1 (systemd) S 0 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 100 0 0\n",
    "status": f"{STATUS}\n",
    "architecture": "amd64\n",
    "interrupted": "",
    "packages": PACKAGES,
    "listed": "0\n",
    "disks": "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 10000000 4000000 6000000 40% /\n",
    "inodes": "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/vda1 600000 60000 540000 10% /\n",
    "converged": "",
    "end": "",
}


def ahead(by: timedelta = timedelta()) -> str:
    """What a clock says that is so far ahead of ours."""
    return f"{(datetime.now(UTC) + by).timestamp():.6f}\n"


def answer(nonce: str, **changes: str | None) -> bytes:
    """A whole answer; `None` leaves a section out."""
    sections = {"clock": ahead(), **SECTIONS, **changes}
    return b"".join(f"\n{nonce} {name}\n{text}".encode() for name, text in sections.items() if text is not None)


def answering(**changes: str | None) -> Callable[[str], bytes]:
    """What a server answers with such an answer, to whichever nonce it is asked with."""
    return lambda command: answer(nonce_of(command), **changes)


def nonce_of(command: str) -> str:
    """The nonce that a command asks for."""
    return shlex.split(command)[5]
