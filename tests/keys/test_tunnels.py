"""WireGuard pairs for every end of every link."""

import subprocess
from pathlib import Path

import pytest

from pyops.estate import Estate, load
from pyops.keys import new_pair, renewed, tunnel_keys
from pyops.keys.tunnels import public_half

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def estate() -> Estate:
    return load(ROOT / "inventories" / "lab")


def test_both_ends_of_every_link_get_a_pair_of_their_own(estate: Estate) -> None:
    pairs = tunnel_keys(estate, {})
    assert {link: tuple(ends) for link, ends in pairs.items()} == {
        link.id: link.sites for link in estate.links.values()
    }
    assert len({pair.private for ends in pairs.values() for pair in ends.values()}) == 2 * len(estate.links)


def test_the_public_half_is_the_one_that_wireguard_computes() -> None:
    pair = new_pair()
    said = subprocess.run(
        ["wg", "pubkey"], input=pair.private, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert (pair.public, public_half(pair.private)) == (said, said)


def test_keys_that_are_there_stay_and_those_of_a_link_that_is_gone_go(estate: Estate) -> None:
    first = tunnel_keys(estate, {})
    private = {link: {site: pair.private for site, pair in ends.items()} for link, ends in first.items()}
    again = tunnel_keys(estate, {**private, "gone": {"banbury": new_pair().private}})
    assert again == first


def test_a_renewed_link_has_new_keys_at_both_ends_and_the_others_keep_theirs(estate: Estate) -> None:
    first = tunnel_keys(estate, {})
    private = {link: {site: pair.private for site, pair in ends.items()} for link, ends in first.items()}
    after = renewed(estate, private, "banbury-towcester-a")
    changed = {link for link in first if first[link] != after[link]}
    assert changed == {"banbury-towcester-a"}
    assert all(first["banbury-towcester-a"][site] != pair for site, pair in after["banbury-towcester-a"].items())


def test_a_pair_never_shows_its_private_half() -> None:
    pair = new_pair()
    assert pair.private not in repr(pair)
