"""First passwords of new accounts: taken from a file that only its owner can read, and made where it has none."""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyops.errors import Refused, file_errors

_SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "za")
_WORDS, _IN_A_WORD = 4, 4


def made() -> str:
    """A password that can be read out: four words of four syllables, 64 bits, and a digit for those who count kinds."""
    words = ("".join(secrets.choice(_SYLLABLES) for _ in range(_IN_A_WORD)) for _ in range(_WORDS))
    return "-".join(word.capitalize() for word in words) + f"-{secrets.randbelow(10)}"


def read_passwords(file: Path) -> dict[str, str]:
    """Lines of `login password`; an empty map where there is no file yet. Raises Refused where others can read it."""
    with file_errors(file):
        if not file.exists():
            return {}
        if file.stat().st_mode & 0o077:
            raise Refused(f"{file}: can be read by others, and holds passwords: chmod 600 {file}")
        lines = file.read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        login, _, password = line.partition(" ")
        if line and not password:
            raise Refused(f"{file}:{number}: {login}, must be a login, a space and a password")
        if line:
            found[login] = password
    return found


def completed(file: Path, logins: Iterable[str]) -> Mapping[str, str]:
    """The file's passwords, with new ones for those whom it has not; they are written down before they are used."""
    found = read_passwords(file)
    new = {login: made() for login in logins if login not in found}
    if new:
        with file_errors(file, "written"):
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8") as writer:
                writer.writelines(f"{login} {password}\n" for login, password in new.items())
    return found | new
