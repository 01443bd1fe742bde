"""What a page says, in its order: the answer, each change once, what it means, and what nobody could see."""

from collections.abc import Iterator, Sequence

from pyops.changes.page.grouping import counted, few, resources, tasks
from pyops.changes.page.views import Line, Section
from pyops.changes.record import BlindSpot, Record

NOTHING = "Nothing changes."


def answer(record: Record) -> tuple[tuple[str, str], ...]:
    """What a board asks first, each with its answer in a line."""
    touched, felt, risk = record.touched, record.outage, record.risk
    sites = f"{few(touched.sites)} ({few(touched.partners)})" if touched.sites else "no site"
    number = f"{counted(touched.resources, 'resource')}, {counted(touched.hosts, 'host')}"
    systems = [f"systems {few(touched.systems)}"] if touched.systems else []
    services = [f"services {few(touched.services)}"] if touched.services else []
    return (
        ("What", f"{few([edit.words for edit in record.estate][:2]) or record.title}"),
        ("Where", "; ".join([sites, number, *systems, *services])),
        ("Outage", f"{'expected' if felt.is_expected else 'none expected'}: {few(felt.reasons)}"),
        ("Way back", f"{'' if record.back_out.is_complete else 'not complete: '}{record.back_out.steps[0]}"),
        ("Signed by", few(risk.signers)),
        ("Class", f"{risk.kind}, risk {risk.score}"),
        ("Window", f"{record.window.opens} to {record.window.closes}"),
        ("Out of sight", _blind_words(record.blind)),
    )


def sections(record: Record) -> tuple[Section, ...]:
    """All that there is to say, each part with so much shown that the whole stays within 60 lines."""
    found = (
        _section("What changes in the estate", [Line(edit.words) for edit in record.estate], 5),
        _section("What the stacks do", list(resources(record.resources, record.estate)), 8),
        _section("What the playbooks do on hosts", list(tasks(record.tasks)), 6),
        _section("Who can now talk to whom", [Line(one.words) for one in record.passages], 4),
        _claims(record),
        _section("What nobody could see", [Line(_spot(one), one.where, is_list=True) for one in record.blind], 4),
        _section("How to go back", [Line(step) for step in record.back_out.steps], 3),
        _section(
            "What only seems to change", [Line(f"{c.kind}: {c.stack}: {c.name}: {c.words}") for c in record.churn], 0
        ),
        _section("How the risk is counted", [Line(f"{one.words}: {one.points}") for one in record.risk.inputs], 0),
        _section("Where it starts from", list(_base(record)), 0),
    )
    return tuple(section for section in found if section.shown or section.folded)


def _section(title: str, lines: Sequence[Line], shown: int) -> Section:
    """The first lines without their parts; with them, all of them are folded."""
    has_room = len(lines) <= shown // 2
    first = tuple(Line(line.words, line.parts[:1] if has_room and not line.is_list else ()) for line in lines[:shown])
    is_all = len(lines) <= shown and all(len(line.parts) + len(line.text) == 0 for line in lines)
    return Section(title, first, "" if is_all else f"{title}: all {len(lines):,}", () if is_all else tuple(lines))


def _claims(record: Record) -> Section:
    """Proofs and policies: those that break or are mended; the rest is a count."""
    worse = [one for one in record.claims if not one.holds]
    mended = [one for one in record.claims if one.held is False and one.holds]
    lines = [Line(f"{'still broken' if one.held is False else 'broken'}: {one.claim}", (one.says,)) for one in worse]
    lines += [Line(f"mended: {one.claim}") for one in mended]
    held = sum(one.holds for one in record.claims)
    lines.append(Line(f"{held} of {len(record.claims)} proofs and policies hold"))
    every = tuple(Line(f"{one.kind}: {one.claim}: {'holds' if one.holds else one.says}") for one in record.claims)
    title = "Proofs and policies"
    return Section(title, tuple(lines[:6]), f"{title}: all {len(record.claims)}", every)


def _base(record: Record) -> Iterator[Line]:
    for part in ("state", "inventory", "previous", "code", "collections"):
        for name, value in getattr(record.base, part).items():
            yield Line(f"{part}: {name}: {value}")
    looked = ", ".join(f"{number:,} {what}" for what, number in record.predicted.items())
    yield Line(f"looked at: {looked}")


def _blind_words(spots: Sequence[BlindSpot]) -> str:
    return f"{counted(len(spots), 'thing')}, named below" if spots else "nothing that is known"


def _spot(spot: BlindSpot) -> str:
    return f"{spot.kind}: {spot.what}: {few(spot.where)}"
