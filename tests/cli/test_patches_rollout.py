"""`pyops patches rollout` with real Ansible on this machine, over hosts that answer as what was done to them."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from pyops.cli import patches_reading
from pyops.cli.patches_hands import Hands
from tests.patches.hosts import EVERYWHERE
from tests.patches.publishing import Signer, Site

from .acting import HOSTS, NAME, NEW, Acting, acting

WHY = "the portal is under attack, {{ 7 * 7 }} reports"
LIMIT = ("--limit", "pool_directory")


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("mirror")
    made = Site(folder, Signer(folder / "signer").make())
    debs = [made.build(name, version) for name, version in (*EVERYWHERE, ("openssl", NEW))]
    for ring in ("test", "early", "broad"):
        made.publish(ring, debs, ["Label: 2026-11-10"])
    return made


@pytest.fixture
def patches(
    tmp_path: Path, mirror: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Acting]:
    with ExitStack() as stack:
        yield acting(tmp_path, mirror, stack, capsys, monkeypatch)


@pytest.fixture
def place(mirror: Site) -> tuple[str, str]:
    return ("--mirror", str(mirror.folder))


def test_a_rollout_brings_site_after_site_to_its_ring_and_a_second_one_finds_nothing_to_do(
    patches: Acting, place: tuple[str, str]
) -> None:
    code, found = patches.json("rollout", *place, *LIMIT, "--outside-window", WHY)

    assert (code, found["done"], found["failed"], found["stopped"], found["untouched"]) == (0, [*HOSTS], [], None, [])
    assert patches.patched == dict.fromkeys(HOSTS, WHY)
    assert [event["event"] for event in patches.events] == ["begun", *["wave", "host"] * 3, "ended"]
    assert patches.events[0]["outside_window"] == WHY
    assert patches.events[-1]["how"] == "finished"

    code, said, _ = patches("rollout", *place, *LIMIT, "--outside-window", WHY)
    assert (code, said) == (0, "nothing to do: no host that can be taken along is behind\n")


def test_the_first_failure_stops_it_names_site_host_task_and_message_and_it_resumes(
    patches: Acting, place: tuple[str, str]
) -> None:
    patches.break_(HOSTS[1])
    code, said, told = patches("rollout", *place, *LIMIT, "--outside-window", WHY)

    assert code == 1
    assert re.search(rf"towcester *│ *{HOSTS[1]} *│ *Install what the ring carries: .*non-zero return code", said)
    assert f"untouched: {HOSTS[2]}" in said
    assert f"==> towcester, 1 at once: {HOSTS[1]}" in told
    assert set(patches.patched) == {HOSTS[0]}
    assert patches.events[-1]["how"] == "stopped"

    patches.servers[HOSTS[1]].lets_in = False
    code, _, told = patches("rollout", *place, *LIMIT, "--outside-window", WHY)
    assert code == 1
    assert f"{HOSTS[1]}: the last rollout did not end well on it, and it must be mended" in told
    patches.servers[HOSTS[1]].lets_in = True

    patches.mend(HOSTS[1])
    code, found = patches.json("rollout", *place, *LIMIT, "--outside-window", WHY)
    assert (code, found["done"]) == (0, [*HOSTS[1:]])


def test_a_host_that_is_not_as_its_ring_after_all_is_a_failure_whatever_ansible_says(
    patches: Acting, place: tuple[str, str]
) -> None:
    (patches.folder / "stuck" / HOSTS[0]).touch()
    code, found = patches.json("rollout", *place, *LIMIT, "--outside-window", WHY)

    assert code == 1
    ((host, site, why),) = [(one["host"], one["site"], one["why"]) for one in found["failed"]]
    assert (host, site) == (HOSTS[0], "banbury")
    assert re.fullmatch(r"(overdue|outside window): openssl, its window .*", why)
    assert found["untouched"] == [*HOSTS[1:]]


def test_a_host_that_does_not_come_back_is_a_failure(patches: Acting, place: tuple[str, str]) -> None:
    def work(_hands: Hands, _wave: object) -> dict[str, str]:
        patches.servers[HOSTS[0]].lets_in = False
        return {}

    patches.monkeypatch.setattr(Hands, "work", work)
    code, found = patches.json("rollout", *place, *LIMIT, "--outside-window", WHY)

    assert code == 1
    assert found["failed"][0]["why"].startswith("offline: authentication refused")


def test_sites_whose_window_is_not_open_wait_for_their_day(patches: Acting, place: tuple[str, str]) -> None:
    later = patches_reading.now() + timedelta(days=3)
    file = patches.folder / "estate.yml"
    file.write_text(re.sub("(tues|wednes|thurs)day", f"{later:%A}".lower(), file.read_text()))
    code, said, _ = patches("rollout", *place, *LIMIT)

    assert code == 0
    assert "nothing to do now: no window is open" in said
    for host in HOSTS:
        assert re.search(rf"{host.partition('-')[0]} *│ *{later:%Y-%m-%d} *│ *{host}", said)
    assert patches.patched == {}
    assert patches("rollout", *place, *LIMIT, "--outside-window", " ")[0] == 2


def test_a_check_shows_the_plan_and_the_dry_run_of_the_first_wave(patches: Acting, place: tuple[str, str]) -> None:
    code, found = patches.json("rollout", *place, *LIMIT, "--outside-window", WHY, "--check")
    again, said, _ = patches("rollout", *place, *LIMIT, "--outside-window", WHY, "--check")

    assert (code, again, patches.patched, patches.events) == (0, 0, {}, [])
    assert [stage["site"] for stage in found["stages"]] == ["banbury", "towcester", "stratford"]
    assert found["changes"] == [{"host": HOSTS[0], "task": "Write down why and when"}]
    assert "the first wave would change" in said
    patches.break_(HOSTS[0])
    assert patches("rollout", *place, *LIMIT, "--outside-window", WHY, "--check")[0] == 3


def test_two_at_once_are_refused(patches: Acting, place: tuple[str, str]) -> None:
    reading = patches_reading.Reading(patches_reading.Asked(patches.folder))
    with patches_reading.alone(reading, "patches promote"):
        code, _, told = patches("rollout", *place, *LIMIT)

    assert code == 1
    assert re.match(rf"{NAME}: `patches promote` \(process \d+, since .*\) works on its patches, wait until", told)


def test_an_interrupt_between_waves_leaves_all_well_and_the_next_run_goes_on(
    patches: Acting, place: tuple[str, str]
) -> None:
    closed = Hands.closed

    def interrupted(hands: Hands, site: str) -> str:
        if site == "towcester":
            raise KeyboardInterrupt
        return closed(hands, site)

    patches.monkeypatch.setattr(Hands, "closed", interrupted)
    code, _, told = patches("rollout", *place, *LIMIT, "--outside-window", WHY)

    assert code == 130
    assert "interrupted; hosts that were under way: none; run it again to go on" in told
    assert patches.events[-1]["how"] == "interrupted"
    patches.monkeypatch.setattr(Hands, "closed", closed)
    assert patches.json("rollout", *place, *LIMIT, "--outside-window", WHY)[1]["done"] == [*HOSTS[1:]]


def test_a_rollout_that_was_killed_is_told_of_by_the_next(patches: Acting, place: tuple[str, str]) -> None:
    lines = [
        '{"at": "2026-11-24T22:00:00+00:00", "event": "begun", "hosts": ["banbury-directory-01"]}',
        '{"at": "2026-11-24T22:01:00+00:00", "event": "wave", "site": "banbury", "hosts": ["banbury-directory-01"]}',
        '{"at": "2026-11-24T22:02:00+00:00", "event": "ho',
    ]
    (patches.folder / f"{NAME}-rollouts.jsonl").write_text("\n".join(lines))
    code, _, told = patches("rollout", *place, "--limit", HOSTS[0], "--outside-window", WHY)

    assert code == 0
    assert f"the last rollout was cut short over {HOSTS[0]}: they are judged as they are now" in told


def test_ansible_that_cannot_run_is_no_hosts_failure(patches: Acting, place: tuple[str, str]) -> None:
    (patches.folder / "patches.yml").write_text("- hosts: all\n  tasks: [{name: Nothing}]\n")
    code, _, told = patches("rollout", *place, *LIMIT, "--outside-window", WHY)

    assert code == 3
    assert "no module/action detected in task" in told
    assert patches.events[-1]["how"] == "failed"
