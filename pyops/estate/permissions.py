"""What the estate allows for a while: exemptions from policies, and the removal of things that hold data."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.texts import LinkName, Name, Words
from pyops.estate.values import Day


class Exemption(Part):
    """Something that need not keep a policy, with an owner, a reason and an end."""

    policy: Name
    """Which policy, as `pyops policies list` names it."""
    what: Words
    """A pool, server, site or region, or the name of a resource."""
    owner: Name
    reason: Words
    expires: Day


class Retirement(Named):
    """Leave to remove a site, pool, server or backup policy with the data that it holds; its `id` is its name.

    Without it the engine refuses to remove or to replace what holds data.
    """

    retire: Literal[True]
    by: Day
    """The last day of this leave: until then it is to be gone."""
    reason: Words


Retirements = Annotated[Mapping[LinkName, Retirement], BeforeValidator(with_ids)]
