#!/usr/bin/python3
"""Keeps backups of the directory on its controller, each whole by itself: accounts, policies, names, secrets.

    directory-backup KEEP         make one, and keep so many

They are made in the way that Samba supports, while the controller serves, and are for `directory-restore`. A backup
appears under its name when it has been read through, and none goes before that. Where there is no room none is begun:
the database would be the next to need what it took.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

STATE = Path("/var/lib/samba")
FOLDER = Path("/var/backups/directory")
UNFINISHED = FOLDER / "unfinished"
COPIES = ".bak-offline"  # Samba's copies of databases, beside them until they are in the backup
PARTS = {"backup.txt", "sysvol.tar.gz", "private/sam.ldb", "private/secrets.ldb"}
RESERVE = 256 * 1024**2
MEBIBYTE = 1024**2


class Refused(Exception):  # noqa: N818 # named in words, as elsewhere
    """There is no backup, and why."""


def files() -> list[Path]:
    """What a controller has written, without sockets."""
    return [path for path in STATE.rglob("*") if path.is_file() and not path.is_symlink()]


def check_room() -> None:
    """Refuse where the copies of the databases and the backup would leave less than the reserve."""
    size = sum(path.stat().st_size for path in files())
    copies = 2 if STATE.stat().st_dev == FOLDER.stat().st_dev else 1
    needed = copies * size + RESERVE
    for place in (STATE, FOLDER):
        if (free := shutil.disk_usage(place).free) < needed:
            raise Refused(f"{place}: {free // MEBIBYTE} MiB free, a backup needs {needed // MEBIBYTE}: none was made")


def clear() -> None:
    """Take away what an interrupted backup left."""
    shutil.rmtree(UNFINISHED, ignore_errors=True)
    for path in files():
        if path.name.endswith(COPIES):
            path.unlink()


def make() -> Path:
    """Have Samba make one, and read it through."""
    UNFINISHED.mkdir()
    command = ["samba-tool", "domain", "backup", "offline", f"--targetdir={UNFINISHED}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    made = sorted(UNFINISHED.glob("*.tar.bz2"))
    if done.returncode or not made:
        raise Refused(f"samba-tool domain backup: {' '.join(done.stderr.strip().splitlines()[-1:])}")
    with tarfile.open(made[0]) as backup:
        lacking = PARTS - {member.name.removeprefix("./") for member in backup}
    if lacking:
        raise Refused(f"{made[0]}: without {', '.join(sorted(lacking))}, a backup has all of it")
    return made[0]


def keep(made: Path, number: int) -> Path:
    """Give the backup its name once it is on the disk, and let the oldest go."""
    named = FOLDER / f"directory-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.bz2"
    with made.open("rb") as written:
        os.fsync(written.fileno())
    made.rename(named)
    for old in sorted(FOLDER.glob("directory-*.tar.bz2"))[:-number]:
        old.unlink()
    return named


def main(number: int) -> None:
    """Make a backup; nothing is left of one that fails."""
    os.umask(0o077)
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    clear()
    check_room()
    try:
        made = keep(make(), number)
    finally:
        clear()
    sys.stdout.write(f"{made}: {made.stat().st_size // MEBIBYTE} MiB\n")


try:
    main(int(sys.argv[1]))
except Refused as refused:
    sys.stderr.write(f"{refused}\n")
    sys.exit(1)
