"""One role reaches the same things at every council; each difference is told, with its reason or none."""

from collections.abc import Callable

from pyops.estate import Estate
from pyops.identity.parity import Difference, parity
from pyops.identity.people import read_people

from .conftest import TODAY, Council
from .directory import foreign

Edit = Callable[..., Estate]


def compared(council: Council, estate: Estate) -> list[Difference]:
    """Without the one that the lab's estate gives a reason for."""
    found = parity(estate, read_people(estate), council.holding, TODAY)
    return [one for one in found if one.role != "call_centre" or not one.is_excused]


def told(differences: list[Difference]) -> list[tuple[str, str, str, str]]:
    return [(one.role, one.partner, one.login, one.what) for one in differences]


def test_a_role_that_a_council_does_without_is_told_with_its_reason(council: Council, edit: Edit) -> None:
    estate = edit()
    (one,) = parity(estate, read_people(estate), council.holding, TODAY)

    assert one.what == "people of stratford cannot have the role, which reaches desktops"
    assert (one.role, one.partner, one.reason, one.owner, str(one.until)) == (
        "call_centre",
        "stratford",
        "its call centre is not shared: contract of the old call centre",
        "stratford",
        "2027-04-30",
    )
    assert one.is_excused


def test_without_a_deviation_it_has_no_reason(council: Council, edit: Edit) -> None:
    estate = edit({"login: [application]}": "login: [application], partners: [cherwell, stratford]}"})
    estate.file.with_name("people.csv").write_text("login,name,partner,roles,mail,starts,ends\n")
    first = compared(Council(), estate)[0]

    assert told([first]) == [
        (
            "auditors",
            "south_northamptonshire",
            "",
            "people of south_northamptonshire cannot have the role, which reaches application",
        )
    ]
    assert not first.is_excused


def test_accounts_with_more_or_less_than_their_roles_are_told(council: Council, edit: Edit) -> None:
    accounts = council.directory.accounts
    accounts["cdc.officer.01"]["groups"] = []
    accounts["snc.officer.01"]["groups"] += ["platform_engineers", "Domain Admins"]
    accounts["sdc.auditor.01"]["enabled"] = False

    assert told(compared(council, edit())) == [
        ("desk_officers", "cherwell", "cdc.officer.01", "lacks the role; pyops identity apply has not been run since"),
        ("Domain Admins", "south_northamptonshire", "snc.officer.01", "is in a group that no role gives"),
        ("platform_engineers", "south_northamptonshire", "snc.officer.01", "has the role without the people file"),
        ("auditors", "stratford", "sdc.auditor.01", "is disabled by hand"),
        ("desk_officers", "stratford", "sdc.auditor.01", "is disabled by hand"),
    ]


def test_others_in_a_role_and_groups_within_groups_are_told(council: Council, edit: Edit) -> None:
    council.directory.accounts["contractor"] = foreign("contractor", "server_engineers", "Users")
    council.directory.groups["auditors"]["groups"] = ["Backup Operators"]

    assert told(compared(council, edit())) == [
        ("server_engineers", "", "contractor", "has the role, and is not managed by this estate"),
        ("auditors", "", "", "is itself in the group Backup Operators, so that it reaches what that reaches"),
    ]


def test_a_leaver_who_still_has_a_role_is_told(council: Council, edit: Edit) -> None:
    row = "sdc.officer.02,Stratford desk officer 02,stratford,desk_officers,sdc.officer.02@lab.ict.example,,\n"

    assert told(compared(council, edit(people={row: ""}))) == [
        ("desk_officers", "stratford", "sdc.officer.02", "has the role, and is a leaver's")
    ]
