"""What an authority signed and what it took back: one JSON line each, only ever added to."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from certificate_authority.errors import Refused
from certificate_authority.place import now


@dataclass(frozen=True)
class Entry:
    """A certificate that was signed."""

    serial: int
    names: tuple[str, ...]
    until: datetime
    revoked: datetime | None = None

    def shown(self) -> dict[str, Any]:
        """As people and programs read it."""
        revoked = self.revoked.isoformat() if self.revoked else None
        return {"serial": f"{self.serial:x}", "names": self.names, "until": self.until.isoformat(), "revoked": revoked}


class Ledger:
    """The file. Whoever writes holds the folder's lock."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def record(self, signed: x509.Certificate) -> None:
        """Add a certificate."""
        line = {"serial": f"{signed.serial_number:x}", "names": names(signed)}
        self._add({"at": now().isoformat(), **line, "until": signed.not_valid_after.isoformat()})

    def revoke(self, what: str) -> list[Entry]:
        """Take back a certificate by its serial number, or all of a name; raises Refused where there is none."""
        living = [entry for entry in self.entries() if entry.until > now()]
        found = [entry for entry in living if what.lower().lstrip("0") == f"{entry.serial:x}" or what in entry.names]
        if not found:
            raise Refused(
                f"{what}: neither a serial number nor a name that this authority signed and that still counts"
            )
        fresh = [entry for entry in found if not entry.revoked]
        for entry in fresh:
            self._add({"at": now().isoformat(), "revoked": f"{entry.serial:x}"})
        return fresh

    def entries(self) -> list[Entry]:
        """All of them, the oldest first."""
        known: dict[int, Entry] = {}
        for line in self._lines():
            if "revoked" in line:
                serial = int(line["revoked"], 16)
                known[serial] = replace(known[serial], revoked=datetime.fromisoformat(line["at"]))
            else:
                serial = int(line["serial"], 16)
                known[serial] = Entry(serial, tuple(line["names"]), datetime.fromisoformat(line["until"]))
        return list(known.values())

    def _lines(self) -> Iterator[dict[str, Any]]:
        # What follows the last end of a line was cut short by a loss of power, before anybody had its certificate.
        text = self._file.read_text(encoding="utf-8") if self._file.exists() else ""
        return (json.loads(line) for line in text.split("\n")[:-1])

    def _add(self, line: dict[str, Any]) -> None:
        text = self._file.read_bytes() if self._file.exists() else b""
        with self._file.open("r+b" if text else "wb") as stream:
            stream.truncate(text.rfind(b"\n") + 1)
            stream.seek(0, os.SEEK_END)
            stream.write(json.dumps(line).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())


def names(signed: x509.Certificate) -> list[str]:
    """The DNS names of a certificate; of an authority's, what it is called."""
    try:
        given = signed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [str(part.value) for part in signed.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    return given.get_values_for_type(x509.DNSName)
