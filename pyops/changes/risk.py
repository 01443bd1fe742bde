"""Class and score of a change, by the estate's rules, with every input shown; and who must sign."""

from collections.abc import Iterator

from pyops.changes.approvers import FILE as APPROVERS
from pyops.changes.record import UNSEEN, Class, Record, Risk, RiskInput, Touched
from pyops.estate.changes import Points, Rules


def risk(rules: Rules, record: Record, *, is_emergency: bool) -> Risk:
    """Of a record that is complete but for it: a normal change needs all signers, any other only the first of them.

    The score is the sum of its inputs.
    """
    inputs = tuple(_inputs(rules.points, record))
    score = sum(one.points for one in inputs)
    signers = _signers(record.touched)
    is_standard = score < rules.standard_below and not list(_why_normal(record))
    kind: Class = "emergency" if is_emergency else "standard" if is_standard else "normal"
    if kind == "normal":
        return Risk(kind, score, inputs, signers)
    first = next(iter(signers))
    article = "an" if is_emergency else "a"
    return Risk(kind, score, inputs, {first: f"{signers[first]}; {article} {kind} change needs one signature"})


def _why_normal(record: Record) -> Iterator[str]:
    """What makes a change normal, whatever its score."""
    base = record.base
    if base.previous and base.previous.get(APPROVERS) != base.inventory.get(APPROVERS):
        yield "who may sign is edited"
    paths = [path for edit in record.estate for path in edit.paths]
    if any(path.partition(".")[0] == "changes" for path in paths):
        yield "the rules of classing are edited"
    if any(path.startswith(("partners", "systems")) or path.endswith(".partner") for path in paths):
        yield "what a council has or shares is edited"
    if any(spot.kind in UNSEEN and spot.kind != "not there yet" for spot in record.blind):
        yield "not all hosts were seen"


def _inputs(points: Points, record: Record) -> Iterator[RiskInput]:
    for operation in ("delete", "replace", "update", "create"):
        number = sum(one.operation == operation for one in record.resources)
        yield from _input(number, f"resources to {operation}", getattr(points, operation))
    lifted = sum(one.operation == "lift" for one in record.resources)
    yield from _input(lifted, "locks to lift and set again", points.replace)
    hosts = {host for task in record.tasks for host in task.hosts}
    yield from _input(len(hosts), "hosts changed by playbooks", points.host)
    yield from _input(sum(one.kind == "added" for one in record.passages), "new ways between zones", points.passage)
    yield from _input(len(record.blind), "kinds of things out of sight", points.blind_spot)
    broken = sum(one.held is not False and not one.holds for one in record.claims)
    yield from _input(broken, "proofs or policies that break", points.broken_claim)
    yield from _input(int(record.outage.is_expected), "expected outage", points.outage)
    yield from (RiskInput(f"normal whatever the score: {why}", 0) for why in _why_normal(record))


def _input(number: int, what: str, each: int) -> Iterator[RiskInput]:
    if number:
        yield RiskInput(f"{number:,} {what}, {each} each", number * each)


def _signers(touched: Touched) -> dict[str, str]:
    partners = {f"partner/{one}": "a site or system of this council is touched" for one in touched.partners}
    systems = {f"system/{one}": "it runs on what is touched" for one in touched.systems}
    return {**partners, **systems} or {"service": "nothing of a single council is touched"}
