"""A change record of 2,000 hosts, 1,000 resources and 100,000 results, against writing the same inputs as JSON once."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from benchmarks.measure import ROOT, Contender, compare
from pyops.changes.drafting import draft
from pyops.changes.inputs import Inputs
from pyops.changes.page import html
from pyops.changes.record import Base, Window
from pyops.engines.ansible import TaskResult
from pyops.engines.events import Change, Step
from pyops.estate import load

HOSTS, RESOURCES, RESULTS = 2000, 1000, 100_000
KIND = "azure-native:azurestackhci:VirtualMachineInstance"


def step(number: int) -> Step:
    """Every second resource changes, each to a value of its own, so that none is shown with another."""
    operation = "update" if number % 2 else "same"
    name = f"banbury-batch-{number:04}"
    changes = (Change("properties.memoryMB", "update"),) if number % 2 else ()
    before, after = ({"properties": {"memoryMB": size}, "tags": {"site": "banbury"}} for size in (4096, 8192 + number))
    return Step(f"urn:pulumi:bench::servers::{KIND}::{name}", operation, KIND, name, changes, (), before, after)


def result(number: int) -> TaskResult:
    """Every tenth result changes a file, alike on all hosts but three."""
    host, task = number % HOSTS, number // HOSTS
    has_changed = task % 10 == 0
    text = "".join(f"line {line} of task {task}\n" for line in range(40)) if has_changed else ""
    own = f"own line of {host}\n" if host < 3 else ""
    differences = ({"before_header": "/etc/file", "before": text, "after": f"{text}more\n{own}"},)
    return TaskResult(
        host=f"d{host:06}",
        role="base",
        task=f"Task {task}",
        path=f"/checkout/roles/base/tasks/main.yml:{task}",
        action="ansible.builtin.template",
        status="ok",
        changed=has_changed,
        is_check=True,
        is_handler=False,
        seconds=0.1,
        message="",
        differences=differences if has_changed else (),
    )


def inputs() -> Inputs:
    """The production estate before and after no edit, with plans and results of the size that is asked for."""
    estate = load(ROOT / "inventories" / "production" / "estate.yml")
    return Inputs(
        environment="bench",
        title="More memory",
        author="ict.engineer@cherwell",
        drafted=datetime(2026, 11, 28, 9, 0, tzinfo=UTC),
        window=Window("2026-11-28T19:00:00+00:00", "2026-11-28T22:00:00+00:00"),
        old=estate,
        new=estate,
        plans={"servers": [step(number) for number in range(RESOURCES)]},
        results=[result(number) for number in range(RESULTS)],
        base=Base({}, {}, {}, {}, {}),
    )


def main() -> None:
    """Draft and render, beside the least that anything which keeps all inputs would do."""
    made = inputs()
    record = draft(made)

    def as_json() -> str:
        steps = [asdict(one) for steps in made.plans.values() for one in steps]
        return json.dumps([steps, [asdict(one) for one in made.results]])

    contenders = [
        Contender("pyops: draft", lambda: draft(made)),
        Contender("pyops: page as HTML", lambda: html(record)),
        Contender("json.dumps of the same inputs", as_json),
    ]
    compare(f"{HOSTS:,} hosts, {RESOURCES:,} resources, {RESULTS:,} results", contenders, runs=3, budget="3 s")
    sys.stdout.write(f"page: {len(html(record).encode()):,} bytes (budget 1,000,000)\n")


if __name__ == "__main__":
    main()
