"""Runs `ansible-playbook` as a child process; every result is recorded as it comes."""

import importlib.util
import json
import os
import subprocess
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyops.engines import toolchain
from pyops.errors import OutsideFailed


@dataclass(frozen=True)
class Play:
    """One call of `ansible-playbook`.

    `folder` is where `ansible.cfg` is. With `is_mitogen`, tasks go by mitogen's strategy if it is installed, which is
    faster and never needed. `results` keeps the recorded results in a file of the caller's (mode 0600).
    """

    folder: Path
    playbooks: tuple[Path, ...]
    inventory: Path | None = None
    limit: str = ""
    tags: tuple[str, ...] = ()
    is_check: bool = False
    is_diff: bool = False
    is_mitogen: bool = True
    verbosity: int = 0
    variables: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    results: Path | None = None


@dataclass(frozen=True)
class TaskResult:
    """What one task did on one host; `differences` hold texts before and after, nothing where `no_log` hides them."""

    host: str
    role: str | None
    task: str
    path: str
    action: str
    status: str
    changed: bool
    is_check: bool
    is_handler: bool
    seconds: float | None
    message: str
    differences: tuple[Mapping[str, str], ...]
    is_hidden: bool = False
    """Whether `no_log` hides what it said and did."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `code` is ansible-playbook's own: 0 well, 2 a task failed, 4 a host was not reached, 1 other."""

    code: int
    results: tuple[TaskResult, ...]

    @property
    def is_ok(self) -> bool:
        """Whether every task on every host went well."""
        return self.code == 0

    @property
    def changed(self) -> tuple[TaskResult, ...]:
        """The results that changed something, or would."""
        return tuple(result for result in self.results if result.changed and result.status == "ok")

    @property
    def failures(self) -> tuple[TaskResult, ...]:
        """The results that made the run fail, those of hosts that were not reached included."""
        return tuple(result for result in self.results if result.status in ("failed", "unreachable"))

    def counts(self) -> dict[str, Counter[str]]:
        """For each host how many tasks were ok, changed, failed, ignored, skipped or unreachable."""
        found: dict[str, Counter[str]] = {}
        for result in self.results:
            host = found.setdefault(result.host, Counter())
            host[result.status] += 1
            host["changed"] += result.changed and result.status == "ok"
        return found


def run(play: Play, listener: Callable[[str], None] | None = None) -> Outcome:
    """Run playbooks; the output goes straight to the terminal, or line by line to a listener.

    A task that fails is an outcome, not an error. Raises OutsideFailed when the run ended badly for any other reason.
    """
    with _results_file(play) as results:
        process = _started(play, results, listener is not None)
        said = _followed(process, listener)
        found = recorded(results) if results.exists() else ()
    outcome = Outcome(process.returncode, found)
    if not outcome.is_ok and not outcome.failures:
        names = " ".join(str(path) for path in play.playbooks)
        raise OutsideFailed(f"ansible-playbook {names}: {said or f'ended with {outcome.code}, see its message above'}")
    return outcome


def _started(play: Play, results: Path, is_piped: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        _command(play),
        cwd=play.folder,
        env=_environment(play, results),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if is_piped else None,
        stderr=subprocess.STDOUT if is_piped else None,
        text=True,
        errors="replace",
        process_group=0,
    )


def _command(play: Play) -> list[str]:
    command = [*toolchain.ended_with_us("TERM"), str(toolchain.program_folder() / "ansible-playbook")]
    command += map(str, play.playbooks)
    command += ["--inventory", str(play.inventory)] if play.inventory else []
    command += ["--limit", play.limit] if play.limit else []
    command += ["--tags", ",".join(play.tags)] if play.tags else []
    command += ["--check"] if play.is_check else []
    command += ["--diff"] if play.is_diff else []
    command += ["-" + "v" * play.verbosity] if play.verbosity else []
    return [*command, *(["--extra-vars", json.dumps(play.variables)] if play.variables else [])]


def _environment(play: Play, results: Path) -> dict[str, str]:
    own = {
        "PATH": toolchain.search_path(toolchain.program_folder()),
        "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callbacks"),
        "ANSIBLE_LIBRARY": str(Path(__file__).parent / "modules"),
        "ANSIBLE_CALLBACKS_ENABLED": "results,converge_lock,warm_workers",
        "PYOPS_RESULTS": str(results),
    }
    if play.is_mitogen and (strategies := mitogen_strategies()):
        own |= {"ANSIBLE_STRATEGY_PLUGINS": str(strategies), "ANSIBLE_STRATEGY": "mitogen_linear"}
    return {**os.environ, **own, **play.environment}


def mitogen_strategies() -> Path | None:
    """The folder of mitogen's strategy plugins; None where mitogen is not installed."""
    found = importlib.util.find_spec("ansible_mitogen")
    return Path(found.origin).parent / "plugins" / "strategy" if found and found.origin else None


@contextmanager
def _results_file(play: Play) -> Iterator[Path]:
    if play.results:
        play.results.unlink(missing_ok=True)
        yield play.results.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="pyops-results-") as folder:
        yield Path(folder) / "results.jsonl"


def _followed(process: subprocess.Popen[str], listener: Callable[[str], None] | None) -> str:
    """What the run said of an error, else its last words; an interrupt lets Ansible end in its own way."""
    last: deque[str] = deque(maxlen=40)
    try:
        for line in process.stdout or ():
            if line.strip():
                last.append(line.rstrip())
            if listener:
                listener(line.rstrip("\n"))
        process.wait()
    finally:
        toolchain.end(process)
    lines = list(last)
    errors = [at for at, line in enumerate(lines) if line.startswith(("[ERROR]", "ERROR!"))]
    return "\n".join(lines[errors[-1] :] if errors else lines[-5:])


def recorded(file: Path) -> tuple[TaskResult, ...]:
    """The results that a run kept in a file (`Play.results`), in their order; half a line, left by a kill, is none."""
    with file.open(encoding="utf-8") as lines:
        return tuple(_parsed(line) for line in lines if line.endswith("\n"))


def _parsed(line: str) -> TaskResult:
    found = json.loads(line)
    names = ("host", "role", "task", "path", "action", "status", "changed", "seconds", "message")
    return TaskResult(
        **{name: found[name] for name in names},
        is_check=found["check"],
        is_handler=found["handler"],
        differences=tuple(found["diff"]),
        is_hidden=found["hidden"],
    )
