"""The tables of the observations' database, and what brings an older one up to date."""

import sqlite3
from pathlib import Path

from pyops.errors import Refused

_FIRST = """
CREATE TABLE package (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, architecture TEXT NOT NULL, status TEXT NOT NULL,
    UNIQUE (name, version, architecture, status)
) STRICT;
CREATE TABLE list (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    members BLOB NOT NULL -- ids of packages, four bytes each as this kind of machine orders them
) STRICT;
CREATE TABLE reading (
    host TEXT NOT NULL,
    at INTEGER NOT NULL, -- microseconds since 1970 in UTC
    reason TEXT,         -- of a silence, null of an observation
    detail TEXT,         -- of a silence
    facts TEXT,          -- of an observation: JSON, without its packages
    list INTEGER REFERENCES list (id),
    PRIMARY KEY (host, at)
) STRICT;
CREATE INDEX observed ON reading (host, at) WHERE reason IS NULL;
CREATE INDEX was_silent ON reading (host, at) WHERE reason IS NOT NULL;
"""

STEPS = (_FIRST,)
"""What each version adds to the one before; a semicolon ends a statement. Published steps stay as they are."""


def prepare(connection: sqlite3.Connection, file: Path) -> None:
    """Bring the database to our version; raises Refused where it is of a newer program."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > len(STEPS):
        raise Refused(
            f"{file}: schema {found}, was written by a newer pyops: this one knows schemas up to {len(STEPS)}"
        )
    if found == len(STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = connection.execute("PRAGMA user_version").fetchone()[0]  # another process may have been quicker
        for number, step in enumerate(STEPS[found:], found + 1):
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
