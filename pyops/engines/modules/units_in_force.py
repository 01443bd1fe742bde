#!/usr/bin/python
"""Ansible module: has systemd's units do what is configured. It runs on hosts, with nothing but their own Python."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: units_in_force
short_description: Has systemd's units do what is configured
description:
  - Starts, restarts, enables, stops and disables what is due, and nothing else. What is due is read from the host,
    so that it also finishes what an interrupted run left, and puts right what was changed by hand.
  - A unit that is to run is restarted when it began before one of the files that it reads was changed (by C(ctime),
    since the other times can be set by whoever copies), started when it does not run, and enabled when it is not.
  - systemd reads its own files anew before anything is done.
options:
  units:
    description: The units, in the order in which they are acted upon.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: "Name of the unit, C(.service) may be missing.", type: str, required: true}
      state:
        description:
          - V(started) is to run, with its files as they are now, and to be enabled.
          - V(stopped) is neither to run nor to be enabled; a unit that is not there is that.
          - V(restarted) is restarted whatever is found, for a reason that the caller found.
        type: str
        choices: [started, stopped, restarted]
        default: started
      reads:
        description:
          - Files that the unit reads when it starts, and folders, which stand for all below them.
          - What is not there counts as old.
        type: list
        elements: path
        default: []
  rewritten:
    description:
      - Files that this run has written, or would. A unit that reads one is restarted.
      - A leading slash may be missing.
    type: list
    elements: str
    default: []
attributes:
  check_mode: {support: full, description: Says what it would do. A unit that is not there yet would be started.}
  diff_mode: {support: full, description: Says for each unit what is done and why.}
notes:
  - Where a unit fails, the last lines of its journal are part of the message. C(no_log) hides them.
"""

EXAMPLES = r"""
- name: Have the services do what is configured
  units_in_force:
    units:
      - {name: smbd, state: stopped}
      - {name: samba-ad-dc, reads: [/etc/samba/smb.conf, /etc/krb5.conf]}
    rewritten: "{{ written.results | selectattr('changed') | map(attribute='item') }}"
"""

RETURN = r"""
done:
  description: What was done, or would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{unit: samba-ad-dc, action: restarted, reason: /etc/samba/smb.conf is newer}]
"""

ENABLED = ("enabled", "enabled-runtime", "static", "alias", "indirect", "generated", "transient")
"""What systemctl says of units that start by themselves, or that no command makes start by themselves."""
JOURNAL_LINES = "10"
Run = Callable[[list[str]], tuple[int, str, str]]


@dataclass(frozen=True)
class Unit:
    """A unit as it is to be."""

    name: str
    state: str = "started"
    reads: Sequence[str] = ()


@dataclass(frozen=True)
class Found:
    """A unit as it is: `began_ns` says since when it runs, `is_left_out` that its own conditions are not met."""

    state: str
    enabled: str
    began_ns: int = 0
    is_there: bool = True
    is_left_out: bool = False

    @property
    def runs(self) -> bool:
        """Whether it is up, be it that it reads its files anew just now."""
        return self.state in ("active", "reloading")


@dataclass(frozen=True)
class Step:
    """What is done to a unit, and why."""

    unit: str
    action: str
    reason: str

    def __str__(self) -> str:
        return f"{self.unit}: {self.action}, {self.reason}"


def due(unit: Unit, found: Found, rewritten: Sequence[str]) -> Step | None:
    """What must be done to a unit; None if it is as it is to be."""
    if unit.state == "stopped":
        return _stop_due(unit, found)
    if reason := _restart_reason(unit, found, rewritten):
        return Step(unit.name, "started" if found.state in ("inactive", "failed") else "restarted", reason)
    return None if found.enabled in ENABLED else Step(unit.name, "enabled", "it was not")


def _stop_due(unit: Unit, found: Found) -> Step | None:
    if found.state not in ("inactive", "failed"):
        return Step(unit.name, "stopped", "it ran")
    return Step(unit.name, "disabled", "it was enabled") if found.enabled.startswith("enabled") else None


def _restart_reason(unit: Unit, found: Found, rewritten: Sequence[str]) -> str:
    if not found.is_there:
        return "there was no such unit"
    if not found.runs:
        return f"it was {found.state}"
    if unit.state == "restarted":
        return "it was asked for"
    written = next((file for file in rewritten if any(_holds(path, file) for path in unit.reads)), "")
    if written:
        return f"{written} is rewritten"
    newer = next((place for path in unit.reads for place in _newer(Path(path), found.began_ns)), None)
    return f"{newer} is newer" if newer else ""


def _holds(path: str, file: str) -> bool:
    return Path(file).is_relative_to(path)


def _newer(path: Path, since_ns: int) -> Iterator[Path]:
    """What was changed later: a file, or a folder and all below it. Links are not followed."""
    for place in (path, *_below(path)):
        try:
            if place.lstat().st_ctime_ns > since_ns:
                yield place
        except OSError:
            continue


