"""Where things stand on a map: boxes on an ellipse, and the part of a line that boxes leave visible.

Units are SVG user units; y grows downwards.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

_GROW = 1.02


@dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x: float
    y: float

    def towards(self, other: "Point", share: float) -> "Point":
        """The point at this share of the way."""
        return Point(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle around its centre."""

    centre: Point
    width: float
    height: float

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.centre.x - self.width / 2

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.centre.y - self.height / 2

    def apart(self, other: "Box", gap: Point) -> bool:
        """Whether the gap lies between the two, across or along."""
        across = abs(self.centre.x - other.centre.x) >= (self.width + other.width) / 2 + gap.x
        along = abs(self.centre.y - other.centre.y) >= (self.height + other.height) / 2 + gap.y
        return across or along

    def edge_towards(self, target: Point) -> Point:
        """Where a line from the centre leaves the box."""
        x, y = target.x - self.centre.x, target.y - self.centre.y
        shares = [size / 2 / abs(part) for size, part in ((self.width, x), (self.height, y)) if part]
        return self.centre.towards(target, min([*shares, 1.0]))


def on_ellipse(sizes: Sequence[tuple[float, float]], gap: Point, flatness: float) -> list[Box]:
    """Boxes of these sizes on the smallest ellipse on which they stand apart, the first on top, then clockwise.

    `flatness` is the ellipse's width by its height. The upper left corner of all is at the origin.
    """
    if len(sizes) == 1:
        return _at_origin(_placed(sizes, 0, flatness))
    radius = 50.0
    while not all(one.apart(other, gap) for one, other in itertools.combinations(_placed(sizes, radius, flatness), 2)):
        radius *= _GROW
    return _at_origin(_placed(sizes, radius, flatness))


def _placed(sizes: Sequence[tuple[float, float]], radius: float, flatness: float) -> list[Box]:
    boxes = []
    for number, (width, height) in enumerate(sizes):
        angle = math.tau * number / len(sizes) - math.pi / 2
        boxes.append(Box(Point(radius * flatness * math.cos(angle), radius * math.sin(angle)), width, height))
    return boxes


def _at_origin(boxes: Sequence[Box]) -> list[Box]:
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    return [Box(Point(box.centre.x - left, box.centre.y - top), box.width, box.height) for box in boxes]


def parallels(start: Box, end: Box, number: int, distance: float) -> list[tuple[Point, Point]]:
    """So many lines side by side between the centres of two boxes."""
    x, y = end.centre.x - start.centre.x, end.centre.y - start.centre.y
    length = math.hypot(x, y) or 1.0
    lines = []
    for index in range(number):
        shift = (index - (number - 1) / 2) * distance
        aside = Point(-y / length * shift, x / length * shift)
        lines.append((_moved(start.centre, aside), _moved(end.centre, aside)))
    return lines


def _moved(point: Point, by: Point) -> Point:
    return Point(point.x + by.x, point.y + by.y)
