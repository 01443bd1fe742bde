"""The map shows what the model says, to everybody, the same each time."""

import itertools
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from pyops.estate import Estate, load
from pyops.maps.network import network_map

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()).strip() for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 # ours


def grown(folder: Path, sites: int, carriers: str, partner: str = "Cherwell District Council") -> Estate:
    """The lab's estate with so many sites, all joined over these carriers."""
    data: dict[str, Any] = yaml.safe_load((ROOT / "inventories" / "lab" / "estate.yml").read_text(encoding="utf-8"))
    names = [f"site{number}" for number in range(1, sites + 1)]
    data["partners"]["cherwell"]["name"] = partner
    data["sites"] = {name: _site(number, carriers) for number, name in enumerate(names, start=1)}
    ends = [(*pair, carrier) for pair in itertools.combinations(names, 2) for carrier in carriers]
    data["links"] = {
        f"{first}-{second}-{carrier}": {
            "sites": [first, second],
            "carrier": carrier,
            "prefix": f"172.31.{number // 128}.{number % 128 * 2}/31",
            "port": 51801 + number,
        }
        for number, (first, second, carrier) in enumerate(ends)
    }
    del data["staff_access"], data["directory"]["providers"]
    for pool in data["pools"].values():
        pool |= {"count": dict.fromkeys(names, 1), "target": 1}
    data["patches"]["window"]["days"] = dict.fromkeys(names, "tuesday")
    data["patches"]["mirror"]["origin"] = names[0]
    (folder / "estate.yml").write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    (folder / "desktops.csv").write_text("name,site,partner,model,ring\n", encoding="utf-8")
    return load(folder, TODAY)


def _site(number: int, carriers: str) -> dict[str, Any]:
    prefixes = {"management": "0.0/24", "servers": "20.0/24", "desktops": "32.0/20"}
    circuits = {
        carrier: {
            "vlan": 901 + index,
            "prefix": f"198.51.{100 + index}.{8 * number}/29",
            "address": f"198.51.{100 + index}.{8 * number + 2}",
            "gateway": f"198.51.{100 + index}.{8 * number + 1}",
            "peering": f"172.30.{number}.{index + 1}",
            "speed": "1Gbps",
        }
        for index, carrier in enumerate(carriers)
    }
    return {
        "partner": "cherwell",
        "region": "uksouth",
        "supernet": f"10.{10 * number}.0.0/16",
        "zones": {
            name: {"vlan": 10 * (index + 1), "prefix": f"10.{10 * number}.{prefix}"}
            for index, (name, prefix) in enumerate(prefixes.items())
        },
        "circuits": circuits,
        "routing": {"asn": 64600 + number, "loopback": f"10.{10 * number}.255.1"},
    }


def test_the_map_of_the_documentation_is_that_of_production() -> None:
    """When it differs: `pyops estate show -i inventories/production --svg docs/network.svg`, and look at it."""
    drawn = network_map(load(ROOT / "inventories" / "production", TODAY))

    assert (ROOT / "docs" / "network.svg").read_text(encoding="utf-8") == drawn


def test_it_says_itself_what_it_shows_for_those_who_cannot_see_it() -> None:
    root = ElementTree.fromstring(network_map(load(ROOT / "inventories" / "lab", TODAY)))  # noqa: S314 # ours
    named = {node.get("id"): node.text or "" for node in root}

    assert root.get("role") == "img"
    assert str(root.get("aria-labelledby")).split() == ["title", "story"]
    assert named["title"] == "The network of lab: 3 sites · 6 links · 21 servers · 3 desks"
    assert "banbury and towcester over a and b" in named["story"]


def test_it_needs_nothing_from_elsewhere() -> None:
    drawn = network_map(load(ROOT / "inventories" / "lab", TODAY))

    assert re.findall(r"(?:href|src|url|@import)\b", drawn) == []
    assert re.findall(r"https?://[^\"]*", drawn) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize("sites", range(2, 9))
@pytest.mark.parametrize("carriers", ["ab", "abcdefg"])
def test_every_site_link_and_address_is_on_it_whatever_the_number_of_sites(
    sites: int, carriers: str, tmp_path: Path
) -> None:
    estate = grown(tmp_path, sites, carriers)
    drawn = network_map(estate)
    shown = texts(drawn)

    for site in estate.sites.values():
        assert {site.id, *site.zones, *(str(zone.prefix) for zone in site.zones.values())} <= set(shown)
        assert {str(circuit.address) for circuit in site.circuits.values()} <= set(shown)
    assert {str(link.prefix) for link in estate.links.values()} <= set(shown)
    assert drawn.count('class="wire') == len(estate.links) + len(estate.carriers)


@pytest.mark.parametrize("sites", [3, 4, 5, 8])
def test_nothing_is_drawn_outside_and_no_card_on_another(sites: int, tmp_path: Path) -> None:
    root = ElementTree.fromstring(network_map(grown(tmp_path, sites, "abc")))  # noqa: S314 # ours
    width, height = (float(size) for size in str(root.get("viewBox")).split()[2:])
    boxes = []
    for group in root.iter(f"{SVG}g"):
        left, top = (float(part) for part in re.findall(r"[\d.]+", str(group.get("transform"))))
        (rect,) = group.iter(f"{SVG}rect")
        boxes.append((left, top, left + float(str(rect.get("width"))), top + float(str(rect.get("height")))))

    assert all(left >= 0 and top >= 0 and right <= width and bottom <= height for left, top, right, bottom in boxes)
    for one, other in itertools.combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_names_are_text_and_never_markup(tmp_path: Path) -> None:
    name = "<script>alert('O’Neill & \"Sons\"')</script>"
    drawn = network_map(grown(tmp_path, 3, "ab", partner=name))

    assert "<script" not in drawn
    assert any(text.startswith("<script>alert('O’Neill & \"Sons\"')") for text in texts(drawn))


def test_a_long_name_is_shortened_and_whole_in_its_tooltip(tmp_path: Path) -> None:
    name = "The United Borough, District and Parish Councils of the Cherwell Valley"
    drawn = network_map(grown(tmp_path, 3, "ab", partner=name))

    assert "The United Borough, District and Parish Counc…" in drawn
    assert f"<title>{name}</title>" in drawn


def test_it_is_the_same_each_time(tmp_path: Path) -> None:
    estate = grown(tmp_path, 5, "ab")

    assert network_map(estate) == network_map(load(tmp_path, TODAY))
