#!/usr/bin/python3
"""Brings the directory back from a backup, for the day on which all controllers are lost or what they hold is spoilt.

    directory-restore check FILE         whether the backup could be restored here; `latest` is the newest one
    directory-restore make SITE FILE     this host serves what the backup holds
    directory-restore forget NAME        this controller is to be made anew, unless it has joined the restored one
    directory-restore end                the restored controller has served its purpose: it is to be made anew
    directory-restore unname NAME        no service is to be found at this name any more; says what was taken away

Samba restores a domain to one controller of a new name, without any other; the others join it. So the host that is
restored first has a name that nobody planned, until others serve and it is made anew under its own.
`directory.restored` holds that name, from the end of the restoring until the host is itself again.
"""

import io
import logging
import os
import re
import shutil
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.remove_dc import remove_dns_references
from samba.samdb import SamDB

STATE = Path("/var/lib/samba")
BEGUN, MADE, RESTORED = (STATE / f"directory.{mark}" for mark in ("begun", "made", "restored"))
PLACE = STATE / "restoring"
BACKUPS = Path("/var/backups/directory")
SETTINGS = Path("/etc/samba/smb.conf")
RESERVE = 256 * 1024**2
MEBIBYTE = 1024**2


class Refused(Exception):  # noqa: N818 # named in words, as elsewhere
    """Nothing was restored, and why."""


def chosen(asked: str) -> Path:
    """The backup that is meant."""
    found = sorted(BACKUPS.glob("directory-*.tar.bz2"))[-1:] if asked == "latest" else [Path(asked)]
    if not found or not found[0].is_file():
        raise Refused(f"{BACKUPS if asked == 'latest' else asked}: there is no backup, it must be on this host")
    return found[0]


def realm(settings: str) -> str:
    """The realm of a controller's settings."""
    found = re.search(r"^\s*realm\s*=\s*(\S+)", settings, re.MULTILINE)
    return found[1].upper() if found else "none"


def check(asked: str) -> str:
    """Refuse a backup that is another domain's, or has no room, before anything is touched."""
    backup = chosen(asked)
    size, settings = 0, b""
    try:
        with tarfile.open(backup) as parts:
            for part in parts:
                size += part.size
                file = parts.extractfile(part) if part.name.removeprefix("./") == "etc/smb.conf" else None
                settings = file.read() if file else settings
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Refused(f"{backup}: is no whole backup: {error}") from error
    theirs, ours = realm(settings.decode()), realm(SETTINGS.read_text(encoding="utf-8"))
    if theirs != ours:
        raise Refused(f"{backup}: holds {theirs}, this is a controller of {ours}")
    if (free := shutil.disk_usage(STATE).free) < size + RESERVE:
        raise Refused(f"{STATE}: {free // MEBIBYTE} MiB free, {(size + RESERVE) // MEBIBYTE} are needed")
    return str(backup)


def settings_of(name: str, state: Path) -> str:
    """The settings of this controller under another name, with SYSVOL in another place."""
    text = SETTINGS.read_text(encoding="utf-8").replace(f"{STATE}/sysvol", f"{state}/sysvol")
    return re.sub(r"(?m)^(\s*netbios name\s*=).*$", rf"\1 {name.upper()}", text)


def unpack(backup: Path, site: str, name: str) -> None:
    """Have Samba restore the domain beside what is there."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(mode=0o700)
    settings = STATE / "restoring.conf"
    settings.write_text(settings_of(name, PLACE / "state"), encoding="utf-8")
    command = ["samba-tool", "domain", "backup", "restore", f"--configfile={settings}", f"--site={site}"]
    where = [f"--backup-file={backup}", f"--targetdir={PLACE}", f"--newservername={name}"]
    done = subprocess.run([*command, *where], capture_output=True, text=True, check=False)
    settings.unlink()
    if done.returncode:
        raise Refused(f"samba-tool domain backup restore: {' '.join(done.stderr.strip().splitlines()[-1:])}")


def replace(old: Path, new: Path) -> None:
    """Have what was restored where the controller looks for it."""
    if old.is_dir() and not old.is_symlink():
        shutil.rmtree(old)
    else:
        old.unlink(missing_ok=True)
    new.rename(old)


def put_in_place(name: str) -> None:
    """Take the restored databases into service; no folder lets in more than before."""
    for path in (PLACE / "private").rglob("*"):
        if path.is_dir():
            path.chmod(0o700)
    (PLACE / "private").chmod((STATE / "private").stat().st_mode & 0o7777)
    replace(STATE / "private", PLACE / "private")
    for path in (PLACE / "state").iterdir():
        if (path.is_file() and not path.name.startswith("directory.")) or path.name == "sysvol":
            replace(STATE / path.name, path)
    for path in Path("/var/cache/samba").glob("*.tdb"):
        path.unlink()
    beside = SETTINGS.with_name("smb.conf.unfinished")
    beside.write_text(settings_of(name, STATE), encoding="utf-8")
    beside.rename(SETTINGS)
    shutil.rmtree(PLACE)


def make(site: str, asked: str) -> str:
    """Restore a backup; the name of the controller that then holds it. Again, it begins again."""
    if RESTORED.exists():
        return RESTORED.read_text(encoding="utf-8").strip()
    backup = Path(check(asked))
    name = f"r{datetime.now(UTC):%y%m%d-%H%M%S}"  # 14 characters, and no controller of any backup
    subprocess.run(["systemctl", "stop", "samba-ad-dc"], check=True)
    unpack(backup, site, name)
    BEGUN.touch()
    MADE.unlink(missing_ok=True)
    put_in_place(name)
    BEGUN.rename(MADE)
    RESTORED.write_text(f"{name}\n", encoding="utf-8")
    return name


def database() -> SamDB:
    """The directory as this controller has it."""
    parameters = LoadParm()
    parameters.load_default()
    return SamDB(session_info=system_session(parameters), lp=parameters, flags=ldb.FLG_DONT_CREATE_DB)


def knows(name: str) -> bool:
    """Whether this controller's directory has a controller of this name."""
    try:
        db = database()
        place = f"CN=Sites,{db.get_config_basedn()}"
        return len(db.search(place, expression=f"(&(objectClass=server)(cn={name}))", attrs=["cn"])) > 0
    except ldb.LdbError:
        return False


def forget(name: str) -> str:
    """Have a controller of what was before the restoring made anew."""
    if not MADE.exists() or knows(name):
        return ""
    return end()


def end() -> str:
    """Have this controller made anew by the next run of the role."""
    subprocess.run(["systemctl", "stop", "samba-ad-dc"], check=True)
    if MADE.exists():
        MADE.rename(BEGUN)
    return "to be made anew"


def unname(name: str) -> str:
    """Take what leads to a controller that is gone out of DNS; another one that writes meanwhile may bring it back."""
    said = io.StringIO()
    log = logging.Logger("dns")
    log.addHandler(logging.StreamHandler(said))
    db = database()
    remove_dns_references(db, log, f"{name}.{db.domain_dns_name()}", ignore_no_name=True)
    return "\n".join(line for line in said.getvalue().splitlines() if "updating" in line)


def main(arguments: list[str]) -> None:
    """Do what was asked for."""
    os.umask(0o022)
    verbs = {"check": check, "make": make, "forget": forget, "end": end, "unname": unname}
    said = verbs[arguments[0]](*arguments[1:])
    sys.stdout.write(f"{said}\n" if said else "")


try:
    main(sys.argv[1:])
except Refused as refused:
    sys.stderr.write(f"{refused}\n")
    sys.exit(1)
