"""One identical edit on all desks of the service with three exceptions, by the real ansible-playbook.

Each desk's file is one in a folder of this machine, which a test's action plugin writes: what is real is Ansible, its
check mode and differences, our record of its results, and all that follows from that.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pyops.changes.drafting import draft
from pyops.changes.inputs import Inputs
from pyops.changes.record import BlindSpot, Record, TextEdit
from pyops.changes.verification import Deed, compare, predicted
from pyops.cli.changes_facts import Chronicle, happened
from pyops.engines.ansible import Outcome, Play, run
from pyops.environments.workspace import CHECKOUT
from pyops.estate import load
from tests.changes import golden
from tests.changes.board import WINDOW
from tests.changes.makers import BASE

pytestmark = pytest.mark.engine

ESTATE = load(CHECKOUT / "inventories" / "production")
BEFORE, OTHER, AFTER = "welcome\n", "back at ten\n", "welcome to the joint service\n"
HAS_OTHER, HAS_NONE, IS_OFF = "cdc-d0417", "snc-d0100", "sdc-d0301"
PLAYBOOK = """
- name: Greet people
  hosts: all
  serial: 170
  gather_facts: false
  vars: {ansible_connection: local, ansible_become: false}
  roles: [desktop]
"""
TASKS = f"""
- name: Write the greeting
  desk_file: {{folder: "{{{{ playbook_dir }}}}/files", text: "{AFTER.strip()}\\n"}}
"""


@dataclass
class Desks:
    """A playbook beside the files of all hosts; servers have the new text already."""

    folder: Path

    def __post_init__(self) -> None:
        tasks = self.folder / "roles" / "desktop" / "tasks"
        tasks.mkdir(parents=True)
        (tasks / "main.yml").write_text(TASKS)
        (self.folder / "greeting.yml").write_text(PLAYBOOK)
        (self.folder / "files" / "off").mkdir(parents=True)
        texts = dict.fromkeys((one.name for one in ESTATE.servers), AFTER)
        texts |= dict.fromkeys((one.name for one in ESTATE.desktops.desks), BEFORE)
        for name, text in {**texts, HAS_OTHER: OTHER}.items():
            (self.folder / "files" / name).write_text(text)
        (self.folder / "files" / HAS_NONE).unlink()
        (self.folder / "files" / "off" / IS_OFF).touch()

    def play(self, *, is_check: bool, results: Path | None = None) -> Outcome:
        plugins = Path(__file__).parent / "desks" / "action_plugins"
        play = Play(
            folder=CHECKOUT,
            playbooks=(self.folder / "greeting.yml",),
            inventory=ESTATE.file,
            is_check=is_check,
            is_diff=True,
            is_mitogen=False,
            environment={"ANSIBLE_ACTION_PLUGINS": str(plugins), "ANSIBLE_FORKS": "8"},
            results=results,
        )
        return run(play, lambda _: None)

    def drafted(self) -> Record:
        inputs = Inputs(
            environment="production",
            title="A new greeting on all desks",
            author="ict.engineer@cherwell",
            drafted=datetime.now(UTC),
            window=WINDOW,
            old=ESTATE,
            new=ESTATE,
            plans={},
            results=self.play(is_check=True).results,
            base=BASE,
        )
        return draft(inputs)


def test_1700_desks_with_one_identical_edit_and_three_exceptions(tmp_path: Path) -> None:
    desks = Desks(tmp_path)
    record = desks.drafted()
    golden.check("desks_greeting", record)
    texts = {change.edits: len(change.hosts) for change in record.tasks}
    assert texts == {
        (TextEdit("/etc/motd", BEFORE, AFTER),): 1697,
        (TextEdit("/etc/motd", OTHER, AFTER),): 1,
        (TextEdit("/etc/motd", "", AFTER),): 1,
    }
    assert record.blind == (BlindSpot("unreachable", "did not answer to the dry run", (IS_OFF,)),)

    (tmp_path / "files" / "off" / IS_OFF).unlink()
    chronicle = Chronicle(tmp_path)
    chronicle.begin()
    assert desks.play(is_check=False, results=chronicle.new_results()).is_ok
    found = compare(record, happened(tmp_path) or frozenset())
    assert (found.unforeseen, found.absent) == ((), ())
    assert frozenset(found.hits) == predicted(record)
    assert found.blind == (Deed("task", "desktop", "Write the greeting", IS_OFF),)
