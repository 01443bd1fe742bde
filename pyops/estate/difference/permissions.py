"""What is allowed for a while: exemptions, known by policy and matter since they stand in a list."""

from collections.abc import Iterator

from pyops.estate.difference.fields import compare_parts
from pyops.estate.difference.telling import ADDED, CHANGED, REMOVED, Difference, Subject
from pyops.estate.model import Estate
from pyops.estate.permissions import Exemption


def compare_exemptions(old: Estate, new: Estate) -> Iterator[Difference]:
    """Exemptions that come, go, or change owner, reason or end."""
    before, after = _by_matter(old), _by_matter(new)
    for matter in {**before, **after}:
        subject = Subject("{} of {}".format(*matter), "exemption")
        if matter not in before:
            number, exemption = after[matter]
            yield Difference(ADDED, subject, "are new", ("exemptions", number), _said(exemption))
        elif matter not in after:
            _, exemption = before[matter]
            yield Difference(REMOVED, subject, "are gone", ("exemptions",), _said(exemption))
        else:
            number, exemption = after[matter]
            yield from compare_parts(subject, before[matter][1], exemption, ("exemptions", number))
    if old.exemptions != new.exemptions and sorted(old.exemptions, key=str) == sorted(new.exemptions, key=str):
        sentence = "stand in another order: they allow what they allowed"
        yield Difference(CHANGED, Subject("the exemptions"), sentence, ("exemptions",))


def _by_matter(estate: Estate) -> dict[tuple[str, str], tuple[int, Exemption]]:
    return {(one.what, one.policy): (number, one) for number, one in enumerate(estate.exemptions)}


def _said(exemption: Exemption) -> str:
    return f"until {exemption.expires}, {exemption.owner} answers for it: {exemption.reason}"
