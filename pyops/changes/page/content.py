"""What a page says, in its order: the answer, each change once, what it means, and what nobody could see."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pyops.changes.page.grouping import EXCEPT, GRAVEST_FIRST, resources, tasks
from pyops.changes.page.views import Line, Outcome, Section
from pyops.changes.page.visible import visible
from pyops.changes.record import BlindSpot, Record
from pyops.estate.difference.telling import counted, few

NOTHING = "Nothing changes."
_ANSWER, _SHOWN = 190, 100
"""Letters of an answer that are two lines of a page, and of a line that is one; the rest is folded."""
_FEW_CLAIMS = 3
_FEW_REASONS = 4
_LINES_OF_STACKS = 9
_FOLDED = 60_000
"""Letters of a folded part: together they stay below a megabyte, whatever the record holds."""


def answer(record: Record) -> tuple[tuple[str, str], ...]:
    """What a board asks first, each with its answer in a line."""
    touched, felt, risk = record.touched, record.outage, record.risk
    sites = f"{few(touched.sites)} ({few(touched.partners)})" if touched.sites else "no site"
    number = f"{counted(touched.resources, 'resource')}, {counted(touched.hosts, 'host')}"
    systems = [f"systems {few(touched.systems)}"] if touched.systems else []
    services = [f"services {few(touched.services)}"] if touched.services else []
    answers = (
        ("What", "; ".join(edit.words for edit in record.estate[:2]) or _no_edit(record)),
        ("Where", "; ".join([sites, number, *systems, *services])),
        ("Outage", f"{'expected' if felt.is_expected else 'none expected'}: {'; '.join(felt.reasons[:_FEW_REASONS])}"),
        ("Way back", f"{'' if record.back_out.is_complete else 'not complete: '}{_way_back(record)}"),
        ("Must sign", few(list(risk.signers)) or "nobody"),
        ("Class", f"{risk.kind}, risk {risk.score}"),
        ("Window", f"{record.window.opens} to {record.window.closes}"),
        ("Out of sight", _blind_words(record.blind)),
    )
    return tuple((name, _short(words, _ANSWER)) for name, words in answers)


def _no_edit(record: Record) -> str:
    """What is to be said of a change that does not come from an edit of the estate."""
    changes = record.resources or record.tasks
    return f"the estate is as it was; {'code, tools or state changed' if changes else 'nothing changes that was seen'}"


def sections(record: Record) -> tuple[Section, ...]:
    """All that there is to say, each part with so much shown that the whole stays within 60 lines."""
    found = (
        _section("What changes in the estate", [Line(edit.words) for edit in record.estate], 4),
        _section(
            "What the stacks do",
            _with_counts(list(resources(record.resources, record.estate)), record),
            _LINES_OF_STACKS,
        ),
        _section("What the playbooks do on hosts", list(tasks(record.tasks)), 5),
        _section("Who can now talk to whom", [Line(one.words) for one in record.passages], 4),
        _claims(record),
        _section("What nobody could see", [Line(_spot(one), one.where, is_list=True) for one in record.blind], 4),
        _section("How to go back", [Line(step) for step in record.back_out.steps], 3),
        _section(
            "What only seems to change", [Line(f"{c.kind}: {c.stack}: {c.name}: {c.words}") for c in record.churn], 0
        ),
        _section("How the risk is counted", [Line(f"{one.words}: {one.points}") for one in record.risk.inputs], 0),
        _section("Why they must sign", [Line(f"{role}: {why}") for role, why in record.risk.signers.items()], 0),
        _section("Where it starts from", list(_base(record)), 0),
    )
    return tuple(section for section in found if section.shown or section.folded)


def _with_counts(lines: list[Line], record: Record) -> list[Line]:
    """Where not all of it is seen at once, how much there is of each operation comes first."""
    numbers = Counter(one.operation for one in record.resources)
    counts = [f"{operation} {numbers[operation]:,}" for operation in GRAVEST_FIRST if numbers[operation]]
    return lines if len(lines) <= _LINES_OF_STACKS else [Line(f"in all: {', '.join(counts)}"), *lines]


def _section(title: str, lines: Sequence[Line], shown: int) -> Section:
    """The first lines without their parts; with them, all of them are folded."""
    has_room = len(lines) <= shown // 2
    first = tuple(_fitting_in(shown, [_brief(line, has_room=has_room) for line in lines[:shown]]))
    is_all = first == tuple(lines)
    return Section(
        title, first, "" if is_all else f"{title}: all {len(lines):,}", () if is_all else tuple(_bounded(lines))
    )


def _fitting_in(room: int, lines: Sequence[Line]) -> Iterator[Line]:
    """The first lines that fit with their parts; one always does."""
    for number, line in enumerate(lines):
        room -= 1 + len(line.parts)
        if room < 0 and number:
            return
        yield line


def _brief(line: Line, *, has_room: bool) -> Line:
    exceptions = [part for part in line.parts[1:] if part.startswith(EXCEPT)][:_FEW_REASONS]
    room = 0 if line.is_list else 2 if line.is_grave else int(has_room)
    parts = (*line.parts[:room], *(exceptions if has_room and not line.is_grave else ()))
    return Line(_short(line.words, _SHOWN), tuple(_short(part, _SHOWN) for part in parts), is_grave=line.is_grave)


def _short(words: str, letters: int) -> str:
    shown = visible(words)
    return shown if len(shown) <= letters else f"{shown[: letters - 1]}…"


def _bounded(lines: Sequence[Line]) -> Iterator[Line]:
    """As many lines as a page has room for, and how much is left out; the record has it all."""
    room = _FOLDED
    for number, line in enumerate(lines):
        if room <= 0:
            yield Line(f"and {len(lines) - number:,} more, which are in the record")
            return
        parts, text = tuple(_fitting(line.parts, room)), tuple(_fitting(line.text, room // 2))
        room -= sum(len(visible(words)) + 12 for words in (line.words, *parts, *text))
        yield Line(line.words, parts, text, line.is_list)


def _fitting(words: Sequence[str], room: int) -> Iterator[str]:
    for number, one in enumerate(words):
        if room <= 0:
            yield f"and {len(words) - number:,} more, which are in the record"
            return
        room -= min(len(one), _ANSWER) + 12
        yield one


def verdict_lines(outcomes: Sequence[Outcome]) -> Section | None:
    """Prediction against fact: a count, what came otherwise, and all of it folded; nothing before an apply."""
    if not outcomes:
        return None
    unforeseen = [f"happened, not predicted: {one.what}" for one in outcomes if one.happened and not one.predicted]
    absent = [f"predicted, did not happen: {one.what}" for one in outcomes if one.predicted and not one.happened]
    came = sum(one.predicted and one.happened for one in outcomes)
    predicted = sum(one.predicted for one in outcomes)
    said = [f"{came:,} of {predicted:,} predictions came true; {counted(len(unforeseen), 'thing')} nobody predicted"]
    lines = [Line(words) for words in (*said, *unforeseen, *absent)]
    return _section("Prediction and fact", lines, 4)


def _claims(record: Record) -> Section:
    """Proofs and policies: those that break or are mended; the rest is a count."""
    worse = [one for one in record.claims if not one.holds]
    mended = [one for one in record.claims if one.held is False and one.holds]
    held = sum(one.holds for one in record.claims)
    lines = [Line(f"{held} of {len(record.claims)} proofs and policies hold")]
    lines += [Line(f"{'still broken' if one.held is False else 'broken'}: {one.claim}", (one.says,)) for one in worse]
    lines += [Line(f"mended: {one.claim}") for one in mended]
    every = tuple(Line(f"{one.kind}: {one.claim}: {'holds' if one.holds else one.says}") for one in record.claims)
    title = "Proofs and policies"
    first = tuple(_brief(line, has_room=len(lines) <= _FEW_CLAIMS) for line in lines[:5])
    return Section(title, first, f"{title}: all {len(record.claims)}", tuple(_bounded(every)))


def _base(record: Record) -> Iterator[Line]:
    for part in ("state", "inventory", "previous", "code", "collections"):
        for name, value in getattr(record.base, part).items():
            yield Line(f"{part}: {name}: {value}")
    looked = ", ".join(f"{number:,} {what}" for what, number in record.predicted.items())
    yield Line(f"looked at: {looked}")


def _way_back(record: Record) -> str:
    return next(iter(record.back_out.steps), "nothing is to be brought back")


def _blind_words(spots: Sequence[BlindSpot]) -> str:
    return f"{counted(len(spots), 'thing')}, named below" if spots else "nothing that is known"


def _spot(spot: BlindSpot) -> str:
    return f"{spot.kind}: {spot.what}: {few(spot.where)}"
