"""What `pyops identity` looks at: the estate, its people file, and what the directory holds."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyops.cli import fleet_access
from pyops.cli.context import estate_of
from pyops.cli.steps import step
from pyops.errors import WrongUsage

if TYPE_CHECKING:
    from pyops.estate import Estate
    from pyops.fleet.target import Access
    from pyops.identity.accounts import Holding
    from pyops.identity.controller import Controller
    from pyops.identity.people import Person
    from pyops.identity.plan import Plan


def now() -> datetime:
    """The machine's clock and time zone are taken for the sites' own."""
    return datetime.now().astimezone()


@dataclass(frozen=True)
class Asked:
    """What the options say."""

    inventory: Path | None
    controller: str | None = None
    jump: str | None = None
    user: str | None = None
    key: Path | None = None
    known_hosts: Path | None = None


@dataclass(frozen=True)
class Reading:
    """Everything that the verbs work on, each read when it is first needed."""

    asked: Asked
    now: datetime = field(default_factory=lambda: now())

    @property
    def today(self) -> date:
        """The day that decides who is here."""
        return self.now.date()

    @cached_property
    def estate(self) -> "Estate":
        """The estate that `-i` names; raises WrongUsage where it names no people, since all would be leavers."""
        estate = estate_of(self.asked.inventory)
        if estate.directory.people is None:
            raise WrongUsage(f"{estate.file}: directory.people is missing: there is no file of people to go by")
        return estate

    @cached_property
    def people(self) -> "tuple[Person, ...]":
        """The people of the estate's file."""
        from pyops.identity.people import read_people

        return read_people(self.estate)

    @cached_property
    def access(self) -> "Access":
        """How the controllers are reached."""
        asked = self.asked
        return fleet_access.access_of(self.estate, asked.key, asked.known_hosts, asked.user, asked.jump)

    @cached_property
    def _first(self) -> "tuple[Controller, Holding]":
        from pyops.identity.controller import first_of

        hosts = self._hosts()
        with step(f"read the directory from {hosts[0]}" if len(hosts) == 1 else "read the directory"):
            return first_of(self.estate, self.access, hosts)

    @property
    def controller(self) -> "Controller":
        """The controller that is named, else the first that answers."""
        return self._first[0]

    @property
    def found(self) -> "Holding":
        """What the directory held when it was first read."""
        return self._first[1]

    def plan(self, found: "Holding") -> "Plan":
        """What would be done to a directory that holds this."""
        from pyops.identity.plan import plan

        return plan(self.estate, self.people, found, self.today)

    def _hosts(self) -> tuple[str, ...]:
        from pyops.estate.problems import no_such
        from pyops.identity.controller import controllers

        hosts, named = controllers(self.estate), self.asked.controller
        if named is not None and named not in hosts:
            raise WrongUsage(f"--controller: {named}, {no_such('controller', named, hosts, self.estate.name)}")
        return (named,) if named else hosts
