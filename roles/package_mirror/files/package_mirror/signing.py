"""The archive's private key, in a key ring that is there only while something is signed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from package_mirror.child import run
from package_mirror.errors import Refused
from package_mirror.settings import Settings
from package_mirror.work import GNUPG, end_agent


@contextmanager
def key_ring(settings: Settings) -> Iterator[Path]:
    """A home for gpg that holds the key; gpg's agent is not left behind. Raises Refused, OutsideFailed."""
    if not settings.signing_key.exists():
        raise Refused(f"{settings.signing_key}: is not there, only the origin has the key and publishes")
    home = settings.work / GNUPG
    home.mkdir(mode=0o700)
    try:
        command = ["gpg", f"--homedir={home}", "--batch", "--quiet", "--no-tty", "--import"]
        run(command, text=settings.signing_key.read_text(encoding="ascii"))
        yield home
    finally:
        end_agent(home)
