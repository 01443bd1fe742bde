"""What the roles' module finds due, and what it tells systemd. Real units are acted upon in the roles' own tests."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pyops.engines import ansible
from pyops.engines.ansible import Play, mitogen_strategies
from pyops.engines.modules.units_in_force import Found, Step, Systemd, Unit, commands, due

OLD_NS, NEW_NS = 10**18, 4 * 10**18
"""Before any file of a test is written, and after."""


def running(began_ns: int = NEW_NS, enabled: str = "enabled") -> Found:
    return Found("active", enabled, began_ns)


@pytest.mark.parametrize(
    ("state", "found", "expected"),
    [
        ("started", running(), None),
        ("started", running(enabled="static"), None),
        ("started", Found("reloading", "enabled", NEW_NS), None),
        ("started", running(OLD_NS), "it: restarted, {file} is newer"),
        ("started", running(enabled="disabled"), "it: enabled, it was not"),
        ("started", Found("inactive", "enabled", NEW_NS), "it: started, it was inactive"),
        ("started", Found("failed", "enabled", NEW_NS), "it: started, it was failed"),
        ("started", Found("activating", "enabled", NEW_NS), "it: restarted, it was activating"),
        ("started", Found("inactive", "", is_there=False), "it: started, there was no such unit"),
        ("restarted", running(), "it: restarted, it was asked for"),
        ("stopped", running(), "it: stopped, it ran"),
        ("stopped", Found("inactive", "enabled"), "it: disabled, it was enabled"),
        ("stopped", Found("inactive", "static"), None),
        ("stopped", Found("failed", "masked"), None),
        ("stopped", Found("inactive", "", is_there=False), None),
    ],
)
def test_only_what_is_not_as_it_is_to_be_is_due(tmp_path: Path, state: str, found: Found, expected: str | None) -> None:
    file = tmp_path / "read"
    file.write_text("")
    step = due(Unit("it", state, [str(tmp_path / "missing"), str(file)]), found, [])
    assert (str(step) if step else None) == (expected.format(file=file) if expected else None)


@pytest.mark.parametrize(
    ("rewritten", "expected"),
    [
        (["/etc/one", "/etc/folder/inner"], "it: restarted, /etc/folder/inner is rewritten"),
        (["/etc/file"], "it: restarted, /etc/file is rewritten"),
        (["/etc/folder"], "it: restarted, /etc/folder is rewritten"),
        (["/etc/folder-other", "/etc"], None),
    ],
)
def test_what_a_dry_run_would_write_counts_for_those_who_read_it(rewritten: list[str], expected: str | None) -> None:
    step = due(Unit("it", reads=["/etc/folder", "/etc/file"]), running(), rewritten)
    assert (str(step) if step else None) == expected


def test_a_folder_stands_for_all_below_it_and_a_link_for_itself(tmp_path: Path) -> None:
    read, file = tmp_path / "read", tmp_path / "elsewhere" / "file"
    (read / "inner").mkdir(parents=True)
    file.parent.mkdir()
    (read / "link").symlink_to(file.parent)
    began = max(path.lstat().st_ctime_ns for path in (read, *read.iterdir()))
    while not file.exists() or file.stat().st_ctime_ns <= began:
        file.write_text("")
    assert [due(Unit("it", reads=[str(path)]), running(began), []) for path in (read, read / "link")] == [None, None]
    (read / "inner" / "new").touch()
    # One that claims to be old.
    os.utime(read / "inner" / "new", (0, 0))
    os.utime(read / "inner", (0, 0))
    assert due(Unit("it", reads=[str(read)]), running(began), []) == Step(
        "it", "restarted", f"{read / 'inner'} is newer"
    )


@pytest.mark.parametrize(
    ("action", "found", "told"),
    [
        ("restarted", running(), ["restart"]),
        ("started", Found("failed", "disabled"), ["enable", "reset-failed", "restart"]),
        ("enabled", running(enabled="disabled"), ["enable"]),
        ("stopped", running(), ["stop", "disable"]),
    ],
)
def test_what_systemd_is_told(action: str, found: Found, told: list[str]) -> None:
    assert [command[0] for command in commands(Step("it", action, ""), found)] == told


@dataclass
class Machine:
    """Answers as systemd does on a host with one unit."""

    state: str = "active"
    becomes: str = "active"
    condition: str = "yes"
    is_refused: bool = False
    told: list[str] = field(default_factory=list)

    def __call__(self, command: list[str]) -> tuple[int, str, str]:
        self.told.append(" ".join(command[:2]))
        if command[0] == "journalctl":
            return 0, "It cannot read its file.\n", ""
        if command[1] == "restart":
            self.state = self.becomes
            return int(self.is_refused), "", "Job for it.service failed.\n" if self.is_refused else ""
        began = "Sun 2001-09-09 01:46:40.000007 UTC"
        said = f"LoadState=loaded\nActiveState={self.state}\nActiveEnterTimestamp={began}\nConditionResult={self.condition}\n"
        return 0, said if command[1] == "show" else "enabled\n", ""


def test_a_moment_is_read_as_systemd_writes_it() -> None:
    assert Systemd(Machine()).find([Unit("it")]) == [running(10**18 + 7000)]


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (Machine(), ""),
        (Machine(is_refused=True), "it: systemctl restart: Job for it.service failed.\nIt cannot read its file."),
        (Machine(becomes="failed"), "it: is failed again\nIt cannot read its file."),
        (Machine(becomes="inactive"), "it: is inactive again\nIt cannot read its file."),
        (Machine(becomes="inactive", condition="no"), ""),
        (Machine(becomes="activating"), "it: is activating again\nIt cannot read its file."),
    ],
)
def test_a_unit_that_does_not_come_up_says_why(machine: Machine, expected: str) -> None:
    assert Systemd(machine).take(Step("it", "restarted", ""), running()) == expected


SYSTEMCTL = """#!/bin/sh
echo "$*" >> {folder}/told
case $1 in
    show) printf 'LoadState=loaded\\nActiveState=%s\\nActiveEnterTimestamp=\\nConditionResult=yes\\n' "$(cat {folder}/state)" ;;
    restart) [ ! -e {folder}/broken ] && echo active > {folder}/state ;;
    is-enabled) echo enabled ;;
