"""The lab's package repository: every package that this machine's apt has ever fetched for images, signed by the lab.

Packages can be put beside them, in any suite, as when a security fix comes out.

Hosts reach it as an HTTP proxy at the lab's address in their zone, so any source line of theirs
("http://packages.ict.example/debian bookworm main") is answered by it, and the same line is right in production.
"""

import json
import shutil
import socket
import sys
import time
from collections.abc import Iterable
from email.utils import formatdate
from hashlib import sha256
from pathlib import Path

from pyops.errors import OutsideFailed, Refused
from pyops.files import FOR_ALL, disk_errors, write_whole
from pyops.lab import apt, cgroups, credentials, images, locks, namespaces, tools
from pyops.lab.place import Lab
from pyops.lab.provisioning import PROXY_PORT

_SERVICE = "repository"
_PATIENCE_S = 20


def start(lab: Lab, release: str = "bookworm") -> None:
    """Index what is in the archive, sign it, and serve it; again renews the index and restarts a server that died."""
    with locks.record(lab, "service", _SERVICE):
        tools.need("apt-ftparchive", "gpg", "dpkg", "nsenter")
        namespaces.create(lab.namespace, forwards=False)
        _write_key(lab)
        if (lab.public / "release").exists() and (lab.public / "release").read_text().strip() != release:
            cgroups.kill(_cgroup(lab))  # it serves the archive of another release
        write_whole(lab.public / "release", release + "\n", FOR_ALL)
        _index(lab, release)
        if not is_running(lab):
            _serve(lab, release)


def stop(lab: Lab) -> None:
    """End the server; hosts cannot install packages until it is started again."""
    with locks.record(lab, "service", _SERVICE):
        cgroups.kill(_cgroup(lab))


def fetch(lab: Lab, packages: Iterable[str], release: str = "bookworm") -> None:
    """Have the machine's apt fetch packages and what they depend on, so that hosts can install them."""
    base = Path(images.build(lab, "base", (), release).layers[-1])
    with apt.shared(lab.cache, release) as shared:
        shared.fetch(base, sorted(set(packages)))


def publish(lab: Lab, packages: Iterable[Path], suite: str, release: str = "bookworm") -> None:
    """Put packages (.deb) into a suite of the lab's repository, as upstream would; Refused for what is none."""
    if suite not in _suites(release):
        raise Refused(f"{suite}: is no suite of the lab's repository; known: {', '.join(_suites(release))}")
    files = tuple(packages)
    for file in files:
        tools.run(["dpkg-deb", "--field", str(file), "Package"])
    folder = _own(lab, suite)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copyfile(file, folder / file.name)
    start(lab, release)


def withdraw(lab: Lab, release: str = "bookworm") -> None:
    """Take out everything that was put in by `publish`."""
    for suite in _suites(release):
        shutil.rmtree(_own(lab, suite), ignore_errors=True)
    start(lab, release)


def is_running(lab: Lab) -> bool:
    """Whether the server answers."""
    if not namespaces.exists(lab.namespace) or not cgroups.is_populated(_cgroup(lab)):
        return False
    return namespaces.inside(lab.namespace, _answers)


def _answers() -> bool:
    try:
        with socket.create_connection(("127.0.0.1", PROXY_PORT), timeout=2) as stream:
            stream.sendall(b"GET /healthy HTTP/1.0\r\n\r\n")
            return b" 200 " in stream.recv(64)
    except OSError:
        return False


def _cgroup(lab: Lab) -> Path:
    return cgroups.of_lab(lab) / f".{_SERVICE}"


