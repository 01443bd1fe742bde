"""One record from all that was read; pure, so that the same inputs always give the same record."""

from dataclasses import replace

from pyops.changes.blindness import blind_spots
from pyops.changes.inputs import Inputs
from pyops.changes.judging import back_out, claims, outage, passages, touched
from pyops.changes.record import EstateEdit, Record, Risk
from pyops.changes.risk import risk
from pyops.changes.stack_side import split, without_secrets
from pyops.changes.store import own_id
from pyops.changes.task_side import tasks
from pyops.estate.difference import difference


def draft(inputs: Inputs) -> Record:
    """The record of a change, with the id that its content asks for."""
    edits = estate_edits(inputs)
    planned, churn = split(inputs.plans, inputs.new, edits, inputs.lifted)
    changes = planned if inputs.knows_secrets else without_secrets(planned)
    work = tasks(inputs.results)
    record = Record(
        id="",
        environment=inputs.environment,
        title=inputs.title,
        author=inputs.author,
        drafted=inputs.drafted.isoformat(timespec="seconds"),
        window=inputs.window,
        estate=edits,
        resources=changes,
        tasks=work,
        churn=churn,
        blind=blind_spots(inputs, planned),
        passages=passages(inputs, edits),
        claims=claims(inputs),
        outage=outage(inputs.new, changes, work),
        touched=touched(inputs, edits, changes, work),
        risk=Risk("normal", 0, (), {}),
        back_out=back_out(inputs, edits, changes, work),
        base=inputs.base,
        predicted={"resources": sum(map(len, inputs.plans.values())), "results": len(inputs.results)},
    )
    judged = replace(record, risk=risk((inputs.old or inputs.new).changes, record, is_emergency=inputs.is_emergency))
    return replace(judged, id=own_id(judged))


def estate_edits(inputs: Inputs) -> tuple[EstateEdit, ...]:
    """The difference of the estate in its own words; where nothing was applied before, every site is new."""
    if inputs.old is None:
        return tuple(
            EstateEdit("added", f"{site.id} is new, and all that is planned there", (f"sites.{site.id}",))
            for site in inputs.new.sites.values()
        )
    found = difference(inputs.old, inputs.new)
    return tuple(EstateEdit(one.kind, one.words, one.paths) for one in found)  # type: ignore[arg-type]  # one of three
