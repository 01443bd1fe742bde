"""The estate grows by edits of its file alone."""

import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from pyops.estate import EstateRefused, load
from pyops.estate.reachability import allowed
from pyops.estate.resilience import prove_all

Edit = Callable[..., Path]


def test_a_fourth_partner_with_its_site_is_an_edit_of_one_file(
    edit: Edit, daventry: Mapping[str, str], today: date
) -> None:
    estate = load(edit(daventry), today)

    names = [server.name for server in estate.servers if server.site == "daventry"]
    assert names == ["daventry-router-01", "daventry-mirror-01", "daventry-application-01", "daventry-application-02"]
    assert len(estate.links_of("daventry")) == 6
    assert all(proof.holds for proof in prove_all(estate))
    assert "smb" in allowed(estate, "daventry", "desktops", "banbury", "servers")


@pytest.mark.parametrize("forgotten", ["alignment", "links"])
def test_what_the_fourth_partner_still_lacks_is_told(
    forgotten: str, edit: Edit, daventry: Mapping[str, str], today: date
) -> None:
    whole = {old: new for old, new in daventry.items() if forgotten != "alignment" or "partial" not in old}
    if forgotten == "links":
        whole[
            "  banbury-daventry-a:   {sites: [banbury, daventry], carrier: a, prefix: 172.31.4.0/31, port: 51807}\n"
        ] = ""

    with pytest.raises(EstateRefused) as refused:
        load(edit(whole), today)

    (problem,) = refused.value.problems
    assert (problem.path, problem.given) == {
        "alignment": ("systems.service_desk.alignment.daventry", ""),
        "links": ("links", "banbury and daventry"),
    }[forgotten]


def test_copies_to_every_other_site_are_refused_where_azure_cannot_replicate_to_so_many(
    edit: Edit, daventry: Mapping[str, str], today: date
) -> None:
    with pytest.raises(EstateRefused) as refused:
        load(edit({**daventry, "mirror: ring": "mirror: partners"}), today)

    assert [str(problem).partition(": ")[2] for problem in refused.value.problems] == [
        "backups.policies.standard.mirror: partners, would copy each site's backups to 3 others: "
        "Azure replicates to 2 at most, use ring"
    ]


def test_an_estate_of_one_site_is_refused_for_its_backups_have_nowhere_to_go(edit: Edit, today: date) -> None:
    file = edit()
    text = file.read_text(encoding="utf-8")
    second, links, services = (text.index(start) for start in ("  towcester:\n", "\nlinks:", "\nservices:"))
    assert second < links < services
    text = f"{text[:second]}\nlinks: {{}}\n{text[services:]}"
    text = text.replace("regions: [uksouth, ukwest]", "regions: [uksouth]").replace("    ukwest:", "#")
    text = (
        text.replace(", towcester: 1, stratford: 1}", "}")
        .replace(", towcester: 10.20.128.0/18, stratford: 10.30.128.0/18}", "}")
        .replace("target: 2", "target: 1")
    )
    file.write_text(text.replace(", towcester: wednesday, stratford: thursday", ""), encoding="utf-8")
    register = file.with_name("desktops.csv")
    rows = register.read_text(encoding="utf-8").splitlines()
    register.write_text("\n".join(row for row in rows if row[:1] != "s"), encoding="utf-8")

    with pytest.raises(EstateRefused) as refused:
        load(file, today)

    assert [str(problem).partition(": ")[2] for problem in refused.value.problems] == [
        "backups.policies.standard.mirror: ring, has no other site to go to: a copy of a backup lies at another site"
    ]


def test_a_partner_may_own_no_site_and_have_desks_at_those_of_others(edit: Edit, today: date) -> None:
    file = edit(
        {
            "\nsites:\n": "  kineton: {name: 'Kineton & \"Wellesbourne\" Parish Council, O’Neill’s'}\n\nsites:\n",
            "stratford: partial}": "stratford: partial, kineton: full}",
        },
        register={"sdc-d0001,stratford,stratford": "kpc-d0001,stratford,kineton"},
    )

    estate = load(file, today)

    assert estate.partners["kineton"].name == 'Kineton & "Wellesbourne" Parish Council, O’Neill’s'
    assert [desk.name for desk in estate.desktops.desks if desk.partner == "kineton"] == ["kpc-d0001"]
    assert "kineton" not in {site.partner for site in estate.sites.values()}


def test_ten_times_the_desks_are_read_in_time_that_grows_with_them(edit: Edit, today: date) -> None:
    staff = "banbury: 10.10.{0}.0/18, towcester: 10.20.{0}.0/18, stratford: 10.30.{0}.0/18"
    larger = {f"vlan: 30, prefix: 10.{n}0.32.0/20": f"vlan: 30, prefix: 10.{n}0.128.0/18" for n in (1, 2, 3)}
    file = edit({staff.format(128): staff.format(64), **larger})
    small, large = (_seconds_to_read(file, number, today) for number in (2_000, 20_000))

    assert large / small < 30, "ten times the desks must not take a hundred times the time"


def _seconds_to_read(file: Path, number: int, today: date) -> float:
    sites = (("banbury", "cherwell"), ("towcester", "south_northamptonshire"), ("stratford", "stratford"))
    rows = (
        f"d{n:06},{','.join(sites[n % 3])},compact-2024,broad,10.{n % 3 + 1}0.{128 + n // 750}.{n // 3 % 250 + 2}\n"
        for n in range(number)
    )
    (file.parent / "desktops.csv").write_text(
        "name,site,partner,model,ring,address\n" + "".join(rows), encoding="utf-8"
    )
    started = time.perf_counter()
    assert len(load(file, today).desktops.desks) == number
    return time.perf_counter() - started
