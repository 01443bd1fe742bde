"""A host's key, its certificate and the root that it trusts: what is there, and single steps to have them.

    read       how it stands, as JSON
    trust      trust the root
    request    have a key, and print what an authority is asked to sign
    install    take what it signed
    reload     have units use it that use an older one

The standard input is one JSON object: names, root (PEM), renew_days, revoked, group, packages, units, and for install
chain. Openssl does the work. The certificate is replaced in one step, so there is always a whole one.
"""

import grp
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEY = Path("/etc/ssl/private/host.key")
CHAIN = Path("/etc/ssl/certs/host.pem")
ROOT = Path("/usr/local/share/ca-certificates/estate.crt")
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
MARKS = Path("/var/lib/host-certificate")
Given = dict[str, Any]
Command = list[str | Path]


def main(verb: str) -> None:
    """Do one step."""
    given: Given = json.load(sys.stdin)
    steps = {"trust": trust, "request": request, "install": install, "reload": reload}
    sys.stdout.write(json.dumps(read(given)) if verb == "read" else steps[verb](given) or "")


def read(given: Given) -> Given:
    """What is missing, and why; `fits` says whether the certificate can be used as it is."""
    why, fits = judged(given, CHAIN) if shutil.which("openssl") else ("there is none", False)
    return {
        "packages": [name for name in given["packages"] if not is_installed(name)],
        "is_trusted": is_trusted(given["root"]),
        "why": why,
        "fits": fits,
        "running": {unit: is_stale(unit) for unit in given["units"] if runs(unit)},
    }


def judged(given: Given, chain: Path) -> tuple[str, bool]:
    """Why a certificate is to be renewed, empty where it is not, and whether it can be used all the same."""
    if not KEY.exists() or not chain.exists():
        return "there is none", False
    if not is_whole(chain):
        return "it cannot be read", False
    if openssl("x509", "-in", chain, "-noout", "-pubkey") != openssl("pkey", "-in", KEY, "-pubout"):
        return "its key is another one", False
    if (names := names_of(chain)) != sorted(given["names"]):
        return f"it is for {', '.join(names)}", False
    end = ends(chain)
    if (left := (end - datetime.now(UTC)).days) < 0:
        return f"it ended on {end:%Y-%m-%d}", False
    if why := distrusted(given, chain):
        return why, False
    if wrong := badly_kept(given["group"]):
        return wrong, True
    return (f"it ends on {end:%Y-%m-%d}" if left < given["renew_days"] else ""), True


def is_whole(chain: Path) -> bool:
    """Whether a file is a certificate at all."""
    look: Command = ["openssl", "x509", "-in", chain, "-noout"]
    return subprocess.run(look, capture_output=True, check=False).returncode == 0


