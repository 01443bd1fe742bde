"""What a reader tells, as plain data on the wire: its clock when it begins, then each answer and each silence."""

import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pyops.fleet.answer import Answer
from pyops.fleet.observation import Reason, Silence
from pyops.fleet.target import Target

TOPIC = "pyops-fleet"
_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Begun:
    """A site's reader has begun; `clock` is its own, in seconds since 1970, `edition` the one of its program."""

    site: str
    clock: float
    edition: str


@dataclass(frozen=True, slots=True)
class Told:
    """A site's reader tells how one host ended."""

    site: str
    host: str
    result: Answer | Silence


@dataclass(frozen=True, slots=True)
class Over:
    """A site's reader tells no more, and why."""

    site: str
    why: str


Event = Begun | Told | Over


def begun() -> dict[str, Any]:
    """What a reader sends first."""
    return {"clock": time.time(), "edition": edition()}


@cache
def edition() -> str:
    """A hash of this package as it is here. Both ends must have the same: dataclasses travel by the order of fields."""
    files = (file for ending in ("py", "sh") for file in _PACKAGE.rglob(f"*.{ending}"))
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in sorted(files))).hexdigest()


def plain(result: Answer | Silence) -> dict[str, Any]:
    """What a reader sends of a host. Answers are pressed to a quarter: they cross what joins the sites."""
    if isinstance(result, Silence):
        return {
            "host": result.host,
            "at": result.tried_at.isoformat(),
            "reason": result.reason.value,
            "detail": result.detail,
        }
    return {
        "host": result.target.host,
        "at": result.asked_at.isoformat(),
        "heard": result.heard_at.isoformat(),
        "nonce": result.nonce,
        "text": zlib.compress(result.text, 1),
        "complaints": result.complaints,
    }


def event(site: str, targets: Mapping[str, Target], message: Mapping[str, Any]) -> Event:
    """What a site's reader said; raises KeyError, ValueError or zlib.error where it is none of these."""
    if "clock" in message:
        return Begun(site, message["clock"], message["edition"])
    host, at = message["host"], datetime.fromisoformat(message["at"])
    if "reason" in message:
        return Told(site, host, Silence(host, at, Reason(message["reason"]), message["detail"]))
    heard = datetime.fromisoformat(message["heard"])
    text = zlib.decompress(message["text"])
    return Told(site, host, Answer(targets[host], message["nonce"], at, heard, text, message["complaints"]))
