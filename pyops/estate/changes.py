"""How changes are classed: what each thing adds to a change's score, and which score still is standard."""

from typing import Annotated

from pydantic import Field

from pyops.estate.base import Part

Score = Annotated[int, Field(ge=0, le=1000)]


class Points(Part):
    """What one of a kind adds to the score of a change."""

    delete: Score = 10
    replace: Score = 8
    update: Score = 1
    create: Score = 1
    host: Score = 1
    passage: Score = 5
    blind_spot: Score = 2
    broken_claim: Score = 20
    outage: Score = 20


class Rules(Part):
    """The service's rules for classing changes."""

    standard_below: Score = 10
    """A change with a lower score is standard, others are normal; an emergency is what is drafted as one."""
    points: Points = Points()