def _serve(lab: Lab, release: str) -> None:
    cgroup = _cgroup(lab)
    cgroups.kill(cgroup)
    cgroup.mkdir(parents=True)
    log = lab.state / f"{_SERVICE}.log"
    # The shell enters the cgroup before the server begins, so that no moment exists in which it would escape.
    enter = ["sh", "-c", 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"', _SERVICE, str(cgroup)]
    within = ["nsenter", f"--net={namespaces.path(lab.namespace)}"]
    server = [sys.executable, "-I", str(Path(__file__).with_name("repository_server.py")), str(PROXY_PORT)]
    places = [str(_folder(lab)), str(apt.place(lab.cache, release).archive)]
    with log.open("ab") as output:
        tools.detach([*enter, *within, *server, *places], output)
    until = time.monotonic() + _PATIENCE_S
    while not is_running(lab):
        if time.monotonic() > until:
            raise OutsideFailed(f"{log}: the package repository did not answer within {_PATIENCE_S} s, see its log")
        time.sleep(0.05)


def _folder(lab: Lab) -> Path:
    return lab.state / _SERVICE


def _index(lab: Lab, release: str) -> None:
    """Write Packages and the signed InRelease of the release and its companions, if the archive changed since."""
    place = apt.place(lab.cache, release)
    with locks.file_lock(lab.cache / "locks" / f"packages-{release}"), disk_errors(lab.cache):
        place.archive.mkdir(parents=True, exist_ok=True)
        own = {suite: tuple(sorted(_own(lab, suite).glob("*.deb"))) for suite in _suites(release)}
        names = [
            *sorted(file.name for file in place.archive.iterdir()),
            *(sha256(f.read_bytes()).hexdigest() for additions in own.values() for f in additions),
        ]
        offered = sha256(json.dumps(names).encode()).hexdigest()
        done = _folder(lab) / "offered"
        if done.exists() and done.read_text() == offered:
            return
        packages = _scan(place).replace("\nFilename: archives/", "\nFilename: pool/")
    for suite, additions in own.items():
        added = _described(lab, suite) if additions else ""
        _write_suite(lab, suite, (packages if suite == release else "") + added)
    write_whole(done, offered, FOR_ALL)


def _suites(release: str) -> tuple[str, ...]:
    return release, f"{release}-updates", f"{release}-security"


def _own(lab: Lab, suite: str) -> Path:
    return _folder(lab) / "own" / suite


def _described(lab: Lab, suite: str) -> str:
    found = tools.run(["apt-ftparchive", "packages", f"own/{suite}"], folder=_folder(lab)).stdout
    return found.replace(f"\nFilename: own/{suite}/", f"\nFilename: pool/own/{suite}/")


def _scan(place: apt.Shared) -> str:
    """Describe every package in the archive; those described before are remembered in a database."""
    database = place.folder / "packages.db"
    command = ["apt-ftparchive", f"--db={database}", "packages", "archives"]
    done = tools.run(command, folder=place.folder)
    if "Unable to open DB" in done.stderr:  # a kill while it was written: it would do without, slowly, for ever
        database.unlink()
        done = tools.run(command, folder=place.folder)
    return done.stdout


def _write_suite(lab: Lab, suite: str, packages: str) -> None:
    folder = _folder(lab) / "dists" / suite
    architecture = tools.run(["dpkg", "--print-architecture"]).stdout.strip()
    name = f"main/binary-{architecture}/Packages"
    write_whole(folder / name, packages, FOR_ALL)
    content = packages.encode()
    fields = {"Origin": "lab", "Label": "lab", "Suite": suite, "Codename": suite, "Date": formatdate(usegmt=True)}
    fields |= {"Architectures": architecture, "Components": "main"}
    lines = [f"{key}: {value}" for key, value in fields.items()]
    lines += ["SHA256:", f" {sha256(content).hexdigest()} {len(content)} {name}"]
    signed = _gpg(lab, ["--clear-sign", "--digest-algo", "SHA512"], "\n".join(lines) + "\n")
    write_whole(folder / "InRelease", signed, FOR_ALL)


def _write_key(lab: Lab) -> None:
    """Make the key that signs packages at first use; hosts get its public half."""
    public = lab.public / "packages.asc"
    if public.exists():
        return
    credentials.folder(lab)
    _home(lab).mkdir(mode=0o700, exist_ok=True)
    user = f"Packages of {lab.name}"
    if not _gpg(lab, ["--list-secret-keys", "--with-colons"], "").strip():
        _gpg(lab, ["--passphrase", "", "--quick-generate-key", user, "ed25519", "sign", "never"], "")
    write_whole(public, _gpg(lab, ["--armor", "--export"], ""), FOR_ALL)


def _home(lab: Lab) -> Path:
    return lab.secrets / "gnupg"


def _gpg(lab: Lab, arguments: list[str], text: str) -> str:
    """Run gpg on a key ring of the lab's own; the agent that it starts would outlive it, so it is told to go."""
    options = ["--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback"]
    try:
        return tools.run(["gpg", f"--homedir={_home(lab)}", *options, *arguments], stdin=text).stdout
    finally:
        tools.run(["gpgconf", f"--homedir={_home(lab)}", "--kill", "gpg-agent"], check=False)
