"""Class and score of a change, by the estate's rules, with every input shown; and who must sign."""

from collections.abc import Iterator

from pyops.changes.record import Class, Record, Risk, RiskInput, Touched
from pyops.estate.changes import Points, Rules


def risk(rules: Rules, record: Record, *, is_emergency: bool) -> Risk:
    """Of a record that is complete but for it: a normal change needs all signers, any other only the first of them.

    The score is the sum of its inputs.
    """
    inputs = tuple(_inputs(rules.points, record))
    score = sum(one.points for one in inputs)
    signers = _signers(record.touched)
    kind: Class = "emergency" if is_emergency else "standard" if score < rules.standard_below else "normal"
    if kind == "normal":
        return Risk(kind, score, inputs, signers)
    first = next(iter(signers))
    article = "an" if is_emergency else "a"
    return Risk(kind, score, inputs, {first: f"{signers[first]}; {article} {kind} change needs one signature"})


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
    partners = {f"partner/{one}": "a site or system of this council is touched" for one in touched.partners}
    systems = {f"system/{one}": "it runs on what is touched" for one in touched.systems}
    return {**partners, **systems} or {"service": "nothing of a single council is touched"}