esac
"""
TASK = """
- hosts: all
  gather_facts: false
  connection: local
  environment: {{PATH: "{folder}:/usr/bin:/bin"}}
  tasks:
    - name: Have it run
      units_in_force: {{units: [{{name: it, reads: [/etc/none]}}], rewritten: "{{{{ files | default([]) }}}}"}}
"""


Run = Callable[..., list[tuple[str, bool, str]]]


def told(folder: Path) -> list[str]:
    """What systemctl was told since it was last asked for."""
    file = folder / "told"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.unlink()
    return [line.split()[0] for line in lines]


@pytest.fixture(params=["linear", "mitogen"])
def run(tmp_path: Path, request: Any) -> Run:
    """A play with the module on a machine whose systemctl is ours: messages, changes and differences."""
    if request.param == "mitogen" and not mitogen_strategies():
        pytest.skip("mitogen is not installed")
    (tmp_path / "state").write_text("inactive")
    program, book = tmp_path / "systemctl", tmp_path / "book.yml"
    program.write_text(SYSTEMCTL.format(folder=tmp_path))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    book.write_text(TASK.format(folder=tmp_path))
    facts: dict[str, Any] = {"inventory": Path("one,"), "is_diff": True, "is_mitogen": request.param == "mitogen"}
    python = {"ansible_python_interpreter": "/usr/bin/python3"}
    lines: list[str] = []

    def go(is_check: bool = False, **variables: Any) -> list[tuple[str, bool, str]]:
        play = Play(tmp_path, (book,), variables={**python, **variables}, is_check=is_check, **facts)
        done = ansible.run(play, lines.append).results
        return [(one.message, one.changed, "".join(diff["prepared"] for diff in one.differences)) for one in done]

    return go


def test_a_dry_run_names_what_is_then_done_once(run: Run, tmp_path: Path) -> None:
    assert run(is_check=True) == [("", True, "it: started, it was inactive\n")]
    assert told(tmp_path) == ["show", "is-enabled"]
    assert run() == [("", True, "it: started, it was inactive\n")]
    assert told(tmp_path) == ["show", "is-enabled", "daemon-reload", "restart", "show", "is-enabled"]
    assert run() == [("", False, "")]
    assert run(is_check=True, files=["etc/none"]) == [("", True, "it: restarted, /etc/none is rewritten\n")]


def test_what_a_run_could_not_do_is_done_by_the_next(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    ((message, changed, said),) = run()
    assert message.startswith("it: systemctl restart:")
    assert (changed, said) == (True, "it: started, it was inactive\n")
    (tmp_path / "broken").unlink()
    assert run() == [("", True, "it: started, it was inactive\n")]
