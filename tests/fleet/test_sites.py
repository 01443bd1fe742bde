"""By-site reads tell what plain ones tell, and what a lost reader owed is unread; nobody without a certificate is heard."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from pyops.errors import OutsideFailed, Refused
from pyops.fleet.answer import Answer
from pyops.fleet.observation import Observation, Reason, Silence
from pyops.fleet.reading import read
from pyops.fleet.sites import by_site
from pyops.fleet.sites.by_site import BySite
from pyops.fleet.sites.credentials import ASKER, SCHEDULER, Credentials, issue, reader_of
from pyops.fleet.sites.gathering import Listening, gathering
from pyops.fleet.sites.messages import Over, Told, event, plain
from pyops.fleet.sites.reader import Post, serve_once
from pyops.fleet.target import Target

from .answers import SECTIONS, answering
from .conftest import Fleet
from .server import LOOPBACK

SITE_OF = {"web": "banbury", "mail": "banbury", "slow": "towcester", "quick": "stratford"}
DAY = timedelta(days=1)
Reading = Observation | Silence


@dataclass
class Sites:
    """A fleet whose hosts are at sites, and the readers of these, each a process as on a control node."""

    fleet: Fleet
    port: int
    readers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def certificates(self) -> Path:
        return self.fleet.folder / "readers"

    def reader(self, site: str, certificates: Path | None = None) -> subprocess.Popen[bytes]:
        access = self.fleet.settings.access
        words = [sys.executable, "-m", "pyops.cli", "fleet", "reader", site, "--scheduler", f"{LOOPBACK}:{self.port}"]
        words += ["--certificates", str(certificates or self.certificates), "--user", access.user]
        words += ["--key", str(access.key_file), "--known-hosts", str(access.known_hosts)]
        with (self.fleet.folder / f"{site}.log").open("ab") as log:
            scratch = {"TMPDIR": str(self.fleet.folder)}  # a killed reader leaves its own behind
            self.readers[site] = subprocess.Popen(words, stdout=log, stderr=log, env=os.environ | scratch)
        return self.readers[site]

    def by_site(self, patience: float = 60, **absent: str) -> BySite:
        return BySite(SITE_OF, self.certificates, Listening(port=self.port), patience, absent)

    def read(self, *targets: Target, by: BySite | None = None) -> Generator[Reading]:
        """What comes, as it comes: with nothing that this machine would need to log in."""
        nobody = replace(self.fleet.settings.access, key_file=Path("/nonexistent"))
        settings = replace(self.fleet.settings, access=nobody, deadline=60)
        return read(targets, settings, ask=(by or self.by_site()).ask)


@pytest.fixture
def sites(fleet: Fleet) -> Iterator[Sites]:
    with socket.create_server((LOOPBACK, 0)) as free:
        made = Sites(fleet, free.getsockname()[1])
    issue(made.certificates, sorted(set(SITE_OF.values())), DAY)
    yield made
    for process in made.readers.values():
        process.kill()
        process.wait(10)


def listens_at(pid: int) -> set[tuple[str, int]]:
    """Addresses and ports at which a process listens: its sockets, looked up in proc_net_tcp(5)."""
    own = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            own.add(str(handle.readlink()))
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    found = [row[1].split(":") for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own]
    return {(socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16)) for address, port in found}


def without_moments(readings: Iterator[Reading]) -> dict[str, object]:
    """What does not differ from one reading to the next: the reason of a silence, or the packages and the system."""
    return {
        one.host: one.reason if isinstance(one, Silence) else (one.facts.packages, one.facts.system, one.facts.kernel)
        for one in readings
    }


def test_readers_of_three_sites_tell_what_a_plain_read_tells(sites: Sites) -> None:
    fleet = sites.fleet
    for name in SITE_OF:
        fleet.host(name)
    fleet.servers["mail"].lets_in = False
    fleet.servers["quick"].answer = answering(end=None)
    targets = [fleet.target(name) for name in SITE_OF]
    for site in sorted(set(SITE_OF.values())):
        sites.reader(site)

    told = without_moments(sites.read(*targets))

    assert told == without_moments(read(targets, fleet.settings))
    assert (told["mail"], told["quick"]) == (Reason.AUTHENTICATION_REFUSED, Reason.UNREADABLE_ANSWER)


def test_a_reader_serves_one_scan_after_the_other(sites: Sites) -> None:
    sites.fleet.host("web").answer = answering()
    sites.reader("banbury")

    for _ in range(2):
        (reading,) = sites.read(sites.fleet.target("web"))
        assert isinstance(reading, Observation), reading


def test_readings_come_as_they_are_made_and_a_killed_readers_hosts_are_unread(sites: Sites) -> None:
    fleet = sites.fleet
    fleet.host("slow").answers_after = 50
    fleet.host("web").answer = answering()
    fleet.host("quick").answer = answering()
    fleet.servers["quick"].answers_after = 3
    targets = [fleet.target(name) for name in ("slow", "web", "quick")]
    for site in ("banbury", "towcester", "stratford"):
        sites.reader(site)

    with closing(sites.read(*targets)) as readings:
        first = next(readings)
        until_asked(fleet, "slow")
        sites.readers["towcester"].kill()
        rest = {one.host: one for one in readings}

    assert isinstance(first, Observation)
    slow = rest["slow"]
    assert isinstance(slow, Silence)
    assert (slow.reason, slow.detail) == (Reason.READER_LOST, "towcester: its reader is gone")
    assert [type(one) for host, one in rest.items() if host != "slow"] == [Observation] * (len(rest) - 1)
    assert {first.host, *rest} == {"slow", "web", "quick"}


def until_asked(fleet: Fleet, host: str) -> None:
    until = time.monotonic() + 60
    while not fleet.servers[host].commands and time.monotonic() < until:
        time.sleep(0.05)


def test_a_site_whose_reader_does_not_come_is_unread_and_the_others_are_read(sites: Sites) -> None:
    sites.fleet.host("web").answer = answering()
    sites.fleet.host("slow").answer = answering()
    sites.fleet.host("quick").answer = answering()
    sites.reader("banbury")
    until_running(sites.readers["banbury"])

    by = sites.by_site(patience=10, stratford="its node is off")
    found = {one.host: one for one in sites.read(*(sites.fleet.target(n) for n in ("web", "slow", "quick")), by=by)}

    assert isinstance(found["web"], Observation)
    assert {host: (one.reason, one.detail) for host, one in found.items() if isinstance(one, Silence)} == {
        "slow": (Reason.READER_LOST, "towcester: no reader of it came within 10 s"),
        "quick": (Reason.READER_LOST, "stratford: its node is off"),
    }


def until_running(process: subprocess.Popen[bytes]) -> None:
    """A reader that waits for a scan listens itself."""
    until = time.monotonic() + 60
    while not listens_at(process.pid) and time.monotonic() < until:
        time.sleep(0.1)


def test_where_no_reader_comes_at_all_nothing_is_told_of_any_host(sites: Sites) -> None:
    sites.fleet.host("web")

    with pytest.raises(OutsideFailed) as failed:
        next(sites.read(sites.fleet.target("web"), by=sites.by_site(patience=1)))

    assert str(failed.value) == "banbury: no site's reader came within 1 s"


def test_a_host_of_no_site_is_refused_before_anything_is_asked(sites: Sites) -> None:
    server = sites.fleet.host("stranger")
    sites.fleet.host("web")

    with pytest.raises(Refused) as refused:
        next(sites.read(sites.fleet.target("web"), sites.fleet.target("stranger")))

    assert str(refused.value) == "stranger: is at no site of the estate, so no reader reads it"
    assert server.connections == 0


def test_a_reader_with_a_wrong_clock_is_not_believed(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    sites.fleet.host("web").answer = answering()
    sites.reader("banbury")
    monkeypatch.setattr(by_site, "CLOCK_MAY_BE_OFF", -1.0)

    (silence,) = sites.read(sites.fleet.target("web"))

    assert isinstance(silence, Silence)
    assert (silence.reason, silence.detail[:45]) == (
        Reason.READER_LOST,
        "banbury: the clock of its reader is off by -0",
    )


def test_a_reader_of_another_edition_is_not_believed(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    sites.fleet.host("web").answer = answering()
    sites.reader("banbury")
    monkeypatch.setattr(by_site, "edition", lambda: "another")

    (silence,) = sites.read(sites.fleet.target("web"))

    assert isinstance(silence, Silence)
    assert (silence.reason, silence.detail) == (
        Reason.READER_LOST,
        "banbury: its reader is of another edition of pyops",
    )


def test_a_reader_that_is_to_serve_once_does_not_wait_for_ever(sites: Sites) -> None:
    post = Post("banbury", f"{LOOPBACK}:{sites.port}", sites.certificates, sites.fleet.settings.access)

    with pytest.raises(OutsideFailed) as failed:
        serve_once(post, 0.5)

    assert str(failed.value) == f"{LOOPBACK}:{sites.port}: nobody asked for banbury within 0.5 s"
    assert {address for address, _ in listens_at(os.getpid())} <= {LOOPBACK}  # its own is closed


def test_who_stops_listening_frees_the_port_and_the_reader_waits_for_the_next(sites: Sites) -> None:
    for number in range(2):
        sites.fleet.host(f"h{number}").answer = answering()
    sites.fleet.servers["h1"].answers_after = 50
    by = replace(sites.by_site(), site_of={"h0": "banbury", "h1": "banbury"})
    sites.reader("banbury")

    with closing(sites.read(sites.fleet.target("h1"), sites.fleet.target("h0"), by=by)) as readings:
        assert next(readings).host == "h0"

    with socket.create_server((LOOPBACK, sites.port)):
        pass


@pytest.fixture
def scheduler(sites: Sites) -> Iterator[Sites]:
    """A scheduler that waits for a reader of banbury."""
    sites.fleet.host("web").answer = answering()
    works = {"banbury": (sites.fleet.target("web"),)}
    with gathering(Listening(port=sites.port), sites.certificates, works, sites.fleet.settings):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection((LOOPBACK, sites.port), 1):
                break
            time.sleep(0.1)
        yield sites


TLS_ALERT = b"\x15"


def to_plain_words(address: str, port: int) -> bytes:
    """The first of what one says to a peer that speaks Dask without TLS, which begins with the number of its frames."""
    with socket.create_connection((address, port), 10) as stream:
        stream.sendall((1).to_bytes(8, "little") + (4).to_bytes(8, "little") + b"ping")
        with suppress(ConnectionError):
            return stream.recv(1)
    return b""


def answers(sites: Sites, speak: Callable[[socket.socket], socket.socket]) -> bool:
    """Whether the scheduler says anything to one who speaks to it so; Dask greets first."""
    try:
        with socket.create_connection((LOOPBACK, sites.port), 5) as stream, speak(stream) as spoken:
            return spoken.recv(1) != b""
    except OSError:
        return False


def test_the_scheduler_speaks_only_to_those_whom_its_authority_has_signed(scheduler: Sites, tmp_path: Path) -> None:
    issue(tmp_path / "strangers", ["banbury"], DAY)

    def shaking_hands(folder: Path | None) -> Callable[[socket.socket], socket.socket]:
        context = ssl.create_default_context(cafile=scheduler.certificates / "authority.pem")
        context.check_hostname = False
        if folder:
            shown = Credentials(folder, ASKER)
            context.load_cert_chain(shown.certificate, shown.key)
        return context.wrap_socket

    assert answers(scheduler, shaking_hands(scheduler.certificates))
    assert not answers(scheduler, shaking_hands(tmp_path / "strangers"))
    assert not answers(scheduler, shaking_hands(None))
    assert to_plain_words(LOOPBACK, scheduler.port) in (b"", TLS_ALERT)


def test_a_reader_with_a_strangers_certificate_is_told_nothing_and_tells_nothing(sites: Sites, tmp_path: Path) -> None:
    server = sites.fleet.host("web")
    issue(tmp_path / "strangers", ["banbury"], DAY)
    until_running(sites.reader("banbury", tmp_path / "strangers"))

    with pytest.raises(OutsideFailed, match="no site's reader came within 6 s"):
        next(sites.read(sites.fleet.target("web"), by=sites.by_site(patience=6)))

    assert server.connections == 0


def test_a_reader_does_not_talk_to_a_scheduler_that_its_authority_has_not_signed(sites: Sites, tmp_path: Path) -> None:
    issue(tmp_path / "strangers", ["banbury"], DAY)
    shown = Credentials(tmp_path / "strangers", SCHEDULER)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown.certificate, shown.key)

    with socket.create_server((LOOPBACK, sites.port)) as listener:
        listener.settimeout(60)
        sites.reader("banbury")
        stream, _ = listener.accept()
        with stream, pytest.raises(ssl.SSLError, match="ALERT_UNKNOWN_CA"):
            context.wrap_socket(stream, server_side=True)


def test_no_party_has_a_port_but_its_own_and_that_speaks_tls_on_loopback(sites: Sites) -> None:
    fleet = sites.fleet
    fleet.host("web").answers_after = 50
    scan = subprocess.Popen(
        [sys.executable, "-c", SCAN, str(sites.port), str(fleet.folder), str(fleet.servers["web"].port)]
    )
    try:
        reader = sites.reader("banbury")
        until_asked(fleet, "web")
        assert fleet.servers["web"].commands
        assert listens_at(scan.pid) == {(LOOPBACK, sites.port)}
        ((address, port),) = listens_at(reader.pid)
        assert address.startswith("127.")
        assert to_plain_words(address, port) in (b"", TLS_ALERT)
    finally:
        scan.kill()
        scan.wait(10)


SCAN = """
import sys
from pathlib import Path
from pyops.fleet.reading import read
from pyops.fleet.sites.by_site import BySite
from pyops.fleet.sites.gathering import Listening
from pyops.fleet.target import Access, Settings, Target
port, folder, web = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
by = BySite({"web": "banbury"}, folder / "readers", Listening(port=port), 60)
settings = Settings(Access("", Path(), Path()), deadline=60)
list(read([Target("web", "127.0.0.1", web)], settings, ask=by.ask))
"""
"""A scan in a process of its own, so that no socket of this one counts."""


def test_each_party_has_a_certificate_of_its_own_that_ends_and_the_authoritys_key_is_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    issue(folder, ["banbury", "towcester"], DAY)
    issue(folder, ["banbury"], DAY)

    parties = ("scheduler", "asker", "reader-banbury")
    files = {path.name for path in folder.iterdir()}
    assert files == {"authority.pem", *(f"{party}{end}" for party in parties for end in (".pem", ".key"))}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    for party in parties:
        made = x509.load_pem_x509_certificate((folder / f"{party}.pem").read_bytes())
        assert made.subject.rfc4514_string() == f"CN={party}"
        assert timedelta(hours=23) < made.not_valid_after_utc - datetime.now(UTC) <= DAY
    authority = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes()).public_key()
    keys = [path.read_bytes() for path in folder.glob("*.key")]
    assert len(set(keys)) == 3
    for key in keys:
        assert x509_key(key) != authority.public_bytes_raw()  # type: ignore[union-attr]


def x509_key(text: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(text, None).public_key().public_bytes_raw()  # type: ignore[union-attr]


def test_credentials_that_will_not_do_are_refused_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    issue(folder, ["banbury"], timedelta())
    ours = Credentials(folder, reader_of("banbury"))

    with pytest.raises(
        Refused, match=r"reader-towcester\.pem: there is no such file, `pyops fleet certify` makes them"
    ):
        Credentials(folder, reader_of("towcester")).check()
    Credentials(folder, ASKER).certificate.write_text("none")
    with pytest.raises(Refused, match=r"asker\.pem: is no certificate"):
        Credentials(folder, ASKER).check()
    with pytest.raises(Refused, match=r"reader-banbury\.pem: ended .* UTC, `pyops fleet certify` makes new ones"):
        ours.check()
    ours.key.chmod(0o640)
    with pytest.raises(Refused, match=r"reader-banbury\.key: others may read it"):
        ours.check()


def test_what_is_told_arrives_as_it_was(fleet: Fleet) -> None:
    now = datetime.now(UTC)
    target = Target("web", "192.0.2.1", known_status="a")
    told = Answer(target, "n", now - DAY, now, SECTIONS["disks"].encode() + b"\xff\x00", "oh")
    silence = Silence("web", now, Reason.CONNECTION_LOST, "hung up")

    assert event("banbury", {"web": target}, plain(told)) == Told("banbury", "web", told)
    assert event("banbury", {"web": target}, plain(silence)) == Told("banbury", "web", silence)
    assert Over("banbury", "x").site == "banbury"


def test_a_read_without_sites_does_not_load_dask() -> None:
    loads = (
        "import sys, pyops.cli.fleet, pyops.fleet.reading, pyops.cli.fleet_scan; print('distributed' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
