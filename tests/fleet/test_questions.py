"""What is asked about many hosts: whom it means, what is so of them, and what changed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pyops.errors import WrongUsage
from pyops.estate import Estate, load
from pyops.fleet.answer import Answer
from pyops.fleet.changes import told
from pyops.fleet.facts import Facts
from pyops.fleet.interpreting import facts_of
from pyops.fleet.observation import Latest, Observation, Reason, Silence
from pyops.fleet.packages import Packages
from pyops.fleet.questions import PackageQuestion, Question, ask
from pyops.fleet.selection import groups_of, hosts_of, select
from pyops.fleet.target import Target
from pyops.fleet.targets import targets_of
from pyops.patches.versions import order

from .answers import PACKAGES, ahead, answer

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def lab() -> Estate:
    return load(ROOT / "inventories" / "lab")


def facts(**changes: str | None) -> Facts:
    now = datetime.now(UTC)
    text = answer("0" * 32, **changes)
    return facts_of(Answer(Target("web", "10.0.0.1"), "0" * 32, now, now, text), Packages())


def said(question: Question, found: Facts) -> tuple[str, ...] | None:
    match = ask(question, Latest("web", Observation("web", NOW, found), None), NOW)
    return match.words if match else None


def package(text: str) -> Question:
    return Question(package=PackageQuestion.parse(text, order))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("openssl", ("openssl 3.0.15-1~deb12u1",)),
        ("openssl<3.0.15-1", ("openssl 3.0.15-1~deb12u1",)),
        ("openssl < 3.0.15-1~deb12u1", None),
        ("openssl<=3.0.15-1~deb12u1", ("openssl 3.0.15-1~deb12u1",)),
        ("openssl!=3.0.9-1", ("openssl 3.0.15-1~deb12u1",)),
        ("libc6*", ("libc6 2.36-9+deb12u9, libc6:i386 2.36-9+deb12u9",)),
        ("gone", None),
        ("nothing", None),
    ],
)
def test_packages_by_name_and_version(text: str, words: tuple[str, ...] | None) -> None:
    assert said(package(text), facts(packages=PACKAGES + "gone\t1\tamd64\trc \n")) == words


@pytest.mark.parametrize("text", ["", "openssl<", "openssl 3", "<3", "OpenSSL"])
def test_what_is_no_question_about_a_package_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        PackageQuestion.parse(text, order)

    assert str(refused.value) == f"--package: {text}, is not NAME or NAME and one of < <= = >= > != and VERSION"


def test_all_that_is_asked_must_be_so() -> None:
    asks_for_reboot = facts(reboot="yes\n")
    both = Question(package=PackageQuestion.parse("openssl", order), is_reboot_needed=True)

    assert said(both, asks_for_reboot) == ("openssl 3.0.15-1~deb12u1", "runs 6.1.0-28-amd64")
    assert said(both, facts()) is None


@pytest.mark.parametrize(
    ("question", "so", "not_so"),
    [
        (Question(kernel="6.1.*"), {}, {"kernel": "5.10.0-1-amd64\n#1\n"}),
        (Question(system="bookworm"), {}, {"system": "ID=debian\nVERSION_CODENAME=trixie\n"}),
        (Question(is_reboot_needed=True), {"boot": "vmlinuz-6.1.0-28-amd64\nvmlinuz-6.1.0-30-amd64\n"}, {}),
        (Question(is_reboot_needed=True), {"packages": "linux-image-6.1.0-28-amd64\t6.1.124-1\tamd64\tii \n"},
         {"packages": "linux-image-6.1.0-28-amd64\t6.1.119-1\tamd64\tii \n", "boot": "vmlinuz-6.1.0-28-rt-amd64\n"}),
        (Question(is_broken=True), {"packages": "frr\t8.4\tamd64\tiU \n"}, {"packages": "frr\t8.4\tamd64\trc \n"}),
        (Question(is_held=True), {"packages": "frr\t8.4\tamd64\thi \n"}, {}),
        (Question(is_full=True), {"disks": "Filesystem\n/dev/vda1 100 97 1 99% /\n"}, {}),
        (Question(unconverged_for=timedelta(days=7)), {"converged": "1763000000\n"}, {"converged": "1795500000\n"}),
        (Question(unconverged_for=timedelta(days=7)), {}, {"converged": "1795500000\n"}),
    ],
)  # fmt: skip
def test_each_question_tells_who_is_so_from_who_is_not(
    question: Question, so: dict[str, str], not_so: dict[str, str]
) -> None:
    assert said(question, facts(**so))
    assert said(question, facts(**not_so)) is None


def test_a_clock_is_off_only_beyond_what_asking_took() -> None:
    minute = timedelta(minutes=1)

    assert said(Question(clock_off=minute), facts(clock=ahead(timedelta(days=-1)))) == ("clock -86,400.0 s",)
    assert said(Question(clock_off=minute), facts(clock=ahead(minute / 2))) is None


def test_of_a_silent_host_nothing_is_so() -> None:
    silence = Silence("web", NOW, Reason.UNREACHABLE, "")

    assert ask(Question(kernel="*"), Latest("web", Observation("web", NOW, facts()), silence), NOW) is None
    assert ask(Question(kernel="*"), Latest("web", None, None), NOW) is None


def test_groups_are_those_that_ansible_sees(lab: Estate) -> None:
    import json
    import subprocess
    import sys

    listed = subprocess.run(
        [Path(sys.executable).parent / "ansible-inventory", "-i", ROOT / "inventories" / "lab", "--list"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    inventory = json.loads(listed.stdout)
    theirs = {name: set(group.get("hosts", [])) for name, group in inventory.items() if name not in ("_meta", "all")}
    ours = {name: set(hosts) for name, hosts in groups_of(lab).items() if name != "all"}

    assert {name: hosts for name, hosts in ours.items() if theirs.get(name) != hosts} == {}
    assert set(inventory["_meta"]["hostvars"]) == set(hosts_of(lab))


def test_a_limit_means_what_it_means_to_ansible(lab: Estate) -> None:
    assert select(lab, "") == hosts_of(lab)
    assert select(lab, "banbury-router-01") == ("banbury-router-01",)
    assert select(lab, "site_banbury:&pool_router,stratford-router-*") == ("banbury-router-01", "stratford-router-01")
    assert set(select(lab, "!desktops")) == {server.name for server in lab.servers}
    with pytest.raises(WrongUsage) as refused:
        select(lab, "banbury-ruter-01")
    assert str(refused.value) == (
        "--limit: banbury-ruter-01, is no host and no group of the estate; did you mean banbury-router-01?"
    )


def test_desks_without_a_planned_address_are_asked_for_by_name(lab: Estate) -> None:
    production = load(ROOT / "inventories" / "production")
    desk = production.desktops.desks[0]
    router = next(server for server in lab.servers if server.pool.gateway)

    assert targets_of(production, [desk.name])[0].address == f"{desk.name}.{production.domain}"
    assert targets_of(lab, [router.name], {router.name: "hash"}) == (
        Target(router.name, str(router.address), known_status="hash"),
    )


def test_history_says_what_changed() -> None:
    day = timedelta(days=1)
    newer = PACKAGES.replace("openssl\t3.0.15", "openssl\t3.0.16") + "frr\t8.4\tamd64\tii \n"
    readings = (
        Observation("web", NOW + 3 * day, facts(packages=newer, uptime="60.0 1.0\n")),
        Observation("web", NOW + 2 * day, facts(packages=newer)),
        Silence("web", NOW + day, Reason.DEADLINE_PASSED, "x"),
        Observation("web", NOW, facts()),
    )

    assert [entry.changes for entry in told(readings)] == [
        ("restarted",),
        ("frr: not installed -> 8.4", "openssl: 3.0.15-1~deb12u1 -> 3.0.16-1~deb12u1"),
        (),
        ("Debian GNU/Linux 12 (bookworm), kernel 6.1.0-28-amd64, 4 packages",),
    ]
