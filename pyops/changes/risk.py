"""Class and score of a change, by the estate's rules, with every input shown; and who must sign."""

from collections.abc import Iterator

from pyops.changes.record import Record, Risk, RiskInput, Touched
from pyops.estate.changes import Points, Rules


def risk(rules: Rules, record: Record, *, is_emergency: bool) -> Risk:
    """Of a record that is complete but for it. The score is the sum of its inputs; an emergency needs one signature."""
    inputs = tuple(_inputs(rules.points, record))
    score = sum(one.points for one in inputs)
    signers = _signers(record.touched)
    if is_emergency:
        first = next(iter(signers))
        return Risk("emergency", score, inputs, {first: f"{signers[first]}; an emergency needs one signature"})
    return Risk("standard" if score < rules.standard_below else "normal", score, inputs, signers)


def _inputs(points: Points, record: Record) -> Iterator[RiskInput]:
    for operation in ("delete", "replace", "update", "create"):
        number = sum(one.operation == operation for one in record.resources)
        yield from _input(number, f"resources to {operation}", getattr(points, operation))
    hosts = {host for task in record.tasks for host in task.hosts}
    yield from _input(len(hosts), "hosts changed by playbooks", points.host)
    yield from _input(sum(one.kind == "added" for one in record.passages), "new ways between zones", points.passage)
    yield from _input(len(record.blind), "kinds of things out of sight", points.blind_spot)
    broken = sum(one.held is not False and not one.holds for one in record.claims)
    yield from _input(broken, "proofs or policies that break", points.broken_claim)
    yield from _input(int(record.outage.is_expected), "expected outage", points.outage)


def _input(number: int, what: str, each: int) -> Iterator[RiskInput]:
    if number:
        yield RiskInput(f"{number:,} {what}, {each} each", number * each)


def _signers(touched: Touched) -> dict[str, str]:
    partners = {f"partner/{one}": "a site of this council is touched" for one in touched.partners}
    return partners or {"service": "nothing of a single council is touched"}
