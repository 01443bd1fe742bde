"""Versions are ordered as dpkg orders them."""

import random
import re
import subprocess
from functools import cmp_to_key
from itertools import pairwise

import pytest

from pyops.patches.versions import compare, order

VERSION = re.compile(r"(\d{1,9}:)?\d[A-Za-z0-9.+~-]*(?<!-)")
MANY = 460
"""So many versions make more than 100,000 pairs."""


def installed() -> list[str]:
    listed = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Version}\\n"], capture_output=True, text=True, check=True
    )
    return sorted(set(listed.stdout.split()))


def changed(version: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(version) + 1)
        keep = version[at:] if chance.random() < 0.7 else version[at + 1 :]
        version = version[:at] + chance.choice(["~", "~~", "+", ".", "-", "0", "00", "1", "9", "a", "Z"]) + keep
    if chance.random() < 0.15:
        version = f"{chance.choice(['0', '00', '1', '2', '10'])}:{version.rpartition(':')[2]}"
    return version


def versions() -> list[str]:
    """Real ones of this machine, and the same with what is hard to order put into them: neighbours of each other."""
    chance = random.Random(5)  # noqa: S311 - the same versions each time
    real = installed()
    found = {*chance.sample(real, min(len(real), 60)), "0", "0-0", "0:0", "00", "1.0", "1.0-0", "1.0~", "1.0~~a", "1.a"}
    while len(found) < MANY:
        candidate = changed(chance.choice([*sorted(found)[:40], *real]), chance)
        if VERSION.fullmatch(candidate):
            found.add(candidate)
    return sorted(found)


def dpkg_says(one: str, relation: str, other: str) -> bool:
    return subprocess.run(["dpkg", "--compare-versions", one, relation, other], check=False).returncode == 0


def test_100_000_pairs_stand_in_the_order_that_dpkg_gives_them() -> None:
    """dpkg is asked about each neighbour in our order: as its order is one of all versions, the other pairs follow."""
    ordered = sorted(versions(), key=order)
    pairs = list(pairwise(ordered))

    assert MANY * (MANY - 1) / 2 > 100_000
    assert [(a, b) for a, b in pairs if not dpkg_says(a, "eq" if order(a) == order(b) else "lt", b)] == []
    assert sum(order(a) == order(b) for a, b in pairs) > 3, "equal ones written differently are among them"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.0~rc1-1", "1.0-1"),
        ("1.0-1~deb12u1", "1.0-1"),
        ("9", "10"),
        ("1.0", "1:0.1"),
        ("2.36-9+deb12u9", "2.36-9+deb12u10"),
        ("1.0", "1.0+b1"),
        ("1.0a", "1.0+"),
        ("1.0a", "1.0.1"),
    ],
)
def test_what_people_get_wrong(older: str, newer: str) -> None:
    assert (compare(older, newer), compare(newer, older), compare(older, older)) == (-1, 1, 0)
    assert dpkg_says(older, "lt", newer)


def test_leading_zeros_and_a_missing_revision_make_no_difference() -> None:
    assert {compare("1.0", other) for other in ("1.0-0", "0:1.0", "1.00", "01.0")} == {0}


@pytest.mark.parametrize("hostile", ["", ":", "-", "1." + "9" * 50_000, "\N{FULLWIDTH DIGIT NINE}", "\udcff", "<b>"])
def test_what_is_no_version_is_ordered_and_breaks_nothing(hostile: str) -> None:
    cases = [hostile, "1.0", "2:1.0~"]

    assert len(sorted(cases, key=cmp_to_key(compare))) == len(cases)
    assert compare(hostile, hostile) == 0
