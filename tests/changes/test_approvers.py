"""The approvers file is read strictly: each wrong line is told with its place, value and rule."""

import subprocess
from pathlib import Path

import pytest

from pyops.changes.approvers import read, roles_of
from pyops.errors import Refused
from pyops.estate import Estate, load
from tests.changes.people import NAMESPACES, Desk

ROOT = Path(__file__).parents[2]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def lab() -> Estate:
    return load(ROOT / "inventories" / "lab" / "estate.yml")


def refusal(file: Path, *known: frozenset[str]) -> str:
    with pytest.raises(Refused) as refused:
        read(file, *known)
    return str(refused.value)


def test_a_line_says_who_it_is_and_which_roles_the_key_holds(desk: Desk) -> None:
    desk.allow(
        "# who may approve\n\n",
        desk.line("ict.lead@cherwell,partner/cherwell,service", "lead"),
        f"  {desk.line('ict.lead@cherwell,service', 'token').strip()} the key of the token\r\n",
    )
    first, second = read(desk.approvers)

    assert (first.principal, first.roles, first.line) == ("ict.lead@cherwell", ("partner/cherwell", "service"), 3)
    assert first.key == desk.public("lead")
    shown = subprocess.run(["ssh-keygen", "-lf", desk.key("lead")], capture_output=True, text=True, check=True)
    assert first.fingerprint == shown.stdout.split()[1]
    assert (second.principal, second.roles, second.line) == ("ict.lead@cherwell", ("service",), 4)


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_other_types_of_keys_are_read(desk: Desk, kind: str) -> None:
    desk.key("lead", kind)
    desk.allow(desk.line("ict.lead@cherwell,service", "lead"))

    assert [one.principal for one in read(desk.approvers)] == ["ict.lead@cherwell"]


WHO = "the first principal is who it is: letters, digits and .+-_ around one @"
SHAPE = 'must be `who,role,role namespaces="pyops-change" type key`'


@pytest.mark.parametrize(
    ("principals", "given", "rule"),
    [
        ("*", "*", WHO),
        ("*@cherwell,service", "*@cherwell", WHO),
        ("!owner@stratford", "!owner@stratford", WHO),
        ("own?r@stratford", "own?r@stratford", WHO),
        ('"owner@stratford"', '"owner@stratford"', WHO),
        ("owner@stratford@x", "owner@stratford@x", WHO),
        ("-owner", "-owner", WHO),
        ("", "", WHO),
        ("\u043ewner@stratford", "\u043ewner@stratford", WHO),
        ("owner\u202e@stratford", "owner\u202e@stratford", WHO),
        ("service", "service", WHO),
        ("partner/cherwell", "partner/cherwell", WHO),
        ("owner@stratford,", "", "a role is partner/<id>, system/<id> or service"),
        ("owner@stratford,*", "*", "a role is partner/<id>, system/<id> or service"),
        ("owner@stratford,partner/*", "partner/*", "a role is partner/<id>, system/<id> or service"),
        ("owner@stratford,Service", "Service", "a role is partner/<id>, system/<id> or service"),
        ("owner@stratford,site/banbury", "site/banbury", "a role is partner/<id>, system/<id> or service"),
    ],
)
def test_principals_that_are_none_are_refused(desk: Desk, principals: str, given: str, rule: str) -> None:
    desk.allow("# a comment\n", desk.line(principals or ",service", "owner"))

    assert refusal(desk.approvers) == f"{desk.approvers}:2: {given!r}, {rule}"


@pytest.mark.parametrize(
    ("options", "given", "rule"),
    [
        ("", "no option", 'must be namespaces="pyops-change", so that the key approves changes only'),
        (
            'namespaces="git"',
            'namespaces="git"',
            'must be namespaces="pyops-change", so that the key approves changes only',
        ),
        (
            'namespaces="*"',
            'namespaces="*"',
            'must be namespaces="pyops-change", so that the key approves changes only',
        ),
        (f"cert-authority,{NAMESPACES}", "cert-authority", "the options are namespaces, valid-after and valid-before"),
        (f'{NAMESPACES},valid-before="soon"', 'valid-before="soon"', "must be a day as 20270331, or a minute of it"),
    ],
)
def test_options_that_let_in_more_are_refused(desk: Desk, options: str, given: str, rule: str) -> None:
    desk.allow(desk.line("owner@stratford,service", "owner", options))

    assert refusal(desk.approvers) == f"{desk.approvers}:1: {given!r}, {rule}"


def test_days_of_a_key_are_left_for_ssh_keygen_to_judge(desk: Desk) -> None:
    desk.allow(desk.line("owner@stratford,service", "owner", f'{NAMESPACES},valid-before="20270331"'))

    assert read(desk.approvers)[0].options == f'{NAMESPACES},valid-before="20270331"'


@pytest.mark.parametrize(
    ("line", "given", "rule"),
    [
        ("owner@stratford", "owner@stratford", SHAPE),
        ("owner@stratford service", "owner@stratford service", SHAPE),
        (f"owner@stratford {NAMESPACES} ssh-ed25519 AAAA", "AAAA", "is no key of type ssh-ed25519"),
        (f"owner@stratford {NAMESPACES} ssh-ed25519 AAAAA", "AAAAA", "is no key of type ssh-ed25519"),
        (
            f"owner@stratford {NAMESPACES} ssh-dss AAAA",
            "ssh-dss",
            "the types of keys are ssh-ed25519, sk-ssh-ed25519@openssh.com, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, "
            "ecdsa-sha2-nistp521, sk-ecdsa-sha2-nistp256@openssh.com, ssh-rsa",
        ),
    ],
)
def test_lines_that_are_none_are_refused(desk: Desk, line: str, given: str, rule: str) -> None:
    desk.allow(line)

    assert refusal(desk.approvers) == f"{desk.approvers}:1: {given!r}, {rule}"


def test_one_key_is_of_one_line(desk: Desk) -> None:
    """Else an author could sign as somebody else, and nobody could say who did."""
    desk.allow(desk.line("ict.engineer@cherwell", "key"), desk.line("owner@stratford,service", "key"))
    key = desk.allow(desk.line("ict.engineer@cherwell", "key"))
    print_of = read(key)[0].fingerprint
    desk.allow(desk.line("ict.engineer@cherwell", "key"), desk.line("owner@stratford,service", "key"))

    assert refusal(desk.approvers) == (
        f"{desk.approvers}:2: {print_of!r}, is the key of ict.engineer@cherwell in line 1 already".replace("'", "")
    )


def test_roles_are_those_of_the_estate(desk: Desk, lab: Estate) -> None:
    known = roles_of(lab)
    assert known == {
        "service",
        *(f"partner/{partner}" for partner in lab.partners),
        *(f"system/{system}" for system in lab.systems),
    }
    desk.allow(desk.line("owner@stratford,partner/narnia", "owner"))

    assert refusal(desk.approvers, known) == (
        f"{desk.approvers}:1: 'partner/narnia', the estate has no such role, it has {', '.join(sorted(known))}"
    )


def test_a_file_that_is_not_there_says_what_it_is_for(desk: Desk) -> None:
    assert refusal(desk.approvers) == (
        f"{desk.approvers}: there is no such file, it names who may approve (docs/guides/changes.md)"
    )


def test_a_file_that_is_no_text_is_refused(desk: Desk) -> None:
    desk.approvers.write_bytes(b"\xff\xfe")

    assert refusal(desk.approvers).startswith(f"{desk.approvers}: cannot be read as text, ")
