"""Whatever stands in the file, the answer is an estate or a refusal in words."""

import copy
import itertools
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pyops.errors import Refused
from pyops.estate import load

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
ODD: tuple[Any, ...] = (
    *(None, [], {}, 0, -1, 10**30, 1.5, float("inf"), float("nan"), True, "", "on", "é\"'", "\x07", "a" * 300),
    *(["x"], [{}], [[1, 2]], [None], {"x": 1}, {"banbury": None}, {1: 2}, {None: 3}, {"a.b": {"c": 1}}),
    *("10.0.0.0/8", "1.2.3.4", "0.0.0.0/0", "255.255.255.255/32", "10.0.0.0/31", "/nonexistent"),
    *("99999999999999999999 days", "999999999999 GiB", "2026-01-01", date(2026, 1, 1), "FULL"),
)


def test_every_value_of_the_estate_replaced_by_odd_ones(edit: Callable[..., Path], today: date) -> None:
    file = edit()
    whole = yaml.safe_load(file.read_text(encoding="utf-8"))
    odd = itertools.cycle(ODD)
    for at in _places(whole, ()):
        for value in itertools.islice(odd, 2):
            # Deliberately not a multiple of the number of values: each place meets others.
            file.write_text(yaml.dump(_replaced(whole, at, value), Dumper=DUMPER, sort_keys=False), encoding="utf-8")
            _read(file, today, f"{at}: {value!r}")


def _read(file: Path, today: date, what: str) -> None:
    try:
        load(file, today)
    except Refused as refused:
        if str(file.parent) not in str(refused):
            pytest.fail(f"{what} is refused without its file: {refused}")
    except Exception as error:
        pytest.fail(f"{what} raised {error!r}")


def _places(value: Any, at: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield at
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _places(child, (*at, key))


def _replaced(whole: Any, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    edited = copy.deepcopy(whole)
    inner = edited
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return edited


@pytest.mark.parametrize("at", range(0, 100, 7))
def test_a_file_cut_off_anywhere(edit: Callable[..., Path], today: date, at: int) -> None:
    file = edit()
    text = file.read_bytes()
    file.write_bytes(text[: len(text) * at // 100])

    _read(file, today, f"the first {at} %")


def test_a_register_of_noise(edit: Callable[..., Path], today: date) -> None:
    file = edit()
    for noise in (b"\x00", b"\xff\xfe", b'"', b"name,site,partner,model,ring\n\x00,\n", b"," * 200_000, b"\n" * 50):
        (file.parent / "desktops.csv").write_bytes(noise)
        _read(file, today, repr(noise[:20]))
