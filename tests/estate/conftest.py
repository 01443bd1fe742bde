"""Estates to play with: copies of the lab's, edited as text, as a person would."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from pyops.estate import Estate, load

INVENTORIES = Path(__file__).parents[2] / "inventories"
TODAY = date(2026, 11, 24)
"""The day on which the estates of the repository are in order, whatever the clock says."""

Edit = Callable[..., Path]


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Write a copy with texts replaced where they stand first: `edit({"old text": "new text"}, register={...})`."""

    def editor(replace: Mapping[str, str] | None = None, register: Mapping[str, str] | None = None) -> Path:
        for name, edits in (("estate.yml", replace), ("desktops.csv", register)):
            text = (INVENTORIES / "lab" / name).read_text(encoding="utf-8")
            for old, new in (edits or {}).items():
                assert old in text, f"{name} has no {old!r} to replace"
                text = text.replace(old, new, 1)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / "estate.yml"

    return editor


@pytest.fixture(scope="session")
def production() -> Estate:
    return load(INVENTORIES / "production", TODAY)


@pytest.fixture(scope="session")
def lab() -> Estate:
    return load(INVENTORIES / "lab", TODAY)


@pytest.fixture(scope="session")
def daventry() -> Mapping[str, str]:
    """The edit of the lab's estate that adds a fourth partner with its site, and nothing but that file."""
    circuit = "{{vlan: {}, prefix: {}.32/29, address: {}.34, gateway: {}.33, peering: 172.30.4.{}, speed: 1Gbps}}"
    site = f"""  daventry:
    partner: daventry
    region: ukwest
    supernet: 10.40.0.0/16
    zones:
      management: {{vlan: 10, prefix: 10.40.0.0/24}}
      servers:    {{vlan: 20, prefix: 10.40.20.0/24}}
      desktops:   {{vlan: 30, prefix: 10.40.32.0/20}}
    circuits:
      a: {circuit.format(901, *["198.51.100"] * 3, 1)}
      b: {circuit.format(902, *["203.0.113"] * 3, 2)}
    routing: {{asn: 64604, loopback: 10.40.255.1}}

links:
  banbury-daventry-a:   {{sites: [banbury, daventry], carrier: a, prefix: 172.31.4.0/31, port: 51807}}
  banbury-daventry-b:   {{sites: [banbury, daventry], carrier: b, prefix: 172.31.4.2/31, port: 51808}}
  towcester-daventry-a: {{sites: [towcester, daventry], carrier: a, prefix: 172.31.5.0/31, port: 51809}}
  towcester-daventry-b: {{sites: [towcester, daventry], carrier: b, prefix: 172.31.5.2/31, port: 51810}}
  stratford-daventry-a: {{sites: [stratford, daventry], carrier: a, prefix: 172.31.6.0/31, port: 51811}}
  stratford-daventry-b: {{sites: [stratford, daventry], carrier: b, prefix: 172.31.6.2/31, port: 51812}}
"""
    partner = "  stratford: {name: Stratford-on-Avon District Council}\n"
    router = "{image: router, gateway: true, zone: management, count: {"
    return {
        partner: f"{partner}  daventry: {{name: Daventry District Council}}\n",
        "\nlinks:\n": site,
        router: f"{router}daventry: 1, ",
        "first: 40, count: {": "first: 40, count: {daventry: 2, ",
        "first: 50, count: {": "first: 50, count: {daventry: 1, ",
        "stratford: partial}": "stratford: partial, daventry: hosted}",
        "days: {": "days: {daventry: friday, ",
    }
