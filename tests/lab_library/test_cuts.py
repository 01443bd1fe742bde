"""What is written down about cuts; `test_faults.py` shows that packets vanish."""

from collections.abc import Callable
from ipaddress import IPv4Network

import pytest

from pyops.errors import Refused
from pyops.lab import Lab, carriers, faults, records

from .conftest import circuit, zone

BANBURY = circuit("banbury", IPv4Network("198.51.100.8/29"))
TOWCESTER = circuit("towcester", IPv4Network("198.51.100.16/29"))
OTHER = circuit("banbury", IPv4Network("203.0.113.8/29"), "b")


@pytest.fixture
def cabled(paper: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab on paper with three circuits of two carriers, whose routers take rules in silence."""
    for network in (BANBURY, TOWCESTER, OTHER, zone()):
        records.save(paper, network)
    monkeypatch.setattr(carriers, "running", lambda _: ["a", "b"])
    monkeypatch.setattr(faults, "apply", lambda _: None)
    return paper


def test_a_cut_is_known_by_the_words_that_people_say(cabled: Lab) -> None:
    faults.cut(cabled, "banbury-a", "towcester-a:banbury-a", "b")
    assert [(cut.kind, cut.what) for cut in faults.active(cabled)] == [
        ("circuit", "banbury-a"),
        ("path", "banbury-a:towcester-a"),
        ("carrier", "b"),
    ]


def test_a_partition_cuts_every_circuit_of_the_site_and_only_those(cabled: Lab) -> None:
    faults.partition(cabled, "banbury")
    assert {cut.what for cut in faults.active(cabled)} == {"banbury-a", "banbury-b"}


def test_the_same_cut_twice_is_one(cabled: Lab) -> None:
    faults.cut(cabled, "towcester-a:banbury-a", "banbury-a:towcester-a")
    faults.cut(cabled, "banbury-a:towcester-a")
    assert len(faults.active(cabled)) == 1


def test_healing_one_leaves_the_others(cabled: Lab) -> None:
    faults.partition(cabled, "banbury")
    assert [cut.what for cut in faults.heal(cabled, "banbury-a")] == ["banbury-a"]
    assert [cut.what for cut in faults.active(cabled)] == ["banbury-b"]
    faults.heal(cabled)
    assert faults.active(cabled) == []


def test_a_cut_ends_with_its_network(cabled: Lab) -> None:
    faults.cut(cabled, "banbury-a")
    records.forget(cabled, type(BANBURY), BANBURY.name)
    assert faults.active(cabled) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda lab: faults.cut(lab, "banbury-a", "banbury-c"),
            "banbury-c: no circuit or carrier of this lab, it has banbury-a, banbury-b, towcester-a, a, b",
        ),
        (
            lambda lab: faults.cut(lab, "banbury-a:b"),
            "b: no circuit of this lab, it has banbury-a, banbury-b, towcester-a",
        ),
        (
            lambda lab: faults.cut(lab, "banbury-a:banbury-b"),
            "banbury-a:banbury-b: not a path, it joins two circuits of one carrier",
        ),
        (
            lambda lab: faults.cut(lab, "banbury-b:banbury-b"),
            "banbury-b:banbury-b: not a path, it joins two circuits of one carrier",
        ),
        (lambda lab: faults.partition(lab, "oxford"), "oxford: no site of this lab has that name and a circuit"),
        (lambda lab: faults.heal(lab, "banbury-a"), "banbury-a: is not cut, nothing is"),
    ],
)
def test_what_cannot_be_cut_or_healed_is_refused(cabled: Lab, wrong: Callable[[Lab], object], message: str) -> None:
    with pytest.raises(Refused) as refused:
        wrong(cabled)
    assert str(refused.value) == message
    assert faults.active(cabled) == []
