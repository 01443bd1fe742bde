"""Joiners, movers and leavers: the steps of a plan, what it never touches, and when it is refused."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from pyops.estate import Estate
from pyops.identity.plan import Plan
from pyops.identity.steps import Act

from .conftest import TODAY, Council
from .directory import foreign

Edit = Callable[..., Estate]
OFFICER = "sdc.officer.02,Stratford desk officer 02,stratford,desk_officers,sdc.officer.02@lab.ict.example,,\n"
ENGINEER = (
    "sdc.engineer.01,Stratford engineer 01,stratford,desk_officers server_engineers,sdc.engineer.01@lab.ict.example,,\n"
)
NEW = "sdc.officer.03,Stratford desk officer 03,stratford,desk_officers,,{},\n"


def told(made: Plan) -> list[str]:
    return [f"{step.act} {step.name}: {step.why}" for step in made.steps]


def test_an_empty_directory_gets_units_groups_accounts_and_memberships_in_that_order(edit: Edit) -> None:
    made = Council().plan(edit())

    assert [made.count(act) for act in Act] == [7, 6, 0, 18, 0, 0, 22, 0, 0, 0, 0]
    assert [step.act for step in made.steps] == sorted((step.act for step in made.steps), key=list(Act).index)
    assert told(made)[:4] == [
        "unit OU=People: is new",
        "unit OU=cherwell,OU=People: is new",
        "unit OU=south_northamptonshire,OU=People: is new",
        "unit OU=stratford,OU=People: is new",
    ]
    assert "create cdc.officer.01: is new: Cherwell desk officer 01, in OU=cherwell,OU=People" in told(made)
    assert "create emergency_1: is new: emergency_1, in OU=Break glass, until 2027-06-30" in told(made)
    assert made.refusal == ""
    assert made.foreign == ()


def test_what_was_done_once_is_not_done_again(council: Council, edit: Edit) -> None:
    made = council.plan(edit())

    assert (made.steps, made.notes, made.conflicts, made.managed) == ((), (), (), 18)


def test_a_joiner_comes_on_the_first_day_and_is_told_before(council: Council, edit: Edit) -> None:
    estate = edit(people={OFFICER: OFFICER + NEW.format("2026-12-01")})

    before = council.plan(estate)
    assert (before.steps, [(note.name, note.why) for note in before.notes]) == (
        (),
        [("sdc.officer.03", "comes on 2026-12-01")],
    )
    assert told(council.plan(estate, date(2026, 12, 1))) == [
        "create sdc.officer.03: is new: Stratford desk officer 03, in OU=stratford,OU=People",
        "join sdc.officer.03: gets the role desk_officers",
    ]


def test_a_mover_changes_council_name_and_roles_and_keeps_the_account(council: Council, edit: Edit) -> None:
    moved = "sdc.engineer.01,Cherwell engineer 09,cherwell,desk_officers platform_engineers,sdc.engineer.01@lab.ict.example,,2027-03-31\n"

    assert told(council.plan(edit(people={ENGINEER: moved}))) == [
        "change sdc.engineer.01: name from Stratford engineer 01 to Cherwell engineer 09; "
        "unit from OU=stratford,OU=People to OU=cherwell,OU=People; last day from nothing to 2027-03-31",
        "join sdc.engineer.01: gets the role platform_engineers",
        "leave sdc.engineer.01: loses the role server_engineers",
    ]


def test_a_leaver_is_disabled_first_and_deleted_when_the_time_is_over(council: Council, edit: Edit) -> None:
    estate = edit(people={OFFICER: ""})

    assert told(council.plan(estate)) == [
        "leave sdc.officer.02: loses the role desk_officers",
        "disable sdc.officer.02: Stratford desk officer 02 is not here any more",
    ]
    assert council.apply(estate) == ["leave sdc.officer.02 desk_officers", "disable sdc.officer.02"]
    kept = council.plan(estate, TODAY + timedelta(days=29))
    assert (kept.steps, kept.notes[0].why) == ((), "disabled since 2026-11-28, is deleted from 2026-12-28 on")
    assert told(council.plan(estate, TODAY + timedelta(days=30))) == [
        "delete sdc.officer.02: has been disabled since 2026-11-28"
    ]
    assert council.apply(estate, TODAY + timedelta(days=30)) == ["delete sdc.officer.02"]
    assert council.plan(estate, TODAY + timedelta(days=31)).steps == ()


def test_the_last_day_still_works_and_the_next_one_does_not(council: Council, edit: Edit) -> None:
    estate = edit(people={OFFICER: OFFICER.replace(",,\n", ",,2026-12-24\n")})
    council.apply(estate)

    assert council.plan(estate, date(2026, 12, 24)).steps == ()
    assert [step.act for step in council.plan(estate, date(2026, 12, 25)).steps] == [Act.LEAVE, Act.DISABLE]


def test_a_leaver_who_is_back_is_enabled_with_the_roles_of_today(council: Council, edit: Edit) -> None:
    council.apply(edit(people={OFFICER: ""}))

    assert told(council.plan(edit())) == [
        "enable sdc.officer.02: is back; disabled since 2026-11-28",
        "join sdc.officer.02: gets the role desk_officers",
    ]


def test_an_account_that_was_disabled_by_hand_stays_disabled(council: Council, edit: Edit) -> None:
    council.directory.accounts["sdc.officer.02"]["enabled"] = False
    made = council.plan(edit(people={OFFICER: OFFICER.replace("desk_officers", "desk_officers auditors")}))

    assert (made.steps, made.notes[0].why) == ((), "was disabled by hand, and stays as it is")
    left = council.plan(edit(people={OFFICER: ""}))
    assert [step.act for step in left.steps] == [Act.LEAVE, Act.DISABLE]
    assert left.removed == ()


def test_what_the_estate_does_not_manage_is_listed_and_never_touched(council: Council, edit: Edit) -> None:
    council.directory.accounts["contractor"] = foreign("Contractor", "desk_officers")
    council.directory.accounts["svc_old"] = foreign("svc_old") | {"mark": "pyops production service"}
    made = council.plan(edit())

    assert made.steps == ()
    assert made.foreign == ("Contractor", "svc_old")


def test_a_name_that_somebody_else_has_is_told_and_left_to_them(council: Council, edit: Edit) -> None:
    del council.directory.accounts["sdc.officer.02"]
    council.directory.accounts["sdc.officer.02"] = foreign("SDC.Officer.02")
    council.directory.groups["auditors"]["mark"] = ""
    made = council.plan(edit())

    why = "is in the directory already, and is not managed by this estate"
    assert [(note.name, note.why) for note in made.conflicts] == [("sdc.officer.02", why), ("auditors", why)]
    assert "sdc.officer.02" not in {step.name for step in made.steps}
    assert Act.GROUP not in {step.act for step in made.steps}


def test_a_name_that_two_sites_gave_while_they_were_apart_is_told(council: Council, edit: Edit) -> None:
    council.directory.twins.append(("Made_twice", "CNF:5f0c"))

    assert [(note.name, note.why) for note in council.plan(edit()).conflicts] == [
        ("made_twice", "was made twice, at sites that were apart: rename or delete the one that gave way, CNF:5f0c")
    ]


def test_groups_service_and_break_glass_accounts_follow_the_estate(council: Council, edit: Edit) -> None:
    estate = edit(
        {
            "role: reads and changes nothing": "role: reads all and changes nothing",
            "    svc_portal: ": "    svc_intranet: ",
            "spns: [HTTP/banbury-signon-01": "spns: [HTTP/login.lab.ict.example, HTTP/banbury-signon-01",
            "reached, expires: 2027-06-30": "reached, expires: 2027-07-31",
        }
    )

    assert told(council.plan(estate)) == [
        "group auditors: role from reads and changes nothing to reads all and changes nothing",
        "release svc_portal: gives HTTP/portal.lab.ict.example up to svc_intranet",
        "create svc_intranet: is new: svc_intranet, in OU=Services",
        "change svc_signon_banbury: Kerberos names from HTTP/banbury-signon-01.lab.ict.example to "
        "HTTP/banbury-signon-01.lab.ict.example, HTTP/login.lab.ict.example",
        "change emergency_1: last day from 2027-06-30 to 2027-07-31",
        "disable svc_portal: svc_portal is not here any more",
    ]


def test_a_group_less_in_the_estate_is_dropped(council: Council, edit: Edit) -> None:
    people = {
        f"{name} auditors": name
        for name in ("cherwell,desk_officers", "shire,desk_officers", "stratford,desk_officers")
    }
    made = council.plan(edit({"    auditors:           {role": "    examiners:          {role"}, people))

    assert told(made) == [
        "group examiners: is new: reads and changes nothing",
        "drop auditors: is no group of the estate any more",
    ]


def test_a_kerberos_name_goes_from_one_account_to_another(council: Council, edit: Edit) -> None:
    """The one gives it up before the other gets it, also where the first is to have no account any more."""
    name = "HTTP/towcester-signon-01.lab.ict.example"
    renamed = edit({"    svc_signon_towcester: ": "    svc_signon_middle: "})

    assert told(council.plan(renamed)) == [
        f"release svc_signon_towcester: gives {name} up to svc_signon_middle",
        "create svc_signon_middle: is new: svc_signon_middle, in OU=Services",
        "disable svc_signon_towcester: svc_signon_towcester is not here any more",
    ]
    council.apply(renamed)
    assert council.directory.accounts["svc_signon_towcester"]["spns"] == []
    assert council.plan(renamed).steps == ()


def test_a_kerberos_name_of_an_account_of_others_is_told_and_left_to_them(council: Council, edit: Edit) -> None:
    name = "HTTP/new.lab.ict.example"
    council.directory.accounts["legacy"] = foreign("Legacy") | {"spns": [name.lower()]}
    made = council.plan(edit({"spns: [HTTP/portal.lab.ict.example]": f"spns: [{name}]"}))

    why = f"is to have {name.lower()}, which Legacy has, and this estate does not manage"
    assert ([(note.name, note.why) for note in made.conflicts], made.steps) == ([("svc_portal", why)], ())


def emptied(estate: Estate) -> Estate:
    file = estate.file.with_name("people.csv")
    file.write_text(file.read_text().splitlines()[0] + "\n")
    return estate


def test_a_plan_that_takes_away_more_than_the_share_is_refused_with_the_figure(council: Council, edit: Edit) -> None:
    assert council.plan(emptied(edit())).refusal == (
        "12 of 18 managed accounts (66 %) would be disabled, deleted or left without a role, more than the 20 % of "
        "directory.removals.share: cdc.officer.01, cdc.officer.02, cdc.engineer.01, cdc.auditor.01, snc.officer.01 "
        "and 7 more; where that is meant, directory.removals.larger_until says so for a time"
    )


@pytest.mark.parametrize(("leavers", "is_refused"), [(3, False), (4, True)])
def test_up_to_the_share_it_is_not(leavers: int, is_refused: bool, council: Council, edit: Edit) -> None:
    estate = edit()
    file = estate.file.with_name("people.csv")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-leavers]))

    assert bool(council.plan(estate).refusal) == is_refused


def test_the_estates_word_allows_more_until_its_day(council: Council, edit: Edit) -> None:
    estate = emptied(edit({"share: 20%": "share: 20%, larger_until: 2026-12-01, reason: a council leaves"}))

    assert council.plan(estate, date(2026, 12, 1)).refusal == ""
    assert council.plan(estate, date(2026, 12, 2)).refusal != ""


def test_an_export_whose_roles_are_gone_counts_as_taking_away(council: Council, edit: Edit) -> None:
    estate = edit()
    file = estate.file.with_name("people.csv")
    rows = [line.split(",") for line in file.read_text().splitlines()]
    file.write_text(
        "\n".join(",".join([*row[:3], "" if number else "roles", *row[4:]]) for number, row in enumerate(rows))
    )
    made = council.plan(estate)

    assert {step.act for step in made.steps} == {Act.LEAVE}
    assert made.refusal.startswith("12 of 18 managed accounts (66 %) would be disabled, deleted or left without a role")
