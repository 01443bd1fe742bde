"""Lists of packages in the database: each list once, as numbers of packages that are kept once as well."""

import hashlib
import sqlite3
from array import array
from collections.abc import Iterable, Mapping

from pyops.fleet.facts import Package
from pyops.fleet.packages import Named, named

_NUMBERS = "I"


class Shelf:
    """Puts lists of packages away, and finds them again by the number that it gave them.

    Packages are never removed, so a number that a process remembers stays true; a fleet meets a few thousand a year.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[Package, int] = {}
        self._packages: dict[int, Package] = {}
        self._named: dict[str, dict[int, Named]] = {}
        """For hosts of each architecture."""

    def put(self, packages: Iterable[Package]) -> int:
        """The number of a list, new or known; called within a transaction."""
        members = array(_NUMBERS, [self._numbers.get(one) or self._number(one) for one in packages]).tobytes()
        digest = hashlib.sha256(members).digest()
        found = self._connection.execute("SELECT id FROM list WHERE digest = ?", (digest,)).fetchone()
        if found is None:
            query = "INSERT INTO list (digest, members) VALUES (?, ?) RETURNING id"
            found = self._connection.execute(query, (digest, members)).fetchone()
        return int(found[0])

    def get(self, number: int, architecture: str) -> Mapping[str, Package]:
        """The packages of a list by name, on a host of this architecture."""
        (members,) = self._connection.execute("SELECT members FROM list WHERE id = ?", (number,)).fetchone()
        numbers = array(_NUMBERS, members)
        try:
            return dict(map(self._named[architecture].__getitem__, numbers))
        except KeyError:
            self._load()
            self._named[architecture] = {one: named(self._packages[one], architecture) for one in self._packages}
            return dict(map(self._named[architecture].__getitem__, numbers))

    def forget_unused(self) -> None:
        """Drop the lists that no reading has any more."""
        self._connection.execute("DELETE FROM list WHERE id NOT IN (SELECT list FROM reading WHERE list IS NOT NULL)")

    def rolled_back(self) -> None:
        """What was learned in a transaction that did not hold is not so."""
        self._numbers.clear()

    def _number(self, package: Package) -> int:
        """What is in the database, put there by whomever; asked for all of them once."""
        if not self._numbers:
            self._load()
            if package in self._numbers:
                return self._numbers[package]
        add = "INSERT OR IGNORE INTO package (name, version, architecture, status) VALUES (?, ?, ?, ?)"
        self._connection.execute(add, package)
        find = "SELECT id FROM package WHERE (name, version, architecture, status) = (?, ?, ?, ?)"
        number = self._numbers[package] = int(self._connection.execute(find, package).fetchone()[0])
        return number

    def _load(self) -> None:
        for number, *columns in self._connection.execute("SELECT id, name, version, architecture, status FROM package"):
            package = Package(*columns)
            self._packages[number] = package
            self._numbers[package] = number
