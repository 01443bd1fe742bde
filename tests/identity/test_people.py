"""The people file is read whole or not at all, and every fault is told at its line."""

import base64
from collections.abc import Callable
from datetime import date

import pytest

from pyops.errors import Refused
from pyops.estate import Estate
from pyops.identity.people import read_people

Edit = Callable[..., Estate]
ROW = "cdc.officer.01,Cherwell desk officer 01,cherwell,desk_officers,cdc.officer.01@lab.ict.example,,"
LDIF = """version: 1

# the first of them
dn: uid=cdc.officer.01,ou=staff
objectClass: inetOrgPerson
uid: cdc.officer.01
cn:: {name}
o: cherwell
employeeType: desk_officers
employeeType: call_centre
mail: cdc.officer.01@lab.
 ict.example
starts: 2026-12-01

dn: uid=sdc.officer.01,ou=staff
uid: sdc.officer.01
cn: Stratford desk officer 01
o: stratford
"""


def test_people_are_the_rows_of_the_file(edit: Edit) -> None:
    people = read_people(edit(people={f"{ROW[:-1]},": f"{ROW[:-1]}2026-12-01,2027-03-31"}))

    assert len(people) == 12
    first = people[0]
    assert (first.login, first.name, first.partner, first.roles) == (
        "cdc.officer.01",
        "Cherwell desk officer 01",
        "cherwell",
        ("desk_officers",),
    )
    assert (first.mail, first.starts, first.ends) == (
        "cdc.officer.01@lab.ict.example",
        date(2026, 12, 1),
        date(2027, 3, 31),
    )


def test_an_account_works_from_the_first_day_to_the_last(edit: Edit) -> None:
    person = read_people(edit(people={f"{ROW[:-1]},": f"{ROW[:-1]}2026-12-01,2027-03-31"}))[0]

    days = [date(2026, 11, 30), date(2026, 12, 1), date(2027, 3, 31), date(2027, 4, 1)]
    assert [person.is_here(day) for day in days] == [False, True, True, False]
    assert [person.is_coming(day) for day in days] == [True, False, False, False]


def test_a_byte_order_mark_and_names_of_any_language_are_read(edit: Edit) -> None:
    estate = edit(people={"Cherwell desk officer 01": '"Zoë, desk officer"'})
    file = estate.file.with_name("people.csv")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert read_people(estate)[0].name == "Zoë, desk officer"


def test_an_estate_without_a_people_file_has_no_people(edit: Edit) -> None:
    line = "  people: people.csv                   # an export of the personnel systems; `pyops identity plan` shows what it changes\n"
    assert read_people(edit({line: ""})) == ()


BROKEN = [
    (
        {"cdc.officer.01,": "Cdc Officer,"},
        "2: login: Cdc Officer, must be a login of small letters and digits, a letter first, with single dots, hyphens or underscores",
    ),
    (
        {"cdc.officer.01,": "cdc.officer.of.the.desk,"},
        "2: login: cdc.officer.of.the.desk, may have 20 characters at most, has 23",
    ),
    ({"cdc.officer.01,": "operator,"}, "2: login: operator, is already a name of a local account on every host"),
    ({"cdc.officer.01,": "guest,"}, "2: login: guest, is already a name of every directory from its first day on"),
    ({"cdc.officer.01,": "auditors,"}, "2: login: auditors, is already a name in directory.groups of the estate"),
    ({"cdc.officer.02,": "cdc.officer.01,"}, "3: login: cdc.officer.01, is already a name on line 2"),
    ({"Cherwell desk officer 01": ""}, "2: name: nothing, must be one line of text"),
    (
        {"01,cherwell,desk": "01,cherwel,desk"},
        "2: partner: cherwel, is not a partner of this estate; did you mean cherwell?",
    ),
    (
        {"cherwell,desk_officers,": "cherwell,desk_officer,"},
        "2: roles: desk_officer, is not a group of this estate; did you mean desk_officers?",
    ),
    ({"cherwell,desk_officers,": "cherwell,auditors auditors,"}, "2: roles: auditors, is given twice"),
    (
        {"stratford,desk_officers,": "stratford,call_centre,"},
        "10: roles: call_centre, is not for people of stratford: directory.groups.call_centre.partners is cherwell, south_northamptonshire",
    ),
    (
        {"cdc.officer.01@lab.ict.example,,": "cdc.officer.01,,"},
        "2: mail: cdc.officer.01, must be a mail address, as in cdc.officer.01@ict.example",
    ),
    ({f"{ROW}": f"{ROW[:-1]}01/12/2026,"}, "2: starts: 01/12/2026, must be a date, as in 2026-11-10"),
    ({f"{ROW}": f"{ROW[:-1]}2026-12-01,2026-11-30"}, "2: ends: 2026-11-30, lies before the first day, 2026-12-01"),
    ({f"{ROW}": f"{ROW},"}, "2: (row): 8 cells, a row has as many as the first line: 7"),
    (
        {"login,name": "name,login"},
        "1: (columns): name,login,partner,roles,mail,starts,ends, the first line must name the columns login,name,partner,roles,mail,starts,ends",
    ),
    ({"Cherwell desk officer 01": '"Cherwell'}, "2: (row): is not CSV: unexpected end of data"),
]