def distrusted(given: Given, chain: Path) -> str:
    """Why others would not believe a certificate; nothing is known of that while all authorities are silent."""
    if not given["root"]:
        return ""
    if int(openssl("x509", "-in", chain, "-noout", "-serial").partition("=")[2], 16) in revoked(given):
        return "it is revoked"
    alone = ["-no-CApath", "-no-CAstore"]  # else the roots of the whole system would count too
    check: Command = ["openssl", "verify", *alone, "-CAfile", "/dev/stdin", "-untrusted", chain, chain]
    done = subprocess.run(check, input=given["root"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else "the root that is trusted did not sign it"


def badly_kept(group: str) -> str:
    """Whether others read the key than should."""
    state = KEY.stat()
    kept = (state.st_mode & 0o777, state.st_uid, state.st_gid)
    return "" if kept == wanted(group) else "its key has another owner, group or mode"


def wanted(group: str) -> tuple[int, int, int]:
    """Mode, owner and group of the key."""
    known = {entry.gr_name: entry.gr_gid for entry in grp.getgrall()}
    return (0o640, 0, known[group]) if group in known else (0o600, 0, 0)


def revoked(given: Given) -> set[int]:
    """Serial numbers that an authority took back."""
    return {int(serial, 16) for serial in given["revoked"]}


def names_of(chain: Path) -> list[str]:
    """The DNS names of a certificate."""
    words = openssl("x509", "-in", chain, "-noout", "-ext", "subjectAltName").replace(",", " ").split()
    return sorted(word.removeprefix("DNS:") for word in words if word.startswith("DNS:"))


def ends(chain: Path) -> datetime:
    """When it does."""
    text = openssl("x509", "-in", chain, "-noout", "-enddate", "-dateopt", "iso_8601").partition("=")[2]
    return datetime.fromisoformat(text.strip().replace(" ", "T", 1).removesuffix("Z") + "+00:00")


def is_trusted(root: str) -> bool:
    """Whether programs of this host believe the root; a root that is not known is none to be trusted now."""
    if not root:
        return True
    bundle = TRUSTED.read_text(encoding="utf-8") if TRUSTED.exists() else ""
    return ROOT.exists() and ROOT.read_text(encoding="utf-8").strip() == root.strip() and root.strip() in bundle


def trust(given: Given) -> None:
    """Trust the root as the distribution's own authorities are trusted."""
    ROOT.parent.mkdir(parents=True, exist_ok=True)
    replace(ROOT, given["root"].strip() + "\n", 0o644)
    subprocess.run(["update-ca-certificates", "--fresh"], check=True, capture_output=True)


def request(given: Given) -> str:
    """A key of this host's own, made where there is none, and a request for the names."""
    mode, owner, group = wanted(given["group"])
    if not KEY.exists():
        replace(KEY, openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"), 0o600)
    os.chown(KEY, owner, group)
    KEY.chmod(mode)
    names = ",".join(f"DNS:{name}" for name in given["names"])
    return openssl("req", "-new", "-key", KEY, "-subj", "/", "-addext", f"subjectAltName={names}").strip()


def install(given: Given) -> None:
    """Take what was signed, after a look at it."""
    new = CHAIN.with_name("host.pem.signed")
    replace(new, given["chain"].strip() + "\n", 0o644)
    why, fits = judged(given, new)
    if not fits:
        new.unlink()
        sys.exit(f"{CHAIN}: what the authority signed was not taken, {why}")
    new.rename(CHAIN)


def reload(given: Given) -> None:
    """Have the units that run use it. A mark is left for each, so that one that was missed is found by the next run."""
    MARKS.mkdir(exist_ok=True)
    for unit in given["units"]:
        if runs(unit) and is_stale(unit):
            subprocess.run(["systemctl", "reload-or-restart", unit], check=True)
            (MARKS / unit).touch()


def is_stale(unit: str) -> bool:
    """Whether a unit neither began nor was reloaded since the certificate is there."""
    if not CHAIN.exists():
        return False
    show = ["systemctl", "show", "--timestamp=unix", "--property=ActiveEnterTimestamp", "--value", unit]
    began = float(output(show).strip().lstrip("@") or 0)
    mark = MARKS / unit
    return CHAIN.stat().st_ctime > max(began, mark.stat().st_mtime if mark.exists() else 0)


def runs(unit: str) -> bool:
    """Whether it does; one that does not reads the certificate when it begins."""
    return subprocess.run(["systemctl", "--quiet", "is-active", unit], check=False).returncode == 0


def is_installed(package: str) -> bool:
    """Whether dpkg has it."""
    show = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    return subprocess.run(show, capture_output=True, text=True, check=False).stdout == "installed"


def replace(file: Path, text: str, mode: int) -> None:
    """Have a file in one step, on the disk when this returns."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)


def openssl(*arguments: str | Path) -> str:
    """What it says."""
    return output(["openssl", *arguments])


def output(command: Command | list[str]) -> str:
    """What a command prints; its own words where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr.strip()}, it must succeed")
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1])