def _below(folder: Path) -> Iterator[Path]:
    if folder.is_symlink():
        return
    for place, folders, files in os.walk(folder):
        folders.sort()
        yield from (Path(place, name) for name in sorted([*folders, *files]))


class Systemd:
    """Asks systemd, and tells it."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def find(self, units: Sequence[Unit]) -> list[Found]:
        """How units are. Raises ValueError where systemd does not answer."""
        names = "LoadState,ActiveState,ActiveEnterTimestamp,ConditionResult"
        command = ["systemctl", "show", "--timestamp=us+utc", f"--property={names}", *(unit.name for unit in units)]
        code, said, complaint = self._run(command)
        if code:
            raise ValueError(f"systemd does not answer: {complaint.strip()}")
        return [self._found(unit.name, block) for unit, block in zip(units, said.strip().split("\n\n"), strict=True)]

    def _found(self, name: str, block: str) -> Found:
        said = dict(line.split("=", 1) for line in block.splitlines())
        is_there = said["LoadState"] != "not-found"
        # What `show` tells of this may be older than what is on the disk.
        enabled = self._run(["systemctl", "is-enabled", name])[1].strip() if is_there else ""
        is_left_out = (said["ActiveState"], said["ConditionResult"]) == ("inactive", "no")
        return Found(said["ActiveState"], enabled, _nanoseconds(said["ActiveEnterTimestamp"]), is_there, is_left_out)

    def reload(self) -> None:
        """Have systemd read units' own files anew."""
        self._run(["systemctl", "daemon-reload"])

    def take(self, step: Step, found: Found) -> str:
        """Do a step; what systemd and the unit said if it fails."""
        began = int(time.time())
        for command in commands(step, found):
            code, _, complaint = self._run(["systemctl", *command, step.unit])
            if code:
                return self._failure(step.unit, f"systemctl {command[0]}: {complaint.strip()}", began)
        if step.action not in ("started", "restarted"):
            return ""
        now = self.find([Unit(step.unit)])[0]
        return "" if now.runs or now.is_left_out else self._failure(step.unit, f"is {now.state} again", began)

    def _failure(self, unit: str, complaint: str, began: int) -> str:
        journal = ["journalctl", "--quiet", "--no-pager", "--output=cat", f"--since=@{began}", "--lines", JOURNAL_LINES]
        return f"{unit}: {complaint}\n{self._run([*journal, '--unit', unit])[1]}".strip()


def commands(step: Step, found: Found) -> Iterator[list[str]]:
    """What systemctl is told, less the unit's name."""
    if step.action in ("stopped", "disabled"):
        yield from (["stop"], ["disable", "--quiet"])
        return
    if found.enabled not in ENABLED:
        yield ["enable", "--quiet"]
    # One that failed too often would not be started otherwise.
    if found.state == "failed":
        yield ["reset-failed"]
    if step.action != "enabled":
        yield ["restart"]


def _nanoseconds(text: str) -> int:
    """Since 1970, of `Sun 2026-11-29 10:44:20.123456 UTC`; 0 of what never was."""
    if len(text.split()) != 4:
        return 0
    _, day, hour, _ = text.split()
    moment = datetime.fromisoformat(f"{day}T{hour}+00:00")
    return int(moment.replace(microsecond=0).timestamp()) * 10**9 + moment.microsecond * 1000


UNIT = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["started", "stopped", "restarted"], "default": "started"},
    "reads": {"type": "list", "elements": "path", "default": []},
}
ARGUMENTS = {
    "units": {"type": "list", "elements": "dict", "required": True, "options": UNIT},
    "rewritten": {"type": "list", "elements": "str", "default": []},
}


def main() -> None:
    """Look at all units, then act upon those that are not as they are to be."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    systemd = Systemd(module.run_command)
    units = [Unit(**one) for one in module.params["units"]]
    rewritten = [f"/{file.lstrip('/')}" for file in module.params["rewritten"]]
    try:
        all_found = systemd.find(units) if units else []
    except ValueError as error:
        module.fail_json(msg=str(error))
    steps = [
        (step, found) for unit, found in zip(units, all_found, strict=True) if (step := due(unit, found, rewritten))
    ]
    failures = [] if module.check_mode else _take_all(systemd, steps)
    said = {
        "changed": bool(steps),
        "done": [asdict(step) for step, _ in steps],
        "diff": {"prepared": "".join(f"{step}\n" for step, _ in steps)},
    }
    if failures:
        module.fail_json(msg="\n".join(failures), **said)
    module.exit_json(**said)


def _take_all(systemd: Systemd, steps: Sequence[tuple[Step, Found]]) -> list[str]:
    """Take every step, also after one that failed; what the failed ones said."""
    if steps:
        systemd.reload()
    return [failure for step, found in steps if (failure := systemd.take(step, found))]


if __name__ == "__main__":
    main()