@pytest.mark.parametrize(("people", "says"), BROKEN)
def test_a_mistake_is_refused_in_these_words(people: dict[str, str], says: str, edit: Edit) -> None:
    estate = edit(people=people)
    with pytest.raises(Refused) as refused:
        read_people(estate)

    assert str(refused.value) == f"{estate.file.with_name('people.csv')}:{says}"


def test_all_mistakes_are_told_at_once(edit: Edit) -> None:
    estate = edit(people={"01,cherwell,": "01,cherwel,", "snc.officer.01,S": "Snc,S", "sdc.officer.01@lab": "@lab"})
    with pytest.raises(Refused) as refused:
        read_people(estate)

    assert [line.split(":")[1] for line in str(refused.value).splitlines()] == ["2", "6", "10"]


def test_a_missing_file_and_one_of_other_bytes_are_refused(edit: Edit) -> None:
    estate = edit()
    file = estate.file.with_name("people.csv")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match=r"people\.csv:1: \(file\): byte 0 is not UTF-8"):
        read_people(estate)
    file.unlink()
    with pytest.raises(Refused, match=r"people\.csv:1: \(file\): cannot be read: no such file or directory"):
        read_people(estate)


def ldif(edit: Edit, text: str) -> Estate:
    estate = edit({"people: people.csv": "people: people.ldif"})
    estate.file.with_name("people.ldif").write_text(text, encoding="utf-8")
    return estate


def test_an_ldif_export_is_read_too(edit: Edit) -> None:
    encoded = base64.b64encode("Zoë, desk officer".encode()).decode()
    first, second = read_people(ldif(edit, LDIF.format(name=encoded)))

    assert (first.login, first.name, first.partner) == ("cdc.officer.01", "Zoë, desk officer", "cherwell")
    assert (first.roles, first.mail) == (("desk_officers", "call_centre"), "cdc.officer.01@lab.ict.example")
    assert (first.starts, first.ends) == (date(2026, 12, 1), None)
    assert (second.login, second.roles) == ("sdc.officer.01", ())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "o: stratford",
            "o: avon",
            "15: partner: avon, is not a partner of this estate; known: cherwell, south_northamptonshire, stratford",
        ),
        ("cn:: {name}", "cn:: é", "4: cn: é, is not UTF-8 in base64"),
        ("cn: Stratford desk officer 01\n", "", "15: name: is missing"),
        (
            "uid: sdc.officer.01\n",
            "changetype: delete\n",
            "15: changetype: delete, is a change: an export of entries is read, with no changes in it",
        ),
    ],
)
def test_a_mistake_of_an_ldif_export_is_told_at_its_entry(old: str, new: str, says: str, edit: Edit) -> None:
    estate = ldif(edit, LDIF.replace(old, new).format(name="eA=="))
    with pytest.raises(Refused) as refused:
        read_people(estate)

    assert str(refused.value) == f"{estate.file.with_name('people.ldif')}:{says}"
