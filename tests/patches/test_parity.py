"""The sites side by side: alike, or each gap named."""

from collections.abc import Mapping
from datetime import timedelta

from pyops.estate import Estate
from pyops.fleet.observation import Latest
from pyops.patches.alignment import Published, State, align
from pyops.patches.gaps import Cause
from pyops.patches.members import members
from pyops.patches.parity import Cell, Parity, parity
from tests.patches.hosts import AT_RING, NOW, answered, silent
from tests.patches.publishing import Site


def ssl(number: str) -> tuple[str, str]:
    return ("openssl", f"3.0.17-1~deb12u{number}")


def as_their_ring_is(estate: Estate) -> dict[str, Latest]:
    return {one.name: answered(one.name, ssl(AT_RING[one.ring.id])) for one in members(estate)}


def matrix(estate: Estate, readings: Mapping[str, Latest], published: Published) -> Parity:
    return parity(estate, align(estate, readings, published, NOW), readings, published)


def test_sites_that_are_alike_are_so_to_100_percent(lab: Estate, published: Published) -> None:
    found = matrix(lab, as_their_ring_is(lab), published)

    assert (found.is_full, found.is_excused, found.uneven, found.unequal_mirrors) == (True, True, (), ())
    assert {cell.percent for cell in found.cells} == {None, 100}
    assert len(found.cells) == len(lab.sites) * len(lab.patches.rings)
    assert sum(cell.hosts for cell in found.cells) == len(members(lab))


def test_one_host_behind_is_named_and_its_package_shown_against_the_other_sites(
    lab: Estate, published: Published
) -> None:
    readings = as_their_ring_is(lab) | {"towcester-directory-01": answered("towcester-directory-01", ssl("1"))}
    found = matrix(lab, readings, published)
    (cell,) = [cell for cell in found.cells if cell.gaps]
    (gap,) = cell.gaps

    assert (cell.site, cell.ring, cell.aligned, cell.hosts, cell.percent) == ("towcester", "early", 3, 4, 75)
    assert (gap.cause, gap.hosts, gap.packages) == (Cause.OVERDUE, ("towcester-directory-01",), ("openssl",))
    (uneven,) = found.uneven
    assert (uneven.ring, uneven.package) == ("early", "openssl")
    assert uneven.versions["towcester"] == ("3.0.17-1~deb12u1", "3.0.17-1~deb12u2")
    assert uneven.versions["banbury"] == ("3.0.17-1~deb12u2",)


def test_a_site_that_is_off_is_unknown_and_counts_as_not_aligned(lab: Estate, published: Published) -> None:
    readings = {n: silent(n, before=r) if n.startswith("banbury") else r for n, r in as_their_ring_is(lab).items()}
    found = matrix(lab, readings, published)
    cell = next(cell for cell in found.cells if (cell.site, cell.ring) == ("banbury", "broad"))

    assert (cell.aligned, dict(cell.states), cell.percent) == (0, {State.UNKNOWN: 3}, 0)
    assert [(gap.cause, len(gap.hosts)) for gap in cell.gaps] == [(Cause.OFFLINE, 3)]
    assert not found.is_full
    assert not found.is_excused


def test_what_a_host_had_long_ago_is_compared_with_nothing(lab: Estate, published: Published) -> None:
    old = answered("towcester-directory-01", ssl("1"), read_at=NOW - timedelta(days=3))
    found = matrix(lab, as_their_ring_is(lab) | {old.host: old}, published)

    assert found.uneven == ()
    assert not found.is_full


def test_almost_all_is_never_100_percent() -> None:
    assert Cell("banbury", "broad", {State.ALIGNED: 1999, State.BEHIND: 1}, ()).percent == 99


def test_hosts_that_are_aligned_each_to_its_own_mirror_are_not_alike(
    lab: Estate, published: Published, site: Site
) -> None:
    """Were a site's mirror older than the others', its hosts would all be aligned, and the sites would not."""
    site.publish(
        "broad", [site.build(n, v) for n, v in (("dpkg", "1.21.22"), ("base-files", "12.4+deb12u12"), ssl("0"))]
    )
    older = dict(published) | {("stratford", "broad"): site.indexes().read("broad", ["amd64"])}
    readings = as_their_ring_is(lab)
    readings |= {
        one.name: answered(one.name, ssl("0"))
        for one in members(lab)
        if (one.site, one.ring.id) == ("stratford", "broad")
    }
    found = matrix(lab, readings, older)

    assert all(cell.aligned == cell.hosts for cell in found.cells)
    assert {place for places in found.releases.values() for place in places} > {str(site.folder)}
    assert (found.unequal_mirrors, found.is_full, found.is_excused) == (("broad",), False, False)
    assert [(one.ring, one.package) for one in found.uneven] == [("broad", "openssl")]


def test_a_mirror_that_cannot_be_read_leaves_nothing_in_order(lab: Estate, published: Published) -> None:
    readings = as_their_ring_is(lab)
    standings = align(lab, readings, published, NOW)
    found = parity(lab, standings, readings, published, {"banbury": "no route"})

    assert all(cell.aligned == cell.hosts for cell in found.cells)
    assert (found.is_full, found.is_excused) == (False, False)


def test_gaps_of_one_cause_are_one_line_with_all_their_hosts(lab: Estate, published: Published) -> None:
    readings = {name: silent(name) for name in as_their_ring_is(lab)}
    found = matrix(lab, readings, published)

    assert all(len(cell.gaps) == (1 if cell.hosts else 0) for cell in found.cells)
    assert sum(len(gap.hosts) for cell in found.cells for gap in cell.gaps) == len(members(lab))
