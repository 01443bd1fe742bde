"""All policies over a plan: what breaks them, what the estate excuses, and excuses that excuse nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyops.estate import Estate
from pyops.estate.permissions import Exemption
from pyops.estate.problems import Location, nearest
from pyops.policies.origins import Origins
from pyops.policies.planned import Planned
from pyops.policies.policy import Breach, Policy

type Places = Callable[[Location], str]
"""A place in the estate file as people read it: `file:line: path`."""


@dataclass(frozen=True)
class Found:
    """A breach with where it comes from, and the exemption that excuses it, if one does."""

    policy: Policy
    breach: Breach
    place: str
    exemption: Exemption | None = None

    @property
    def what(self) -> str:
        """The resource with its kind; empty where one is missing."""
        resource = self.breach.resource
        return f"{resource.name} ({resource.kind.rpartition(':')[2]})" if resource else ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data with stable keys."""
        resource, exemption = self.breach.resource, self.exemption
        return {
            "policy": self.policy.id,
            "stack": resource.stack if resource else None,
            "type": resource.type if resource else None,
            "name": resource.name if resource else None,
            "says": self.breach.says,
            "place": self.place,
            "excused": exemption.model_dump(mode="json") if exemption else None,
        }


@dataclass(frozen=True)
class Wanting:
    """An exemption that is of no use, and why."""

    exemption: Exemption
    place: str
    says: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data with stable keys."""
        return {"exemption": self.exemption.model_dump(mode="json"), "place": self.place, "says": self.says}


@dataclass(frozen=True)
class Verdict:
    """What came of all policies; `resources` is how many were looked at."""

    policies: Sequence[Policy]
    resources: int
    found: Sequence[Found]
    wanting: Sequence[Wanting]

    @property
    def broken(self) -> tuple[Found, ...]:
        """What nothing excuses."""
        return tuple(one for one in self.found if one.exemption is None)

    @property
    def excused(self) -> tuple[Found, ...]:
        """What an exemption excuses."""
        return tuple(one for one in self.found if one.exemption is not None)

    @property
    def in_order(self) -> bool:
        """Whether every policy is kept or excused, and every exemption is of use."""
        return not self.broken and not self.wanting

    def as_dict(self) -> dict[str, Any]:
        """Plain data with stable keys."""
        return {
            "resources": self.resources,
            "in_order": self.in_order,
            "broken": [one.as_dict() for one in self.broken],
            "excused": [one.as_dict() for one in self.excused],
            "wanting": [one.as_dict() for one in self.wanting],
        }


def judge(estate: Estate, plan: Iterable[Planned], policies: Sequence[Policy], places: Places, whole: bool) -> Verdict:
    """Check policies over a plan. `whole` says that it holds all stacks: only then an exemption can be of no use."""
    resources = tuple(sorted(plan, key=lambda one: one.urn))
    origins = Origins(estate, resources)
    found = [
        _found(estate, origins, policy, breach, places)
        for policy in policies
        for breach in policy.check(estate, resources)
    ]
    wanting = [
        Wanting(exemption, places(("exemptions", number)), says)
        for number, exemption in enumerate(estate.exemptions)
        if (says := _no_use(exemption, policies, found, whole))
    ]
    return Verdict(policies, sum(not one.is_component for one in resources), found, wanting)


def _found(estate: Estate, origins: Origins, policy: Policy, breach: Breach, places: Places) -> Found:
    names, at = set(breach.about), breach.at
    if breach.resource:
        names |= origins.names(breach.resource)
        at = at or origins.location(breach.resource)
    exemption = next((one for one in estate.exemptions if one.policy == policy.id and one.what in names), None)
    return Found(policy, breach, places(at), exemption)


def _no_use(exemption: Exemption, policies: Sequence[Policy], found: Sequence[Found], whole: bool) -> str:
    known = [policy.id for policy in policies]
    if exemption.policy not in known:
        return f"{exemption.policy}, is not a policy{nearest(exemption.policy, known)}"
    if whole and not any(one.exemption is exemption for one in found):
        return f"{exemption.what}, breaks nothing of {exemption.policy}: this exemption excuses nothing"
    return ""
