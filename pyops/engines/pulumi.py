"""Runs the Pulumi engine as a child process on one project and reads its event stream.

Nothing of the lab's is written into the work tree or into the engineer's own login: backend, home, configuration and
passphrase of a `Project` are paths. Where one is None, the engine uses what the engineer has.
"""

import contextlib
import os
import re
import select
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pyops.engines import toolchain
from pyops.engines.events import Event, Message, Phase, Progress, Step, Summary, parsed
from pyops.errors import OutsideFailed

type Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Project:
    """One Pulumi project with the stack to work on.

    `environment` is added to the engine's (for example what `pyops.emulator.attach` yields).
    """

    folder: Path
    stack: str
    backend: Path | None = None
    home: Path | None = None
    config_file: Path | None = None
    passphrase_file: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self.folder.name}/{self.stack}"


@dataclass(frozen=True)
class Run:
    """What a run of the engine did, or in a preview would do; `text` is its own display."""

    steps: tuple[Step, ...]
    refreshed: tuple[Step, ...]
    messages: tuple[Message, ...]
    counts: Mapping[str, int]
    text: str

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.operation not in _UNCHANGED)

    @property
    def drift(self) -> tuple[Step, ...]:
        """What a refresh found changed (`update`) or gone (`delete`)."""
        return tuple(step for step in self.refreshed if step.operation not in _UNCHANGED)


_UNCHANGED = {"same", "read", "refresh"}
_OWN_TYPES = ("pulumi:pulumi:", "pulumi:providers:")
_PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105 - a name
"""The engineer's own, which the engine would take before any file."""
_COMMON = ("--non-interactive", "--color", "never")
_RUN = ("--diff", "--suppress-permalink")


def preview(
    project: Project, listener: Listener | None = None, *, refresh: bool = False, save_plan: Path | None = None
) -> Run:
    """What `up` would do. `refresh` reads the truth first; `save_plan` keeps the plan for `up(plan=...)`.

    Raises OutsideFailed with the engine's own messages, as do all verbs.
    """
    options = ["--refresh"] if refresh else []
    return _run(project, "preview", [*options, *(["--save-plan", str(save_plan)] if save_plan else [])], listener)


def up(
    project: Project,
    listener: Listener | None = None,
    *,
    refresh: bool = False,
    plan: Path | None = None,
    exclude: Sequence[str] = (),
) -> Run:
    """Applies the program; with `plan`, refuses what the plan does not hold; leaves what `exclude` names as it is."""
    options = ["--yes", "--skip-preview", *(["--refresh"] if refresh else [])]
    options += [word for urn in exclude for word in ("--exclude", urn)]
    return _run(project, "up", [*options, *(["--plan", str(plan)] if plan else [])], listener)


def refresh(project: Project, listener: Listener | None = None, *, preview_only: bool = False) -> Run:
    """Brings the state in line with the truth; its changes are the drift."""
    return _run(project, "refresh", ["--preview-only"] if preview_only else ["--yes", "--skip-preview"], listener)


def destroy(
    project: Project,
    listener: Listener | None = None,
    *,
    preview_only: bool = False,
    targets: Sequence[str] = (),
) -> Run:
    """Deletes everything that the stack made, or what `targets` names; what is protected makes it fail."""
    options = ["--preview-only"] if preview_only else ["--yes", "--skip-preview"]
    options += [word for urn in targets for word in ("--target", urn)]
    return _run(project, "destroy", options, listener)


def called(project: Project, *arguments: str, told: str = "") -> str:
    """The output of any other engine command on the project, for example `stack output --json`.

    `told` is what the command reads: a secret goes no other way.
    """
    command = [str(toolchain.pulumi_folder() / "pulumi"), *arguments, *_COMMON]
    done = subprocess.run(
        command, cwd=project.folder, env=environment(project), capture_output=True, text=True, input=told
    )
    if done.returncode:
        raise OutsideFailed(
            f"pulumi {' '.join(arguments[:2])} of {project.label}: {_plain(done.stderr or done.stdout)}"
        )
    return done.stdout


