"""Properties that must have one of a few values: most policies about a service's own settings are tables of these."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pyops.estate import Estate
from pyops.policies.planned import NOT_SHOWN
from pyops.policies.policy import Breach, Plan


@dataclass(frozen=True)
class Setting:
    """A property of a kind of resource and the values that it may have.

    Left out it breaks the rule too: Azure's default is another, or may become another.
    """

    kind: str
    path: str
    wanted: tuple[Any, ...] = ()
    least: int | None = None
    """For a number instead of `wanted`."""

    def kept_by(self, value: Any) -> bool:
        """Whether a value is one of those wanted."""
        if self.least is not None:
            return isinstance(value, int | float) and not isinstance(value, bool) and value >= self.least
        return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in self.wanted)

    @property
    def rule(self) -> str:
        """What is asked for, in words."""
        if self.least is not None:
            return f"must be {self.least} at least"
        return f"must be {' or '.join(said(value) for value in self.wanted)}"


def checks(*settings: Setting) -> Callable[[Estate, Plan], Iterator[Breach]]:
    """The check of a table of settings."""

    def check(_estate: Estate, plan: Plan) -> Iterator[Breach]:
        for resource in plan:
            for setting in settings:
                if setting.kind != resource.kind:
                    continue
                for value in resource.values(setting.path):
                    if not setting.kept_by(value):
                        yield Breach(f"{setting.path} is {said(value)}, {setting.rule}", resource)

    return check


def said(value: Any) -> str:
    """A value as it stands in a message."""
    if value is None:
        return "left out"
    if value is NOT_SHOWN:
        return "not shown before it is applied"
    return str(value).lower() if isinstance(value, bool) else str(value)
