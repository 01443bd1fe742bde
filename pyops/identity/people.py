"""The people file: an export of the personnel systems, CSV or LDIF, read with every fault at its line.

A fault anywhere refuses the whole file: a person who cannot be read would else be taken for a leaver.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationError

from pyops.errors import Refused
from pyops.estate import Estate
from pyops.estate.base import Part
from pyops.estate.checks.identity import BUILT_IN
from pyops.estate.problems import EstateRefused, Problem, given, no_such
from pyops.estate.source import read_text
from pyops.estate.texts import Login, Name, Words, refusal
from pyops.estate.wording import findings
from pyops.identity.rows import csv_rows, ldif_rows

COLUMNS = ("login", "name", "partner", "roles", "mail", "starts", "ends")
"""The first line of a CSV file, in this order; several roles are parted by spaces."""

Tell = Callable[[str, str, str], Problem]


def _day(value: Any) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise refusal("must be a date, as in 2026-11-10") from None


def _mail(value: Any) -> str:
    name, _, domain = str(value).partition("@")
    if value and not (name and "." in domain and str(value).isascii() and len(str(value).split()) == 1):
        raise refusal("must be a mail address, as in cdc.officer.01@ict.example")
    return str(value)


class Person(Part):
    """One line of the file. Who has no roles yet has an account all the same."""

    login: Login
    name: Words
    partner: Name
    roles: Annotated[tuple[Name, ...], BeforeValidator(lambda value: tuple(str(value).split()))] = ()
    mail: Annotated[str, BeforeValidator(_mail)] = ""
    starts: Annotated[date | None, BeforeValidator(_day)] = None
    """The first day; with none, long ago."""
    ends: Annotated[date | None, BeforeValidator(_day)] = None
    """The last day, on which the account still works."""

    def is_here(self, today: date) -> bool:
        """Whether there is an account on this day."""
        return (self.starts is None or self.starts <= today) and (self.ends is None or today <= self.ends)

    def is_coming(self, today: date) -> bool:
        """Whether the first day is still to come."""
        return self.starts is not None and today < self.starts


def read_people(estate: Estate) -> tuple[Person, ...]:
    """The people of the file that the estate names, in its order; none where it names no file.

    Raises EstateRefused with every fault as `file:line: column: what was given, the rule that it breaks`.
    """
    if estate.directory.people is None:
        return ()
    file = estate.file.parent / estate.directory.people
    try:
        text = read_text(file)
    except Refused as refused:
        raise EstateRefused([Problem(str(file), 1, "(file)", "", str(refused).removeprefix(f"{file}: "))]) from None
    problems: list[Problem] = []
    read = ldif_rows if file.suffix == ".ldif" else csv_rows
    people: list[Person] = []
    lines: list[int] = []
    for line, cells, rule in read(text, COLUMNS):
        if rule:
            problems.append(Problem(str(file), line, *rule))
            continue
        try:
            people.append(Person.model_validate(cells))
            lines.append(line)
        except ValidationError as error:
            problems += _wrong(file, line, error)
    problems += _strangers(estate, file, people, lines)
    if problems:
        raise EstateRefused(problems)
    return tuple(people)


def _wrong(file: Path, line: int, error: ValidationError) -> Iterator[Problem]:
    for found in findings(error, Person):
        yield Problem(str(file), line, str(found.at[0]), given(found), found.rule)


def _strangers(estate: Estate, file: Path, people: Iterable[Person], lines: Iterable[int]) -> Iterator[Problem]:
    """What one line alone does not tell: names that are nobody else's, partners and roles that are there."""
    directory = estate.directory
    taken = dict.fromkeys(BUILT_IN, "of every directory from its first day on")
    taken |= dict.fromkeys(estate.accounts, "of a local account on every host")
    for key in ("groups", "services", "break_glass"):
        taken |= dict.fromkeys(getattr(directory, key), f"in directory.{key} of the estate")
    for person, line in zip(people, lines, strict=True):

        def told(column: str, what: str, rule: str, line: int = line) -> Problem:
            return Problem(str(file), line, column, what, rule)

        if person.login in taken:
            yield told("login", person.login, f"is already a name {taken[person.login]}")
        taken.setdefault(person.login, f"on line {line}")
        if person.starts and person.ends and person.ends < person.starts:
            yield told("ends", str(person.ends), f"lies before the first day, {person.starts}")
        if person.partner not in estate.partners:
            yield told("partner", person.partner, no_such("partner", person.partner, estate.partners))
            continue
        yield from _roles(estate, person, told)


def _roles(estate: Estate, person: Person, told: Tell) -> Iterator[Problem]:
    groups = estate.directory.groups
    for role in person.roles:
        if role not in groups:
            yield told("roles", role, no_such("group", role, groups))
        elif not groups[role].is_for(person.partner):
            who = ", ".join(groups[role].partners)
            yield told(
                "roles", role, f"is not for people of {person.partner}: directory.groups.{role}.partners is {who}"
            )
        if person.roles.count(role) > 1:
            yield told("roles", role, "is given twice")
            return
