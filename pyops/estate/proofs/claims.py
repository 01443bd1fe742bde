"""What a proof says: its claim, how many cases were looked at, and the smallest that refutes it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim about every case of a kind; `counter_example` is empty where it holds for all of them."""

    id: str
    claim: str
    cases: int
    counter_example: str = ""

    @property
    def holds(self) -> bool:
        """Whether no case refutes the claim."""
        return not self.counter_example

    def as_dict(self) -> dict[str, str | int | bool | None]:
        """Plain data with stable keys."""
        return {
            "id": self.id,
            "claim": self.claim,
            "cases": self.cases,
            "holds": self.holds,
            "counter_example": self.counter_example or None,
        }


def proved(name: str, claim: str, cases: Iterable[str | None]) -> Proof:
    """A proof from its cases, the smallest first: each is None, or says in words how it refutes the claim."""
    looked_at, counter_example = 0, ""
    for case in cases:
        looked_at += 1
        counter_example = counter_example or case or ""
    return Proof(name, claim, looked_at, counter_example)
