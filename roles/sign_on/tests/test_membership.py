"""How a host becomes a member, stays one while no controller answers, leaves, and comes back."""

import base64
import json
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from testinfra.host import Host

from .conftest import MEMBER, OFFICER, PASSWORD, STRANGER, WRONG, Logins, soon

testinfra_hosts = ["ansible://role-sign-on"]

ROLE = Path(__file__).parents[1]
ACCOUNT = (ROLE / "files" / "sign_on_account.py").read_text(encoding="utf-8")
ASKED = {"computer": "role-sign-on", "host": MEMBER, "services": ["host", "cifs"]}

Run = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Apply the role, with other arguments or in check mode; the tasks that changed."""

    def apply(*options: str) -> list[str]:
        results = tmp_path / "results.jsonl"
        inventory = f"--inventory={os.environ['MOLECULE_INVENTORY_FILE']}"
        command = ["ansible-playbook", inventory, *options, str(ROLE / "molecule" / "default" / "converge.yml")]
        known = {**os.environ, "PYOPS_RESULTS": str(results)}
        done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        told = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
        return sorted(result["task"] for result in told if result["changed"])

    return apply


@pytest.fixture
def no_controller(controller: Host) -> Iterator[None]:
    """None answers; afterwards it does again."""
    controller.check_output("systemctl stop samba-ad-dc")
    yield
    controller.check_output("systemctl start samba-ad-dc")


def ask_account(controller: Host, verb: str, **other: str) -> tuple[int, str]:
    """How the program on the controller ends, and what it says."""
    asked = json.dumps(ASKED | other)
    done = controller.run("sh -c %s", f"echo {shlex.quote(asked)} | python3 -c {shlex.quote(ACCOUNT)} {verb}")
    return done.rc, (done.stdout if done.rc == 0 else done.stderr.splitlines()[-1]).strip()


def test_keys_are_roots_alone_and_of_the_strongest_kinds(host: Host, controller: Host) -> None:
    assert host.file("/etc/krb5.keytab").mode == 0o600
    kinds = {line.split()[-1] for line in host.check_output("klist -ke /etc/krb5.keytab").splitlines() if "@" in line}
    assert kinds == {"(aes256-cts-hmac-sha1-96)", "(aes128-cts-hmac-sha1-96)"}
    shown = controller.check_output("samba-tool computer show role-sign-on")
    assert "msDS-SupportedEncryptionTypes: 24" in shown


def test_keys_stand_in_no_journal(host: Host, controller: Host) -> None:
    keytab = base64.b64encode(host.file("/etc/krb5.keytab").content).decode()
    for place in (host, controller):
        lines = place.check_output("journalctl --no-pager --output cat")
        assert len(lines) > 1000
        assert keytab[200:240] not in lines


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            {"host": "stranger.roles.ict.example"},
            f"role-sign-on: {MEMBER} has this name, a computer's name is one host's alone",
        ),
        (
            {"computer": "dc-near-01", "host": "dc-near-01.roles.ict.example"},
            "dc-near-01: an account of another kind, it stays as it is",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["present", "absent"])
def test_another_ones_account_stays_as_it_is(controller: Host, verb: str, other: dict[str, str], said: str) -> None:
    name = other.get("computer", "role-sign-on")
    before = controller.check_output(f"samba-tool computer show {name}")
    assert ask_account(controller, verb, **other) == (1, said)
    assert controller.check_output(f"samba-tool computer show {name}") == before


@pytest.mark.usefixtures("no_controller")
def test_while_no_controller_answers_known_people_log_in_and_the_membership_stays(logins: Logins, run: Run) -> None:
    assert logins.by_password(OFFICER).rc == 0
    assert "Permission denied" in logins.by_password(OFFICER, password=WRONG).stderr
    assert logins.by_password(STRANGER).rc != 0
    assert run() == []


def test_names_are_known_while_the_hosts_own_service_of_names_is_dead(host: Host) -> None:
    name = f"getent ahostsv4 {MEMBER}"
    assert host.run(name).rc == 0
    host.check_output("systemctl stop dnsmasq")
    known = host.run(name).rc
    host.check_output("systemctl start dnsmasq")
    assert known == 0


def test_a_join_that_ended_before_the_keys_were_taken_is_completed(controller: Host, logins: Logins, run: Run) -> None:
    status, keytab = ask_account(controller, "present")
    assert (status, len(keytab) > 100) == (0, True)  # and lost on its way to the member
    changes = run("--check")
    assert "Take the new keys" in changes
    assert run() == changes
    assert soon(lambda: logins.by_password(OFFICER).rc == 0)


@pytest.fixture
def member_again(run: Run) -> Iterator[None]:
    """However a test ends, the others find a member."""
    yield
    run()


@pytest.mark.usefixtures("member_again")
def test_a_member_leaves_and_comes_back_as_the_dry_runs_said(
    host: Host, controller: Host, logins: Logins, run: Run
) -> None:
    assert logins.by_password(OFFICER).rc == 0
    leave = ("--extra-vars", "sign_on_state=absent")
    changes = run("--check", *leave)
    assert "Take away the account of the computer" in changes
    assert run(*leave) == changes
    assert run(*leave) == []

    assert ask_account(controller, "read") == (0, "")
    assert not host.file("/etc/krb5.keytab").exists
    assert not host.file("/run/sign-on-ended").exists
    assert host.run("systemctl --quiet is-active sign-on-ended.timer").rc != 0
    assert logins.by_password(OFFICER, password=PASSWORD).rc != 0
    assert host.run(f"getent passwd {OFFICER}").rc != 0

    changes = run("--check")
    assert run() == changes
    assert soon(lambda: logins.by_password(OFFICER).rc == 0)
