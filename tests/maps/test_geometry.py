"""Boxes stand apart, and the picture grows only as far as it must."""

import itertools

import pytest

from pyops.maps.geometry import Box, Point, on_ellipse, parallels


@pytest.mark.parametrize("number", range(1, 13))
def test_boxes_on_an_ellipse_stand_apart_and_begin_at_the_origin(number: int) -> None:
    gap = Point(40, 30)
    boxes = on_ellipse([(100.0, 60.0 + 10 * n) for n in range(number)], gap, 1.4)

    assert all(one.apart(other, gap) for one, other in itertools.combinations(boxes, 2))
    assert min(box.left for box in boxes) == pytest.approx(0)
    assert min(box.top for box in boxes) == pytest.approx(0)


def test_the_first_stands_on_top_and_the_second_to_its_right() -> None:
    first, second, third = on_ellipse([(100.0, 60.0)] * 3, Point(40, 30), 1.4)

    assert first.centre.y < second.centre.y
    assert third.centre.x < first.centre.x < second.centre.x


@pytest.mark.parametrize(
    ("target", "edge"), [((200, 0), (50, 0)), ((0, -90), (0, -30)), ((100, 60), (50, 30)), ((0, 0), (0, 0))]
)
def test_a_line_leaves_a_box_at_its_edge(target: tuple[float, float], edge: tuple[float, float]) -> None:
    assert Box(Point(0, 0), 100, 60).edge_towards(Point(*target)) == Point(*edge)


def test_parallels_lie_on_both_sides_of_the_middle() -> None:
    lines = parallels(Box(Point(0, 0), 10, 10), Box(Point(100, 0), 10, 10), 2, 14)

    assert [(start.y, end.y) for start, end in lines] == [(-7, -7), (7, 7)]
