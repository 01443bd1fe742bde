"""Addresses of the hubs' gateways, recorded beside the estate: read into types, and refused at their own line."""

from collections.abc import Callable
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from pyops.errors import Refused
from pyops.estate import load

Edit = Callable[..., Path]

GATEWAYS = """---
# Recorded.
uksouth:
  - {public: 192.0.2.10, peering: 10.100.0.12}
  - {public: 192.0.2.11, peering: 10.100.0.13}
"""


def recorded(edit: Edit, text: str | None) -> Path:
    """The lab's estate with such a file."""
    file = edit({"  groups:": "  gateways: gateways.yml\n  groups:"})
    if text is not None:
        (file.parent / "gateways.yml").write_text(text, encoding="utf-8")
    return file


def test_addresses_are_read_by_region_into_types(edit: Edit, today: date) -> None:
    (first, _) = load(recorded(edit, GATEWAYS), today).azure.gateways["uksouth"]
    assert (first.public, first.peering) == (IPv4Address("192.0.2.10"), IPv4Address("10.100.0.12"))


def test_a_file_of_comments_is_one_with_nothing_recorded_yet(edit: Edit, today: date) -> None:
    assert load(recorded(edit, "---\n# Nothing yet.\n"), today).azure.gateways == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("uksouth", "uksuoth", "3: uksuoth: is no region with a hub; did you mean uksouth?"),
        (
            "192.0.2.10",
            "10.100.1.9",
            "4: uksouth[0].public: 10.100.1.9, lies in the hub's own prefix 10.100.0.0/23: it is not public",
        ),
        (
            "10.100.0.13",
            "10.101.0.13",
            "5: uksouth[1].peering: 10.101.0.13, lies outside the hub's prefix 10.100.0.0/23",
        ),
        ("10.100.0.13", "10.100.0.12", "5: uksouth[1].peering: 10.100.0.12, is uksouth[0].peering already"),
        ("192.0.2.11", "192.0.2.10", "5: uksouth[1].public: 192.0.2.10, is uksouth[0].public already"),
        ("  - {public: 192.0.2.11, peering: 10.100.0.13}\n", "", "3: uksouth: 1 ends, a hub's gateway has 2"),
        ("public: 192.0.2.10", "publik: 192.0.2.10", "4: uksouth[0].public: is missing"),
        ("192.0.2.10", "nowhere", "4: uksouth[0].public: nowhere, must be an IPv4 address, as in 10.10.20.11"),
        ("uksouth:\n", "uksouth: []\nuksouth:\n", "4: uksouth: is written twice, first on line 3"),
        ("uksouth:\n", "", "1: (file): a list of 2, must be a map"),
    ],
)
def test_a_mistake_is_refused_at_its_line(edit: Edit, today: date, old: str, new: str, says: str) -> None:
    file = recorded(edit, GATEWAYS.replace(old, new, 1))
    with pytest.raises(Refused) as refused:
        load(file, today)
    assert str(refused.value).splitlines()[0] == f"{file.parent}/gateways.yml:{says}"


def test_a_file_that_is_named_is_there(edit: Edit, today: date) -> None:
    file = recorded(edit, None)
    with pytest.raises(Refused) as refused:
        load(file, today)
    assert str(refused.value) == f"{file.parent}/gateways.yml:1: (file): cannot be read: no such file or directory"


def test_the_estate_file_itself_holds_none(edit: Edit, today: date) -> None:
    file = edit({"  groups:": "  gateway_addresses: {}\n  groups:"})
    with pytest.raises(Refused, match=r"azure\.gateway_addresses: is not a known key"):
        load(file, today)
