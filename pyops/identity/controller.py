"""The seam to the directory: `directory-accounts` on one of its controllers, reached over ssh."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyops.errors import OutsideFailed, Refused
from pyops.estate import Estate
from pyops.fleet.command import Ended, Unreached, command
from pyops.fleet.target import Access, Target
from pyops.fleet.targets import targets_of
from pyops.identity.accounts import Holding, parse
from pyops.identity.steps import Act, Step

PROGRAM = "/usr/local/sbin/directory-accounts"
SILENCE_S = 60.0
"""How long a controller may say nothing: a step takes far less."""


def controllers(estate: Estate) -> tuple[str, ...]:
    """The hosts that hold the directory, in the estate's order."""
    return tuple(server.name for server in estate.servers if server.pool.id == estate.directory.pool)


@dataclass(frozen=True, slots=True)
class Controller:
    """One controller; any of them will do, since each tells the others."""

    target: Target
    access: Access
    estate: str

    @property
    def host(self) -> str:
        """Its name."""
        return self.target.host

    def read(self) -> Holding:
        """Everything that the directory holds."""
        lines: list[str] = []
        ended = self._run("read", b"", lines.append)
        if ended.status:
            raise OutsideFailed(f"{self.host}: {_said(ended)}")
        return parse("\n".join(lines), self.estate)

    def apply(self, steps: Sequence[Step], passwords: Mapping[str, str], when_done: Callable[[Step], None]) -> None:
        """Do the steps in order; raises OutsideFailed with the step that failed, and why."""
        orders = [_order(step, passwords) for step in steps]
        failures: list[str] = []
        done = 0

        def told(line: str) -> None:
            nonlocal done
            answer = _answer(line)
            step = steps[answer["step"]]
            if answer["done"]:
                done += 1
                when_done(step)
            else:
                failures.append(f"{self.host}: {step.act} {step.name}: {answer['why']}")

        given = json.dumps({"estate": self.estate, "steps": orders}).encode()
        ended = self._run("apply", given, told)
        if failures:
            raise OutsideFailed("\n".join(failures))
        if ended.status or done < len(steps):
            raise OutsideFailed(f"{self.host}: ended after {done:,} of {len(steps):,} steps: {_said(ended)}")

    def _run(self, verb: str, given: bytes, when_line: Callable[[str], None]) -> Ended:
        sudo = "" if self.access.user == "root" else "sudo -n "
        return command(self.target, self.access, f"{sudo}{PROGRAM} {verb}", given, when_line, SILENCE_S)


def first_of(estate: Estate, access: Access, hosts: Sequence[str]) -> tuple[Controller, Holding]:
    """The first of these controllers that answers, with what it holds; raises Unreached where none does.

    Raises Refused where it holds another directory than the estate's.
    """
    silent: list[str] = []
    for target in targets_of(estate, hosts):
        controller = Controller(target, access, estate.name)
        try:
            held = controller.read()
        except Unreached as error:
            silent.append(str(error))
            continue
        if held.realm != estate.directory.realm:
            rule = f"the estate's realm is {estate.directory.realm}"
            raise Refused(f"{controller.host}: holds the realm {held.realm}, {rule}: it is another directory")
        return controller, held
    raise Unreached("\n".join(silent) or f"{estate.directory.pool}: the pool has no server, so there is no directory")


def _order(step: Step, passwords: Mapping[str, str]) -> Mapping[str, Any]:
    """What the controller is told; a new account's password goes along."""
    if step.act is Act.CREATE and step.name in passwords:
        return {**step.order, "password": passwords[step.name]}
    return step.order


def _answer(line: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(line)
        if answer["done"] or answer["why"]:
            return answer
    except (ValueError, KeyError, TypeError):
        pass
    raise OutsideFailed(f"directory-accounts: {line[:200]}, is no answer to a step")


def _said(ended: Ended) -> str:
    words = ended.complaints.splitlines()
    return words[-1] if words else f"directory-accounts ended with {ended.status}"