def environment(project: Project) -> dict[str, str]:
    """The engine's environment: also what an engineer needs to run `pulumi` by hand on the same stack."""
    own = {
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
        "PULUMI_DEBUG_COMMANDS": "1",  # the event log is behind it
        "PATH": toolchain.search_path(toolchain.program_folder(), toolchain.pulumi_folder()),
    }
    if project.backend:
        own["PULUMI_BACKEND_URL"] = project.backend.resolve().as_uri()
    if project.home:
        own["PULUMI_HOME"] = str(project.home.resolve())
    if project.passphrase_file:
        own["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(project.passphrase_file.resolve())
    theirs = {name: value for name, value in os.environ.items() if name != _PASSPHRASE or not project.passphrase_file}
    return {**theirs, **own, **project.environment}


def by_hand(project: Project) -> dict[str, str]:
    """The environment in which an engineer's own `pulumi` works on the project's stack with its settings.

    `PULUMI_OPTION_*` stands for an option of that name, so nothing is written beside Pulumi.yaml.
    """
    options = {"PULUMI_OPTION_STACK": project.stack}
    if project.config_file and project.config_file.exists():
        options["PULUMI_OPTION_CONFIG_FILE"] = str(project.config_file.resolve())
    return {**environment(project), **options}


def _run(project: Project, verb: str, options: list[str], listener: Listener | None) -> Run:
    where = ["--stack", project.stack]
    where += ["--config-file", str(project.config_file.resolve())] if project.config_file else []
    command = [str(toolchain.pulumi_folder() / "pulumi"), verb, *where, *options, *_RUN, *_COMMON]
    events: list[Event] = []
    with (
        tempfile.TemporaryFile("w+", errors="replace") as output,
        tempfile.TemporaryFile("w+", errors="replace") as errors,
    ):
        with _started(project, command, output.fileno(), errors.fileno()) as (process, stream):
            for event in _events(process, stream):
                events.append(event)
                if listener:
                    listener(event)
            code = process.wait()
        texts = [_content(file) for file in (output, errors)]
    run = _collected(events, texts[0])
    if code:
        raise OutsideFailed(f"pulumi {verb} of {project.label}: {_reason(run, texts[1], code)}")
    return run


@contextlib.contextmanager
def _started(
    project: Project, command: list[str], output: int, errors: int
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The engine with a pipe for its events, in a process group of its own: interrupts reach it through us."""
    reading, writing = os.pipe()
    command = [*toolchain.pulumi_ended_with_us(project.environment), *command, "--event-log", f"/dev/fd/{writing}"]
    try:
        process = subprocess.Popen(
            command,
            cwd=project.folder,
            env=environment(project),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            pass_fds=[writing],
            process_group=0,
        )
    finally:
        os.close(writing)
    try:
        yield process, reading
    finally:
        os.close(reading)
        toolchain.end(process)


def _events(process: subprocess.Popen[bytes], stream: int) -> Iterator[Event]:
    """Events as they come; children of the engine may hold the pipe open, so its own end counts too."""
    rest = b""
    while True:
        ready, _, _ = select.select([stream], [], [], 0.2)
        chunk = os.read(stream, 1 << 16) if ready else b""
        if not chunk and (ready or process.poll() is not None):
            return
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line and (event := parsed(line.decode())):
                yield event


def _content(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def _collected(events: list[Event], text: str) -> Run:
    """One step a resource: what was planned for it first; a replacement, even where the old one is deleted first.

    The stack itself and its providers are the engine's own.
    """
    steps: dict[str, Step] = {}
    drift: dict[str, Step] = {}
    refreshing: set[str] = set()
    for event in events:
        if not isinstance(event, Progress) or event.step.type.startswith(_OWN_TYPES):
            continue
        if event.phase is Phase.PLANNED and event.step.operation == "refresh":
            refreshing.add(event.step.urn)
        elif event.phase is Phase.PLANNED:
            refreshing.discard(event.step.urn)
            first = steps.get(event.step.urn)
            if first is None or first.operation == "delete-replaced":
                steps[event.step.urn] = event.step
        elif event.step.urn in refreshing:
            drift[event.step.urn] = event.step
    counts = next((event.counts for event in events if isinstance(event, Summary)), {})
    messages = tuple(event for event in events if isinstance(event, Message))
    return Run(tuple(steps.values()), tuple(drift.values()), messages, counts, text)


def _reason(run: Run, errors: str, code: int) -> str:
    """The engine's own errors, each once, with the resource they belong to; without any, its last words."""
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    found = [_error(message) for message in run.messages if message.severity == "error"]
    found = [text for text in dict.fromkeys(found) if text not in _EMPTY_WORDS]
    if found == [_PROGRAM_EXITED]:
        found = [message.text for message in run.messages if message.severity == "info#err"] or found
    return "\n".join(found) or _plain(errors) or f"ended with {code}"


_PROGRAM_EXITED = "an unhandled error occurred: program exited with non-zero exit code: 1"
_EMPTY_WORDS = {"update failed", "preview failed", "refresh failed", "destroy failed"}
_OF_OURS = re.compile(
    r"^Program failed with an unhandled exception:\n.*^pyops\.errors\.\w+: ", re.DOTALL | re.MULTILINE
)
_OF_CHECK = re.compile(r"^\S+ resource '[^']*' has a problem: ")
_PROTECTED = re.compile(
    r"(?:Preview failed: )?(unable to replace )?resource \"\S+\"\s.*(?:is protected|marked for protection)\..*",
    re.DOTALL,
)
_RETIRE = (
    "what holds data is protected until the estate retires it: "
    "name its server, pool or site under `retirements`, apply that, then"
)
"""The engine's own advice goes round the estate: it would take the protection off with nobody's leave."""


def _error(message: Message) -> str:
    """One error in its own words: of an exception that is meant for people, what it says and not where it came from."""
    text = _OF_CHECK.sub("", _OF_OURS.sub("", message.text))
    if protected := _PROTECTED.fullmatch(text):
        made_anew = "to be made anew and empty", "change it"
        given, then = made_anew if protected[1] else ("to be removed", "remove it")
        text = f"{given}, {_RETIRE} {then}"
    name = message.urn.split("::", 3)[3] if message.urn.count("::") >= 3 else ""
    return f"{name}: {text}" if name and not text.startswith(f"{name}:") else text


def _plain(text: str) -> str:
    """The errors among what a command wrote, else all of it."""
    lines = text.strip().splitlines()
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return "\n".join(errors or lines)
