"""The command line: one verb a run, one JSON object on the standard output, errors in words on the other."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from package_mirror.account import become
from package_mirror.copying import Copying
from package_mirror.errors import MirrorError, OutsideFailed
from package_mirror.fetching import Fetching
from package_mirror.installing import verify
from package_mirror.library import free_mib
from package_mirror.pruning import prune
from package_mirror.settings import Settings, read_settings
from package_mirror.shelf import Shelf
from package_mirror.work import alone

_SETTINGS = Path("/etc/package-mirror/settings.json")
_MIB = 1024 * 1024
_WAIT_SECONDS = 600


def main(arguments: Sequence[str]) -> int:
    """Run a verb; returns the exit code: 0 done, 1 refused, 2 called wrongly, 3 something outside failed."""
    asked = _parser().parse_args(arguments)
    try:
        print(json.dumps(_run(asked)))
    except MirrorError as error:
        return _tell(error)
    except OSError as error:
        where = error.filename or asked.verb
        return _tell(OutsideFailed(f"{where}: {error.strerror or error}, the system must allow it"))
    return 0


def _run(asked: argparse.Namespace) -> dict[str, Any]:
    settings = read_settings(asked.settings)
    become(settings.account)
    if asked.verb == "status":
        return status(settings)
    with alone(settings, asked.verb, asked.wait):
        act: Callable[[Settings, argparse.Namespace], dict[str, Any]] = asked.act
        return act(settings, asked)


def status(settings: Settings) -> dict[str, Any]:
    """What is served, what could be, and how much room there is; it waits for nobody."""
    shelf = Shelf(settings.public, settings.work)
    suites: dict[str, Any] = {}
    for suite, releases in shelf.releases().items():
        served = shelf.served(suite)
        now = {"sha256": served.sha256, "baseline": served.baseline} if served else {"sha256": "", "baseline": ""}
        suites[suite] = {**now, "releases": {release.sha256: release.baseline for release in releases}}
    return {
        "suites": suites,
        "snapshots": sorted(file.name for file in settings.snapshots.iterdir()),
        "free_mib": free_mib(settings.root),
        "packages_mib": sum(_sizes(settings.public / "pool")) // _MIB,
    }


def _sizes(folder: Path) -> Iterator[int]:
    """The size of each file, in bytes."""
    for place, _, files in os.walk(folder):
        for file in files:
            with suppress(FileNotFoundError):  # taken away just now
                yield (Path(place) / file).stat().st_size


def _publish(settings: Settings, asked: argparse.Namespace) -> dict[str, Any]:
    made = Fetching(settings).publish(asked.ring, asked.name)
    return {**made, **_switch(settings, made["suite"], made["sha256"])} if asked.switch else made


def _switch(settings: Settings, suite: str, sha256: str) -> dict[str, Any]:
    shelf = Shelf(settings.public, settings.work)
    switched = shelf.switch(suite, sha256)
    return {"suite": suite, "baseline": shelf.find(suite, sha256).baseline, "sha256": sha256, "switched": switched}


def _verify(settings: Settings, suite: str) -> dict[str, Any]:
    release, packages = verify(settings, suite)
    size = sum(wanted.listed.size for wanted in packages) // _MIB
    known = {"suite": suite, "baseline": release.baseline, "sha256": release.sha256}
    return {**known, "packages": len(packages), "packages_mib": size}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="package-mirror", description="The package mirror of this site.")
    parser.add_argument("--settings", type=Path, default=_SETTINGS, metavar="FILE")
    parser.add_argument("--wait", type=float, default=_WAIT_SECONDS, metavar="SECONDS", help="for another run to end")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(
        name: str, words: str, act: Callable[[Settings, Any], dict[str, Any]], *given: str
    ) -> argparse.ArgumentParser:
        one = verbs.add_parser(name, help=words)
        one.set_defaults(act=act)
        for argument in given:
            one.add_argument(argument)
        return one

    verb("fetch", "bring the sources up to date, serve new fixes (origin)", lambda s, _: Fetching(s).fetch())
    verb("snapshot", "make a baseline (origin)", lambda s, a: Fetching(s).snapshot(a.name), "name")
    publish = verb("publish", "have a release of a baseline for a ring (origin)", _publish, "ring", "name")
    publish.add_argument("--switch", action="store_true", help="and serve it")
    verb("copy", "have a release of the origin", lambda s, a: Copying(s).copy(a.suite, a.sha256), "suite", "sha256")
    verb("follow", "serve what the origin serves", lambda s, _: Copying(s).follow())
    verb("switch", "serve a release", lambda s, a: _switch(s, a.suite, a.sha256), "suite", "sha256")
    verb("verify", "read all of what is served again", lambda s, a: _verify(s, a.suite), "suite")
    verb("prune", "take away what is no longer needed", lambda s, _: prune(s))
    verb("status", "what is served, and how much room there is", lambda s, _: status(s))
    return parser


def _tell(error: MirrorError) -> int:
    print(f"package-mirror: {error}", file=sys.stderr)
    return error.exit_code
