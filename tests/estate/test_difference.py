"""An edit is told in words of service, site and partner."""

import copy
import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pyops.errors import Refused
from pyops.estate import Estate, load
from pyops.estate.difference import Change, difference

Edit = Callable[..., Path]

CASES = sorted(Path(__file__).with_name("differences").glob("*.yml"))
WORDS = itertools.cycle(
    ("broad", "ukwest", "server", "servers", "application", "cherwell", "partial", "site", "5 days", "2GiB", "23:00")
)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def told(changes: list[Change]) -> list[str]:
    signs = {"added": "+", "removed": "-", "changed": "~"}
    return [f"{signs[change.kind]} {change.words}" for change in changes]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_an_edit_is_told_in_these_words_and_the_way_back_too(case: Path, edit: Edit, lab: Estate, today: date) -> None:
    """A case is one file: `replace` edits the lab's estate, `says` is every change (+ added, - removed, ~ changed)."""
    told_of = yaml.safe_load(case.read_text(encoding="utf-8"))
    edited = load(edit(told_of["replace"]), today)

    assert told(difference(lab, edited)) == told_of["says"]
    assert bool(difference(edited, lab)) == bool(told_of["says"])


def test_a_new_site_is_one_change_and_its_links_are_told_with_their_addresses(
    edit: Edit, daventry: Mapping[str, str], lab: Estate, today: date
) -> None:
    words = told(difference(lab, load(edit(daventry), today)))

    assert words[:2] == [
        "+ partner daventry is new: name Daventry District Council",
        "+ daventry is new: a datacentre of Daventry District Council in ukwest with 10.40.0.0/16, "
        "zones management, servers and desktops, carriers a and b, 0 desks and 4 servers "
        "(daventry-router-01 at 10.40.0.1, daventry-mirror-01 at 10.40.20.50, daventry-application-01 at 10.40.20.40, "
        "daventry-application-02 at 10.40.20.41)",
    ]
    assert words[2].startswith("+ links banbury-daventry-a, banbury-daventry-b, towcester-daventry-a, ")
    assert words[3:] == [
        "+ patching gains day of daventry of window: friday",
        "+ system service_desk gains alignment of daventry: hosted",
    ]


def test_desks_are_counted_and_the_first_named(production: Estate, tmp_path: Path, today: date) -> None:
    rows = production.file.with_name("desktops.csv").read_text(encoding="utf-8").splitlines()
    for number in (1001, 1002, 1003):
        rows[number] = rows[number].replace("broad", "early")
    del rows[1501:1507]
    inventory = shutil.copytree(production.file.parent, tmp_path / "production")
    (inventory / "desktops.csv").write_text("\n".join(rows), encoding="utf-8")

    assert told(difference(production, load(inventory, today))) == [
        "- 1,700 desks: 6 are gone at stratford for stratford: sdc-d0401, sdc-d0402, sdc-d0403 and 3 more",
        "~ 1,694 desks: 3 move from ring broad to early: snc-d0281, snc-d0282 and snc-d0283",
    ]


def test_a_change_says_where_it_stands_in_the_file(edit: Edit, lab: Estate, today: date) -> None:
    (change,) = difference(
        lab,
        load(
            edit({"first: 40, count: {banbury: 1, towcester: 1": "first: 40, count: {banbury: 2, towcester: 2"}), today
        ),
    )

    assert (change.kind, change.subject) == ("added", "banbury and towcester")
    assert change.paths == ("pools.application.count.banbury", "pools.application.count.towcester")


def test_no_edit_that_changes_the_model_goes_untold(edit: Edit, lab: Estate, today: date) -> None:
    file = edit()
    whole = yaml.safe_load(file.read_text(encoding="utf-8"))
    tried, untold = 0, []
    for what, edited in _edits(whole):
        file.write_text(yaml.dump(edited, Dumper=DUMPER, sort_keys=False), encoding="utf-8")
        try:
            estate = load(file, today)
        except Refused:
            continue
        if estate.model_dump() != lab.model_dump():
            tried += 1
            untold += [] if difference(lab, estate) else [what]

    assert tried > 100
    assert untold == []


def _edits(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every number raised, flag turned, word changed, list shortened or turned round, and entry left out."""
    for at, value in _places(whole, ()):
        for other in _others(value):
            edited = copy.deepcopy(whole)
            inner: Any = edited
            for key in at[:-1]:
                inner = inner[key]
            inner[at[-1]] = other
            yield f"{at}: {other!r}", edited


def _places(value: Any, at: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*at, key), child
        yield from _places(child, (*at, key))


def _others(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, date):
        return [date(2026, 11, 20), date(2027, 1, 1)]
    if isinstance(value, list):
        return [value[:-1], value[::-1]]
    if isinstance(value, dict):
        return [{name: item for name, item in value.items() if name != gone} for gone in value]
    return [f"{value}x", *itertools.islice(WORDS, 4)]
