"""A change from draft to ledger on an engineer's own login: a checkout, a backend and stack settings, and no lab.

Azure is the stand-in that only records, and each host is a folder of this machine: both engines run for real.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pyops.emulator.attach import attached
from pyops.engines import toolchain
from pyops.environments.workspace import STACKS
from pyops.estate import load
from pyops.keys import hub_keys
from tests.stacks.cloud import NO_CHECKPOINTS

ROOT = Path(__file__).parents[2]
NAME = "councils"
BASELINE = "baseline: 2026-11-10"
CODE = ("pyops", "stacks", "roles", "requirements.lock", "ansible.cfg")
CONNECTION = """---
ansible_connection: local
ansible_python_interpreter: "{{ ansible_playbook_python }}"
"""
PLAYBOOK = """---
- name: What every host has
  hosts: pool_control
  tasks:
    - name: Write down the baseline
      ansible.builtin.copy:
        content: "{{ estate_patches.baseline }}\\n"
        dest: "{{ playbook_dir }}/../hosts/{{ inventory_hostname }}"
        mode: "0644"
"""

pytestmark = pytest.mark.engine


@dataclass
class Office:
    """A checkout of its own with one estate, and the login of the engineer who works in it."""

    checkout: Path
    keys: Path
    login: Mapping[str, str]
    id: str = ""

    @property
    def estate(self) -> Path:
        return self.checkout / "inventories" / NAME / "estate.yml"

    def run(self, *command: str, told: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.checkout, env=self.login, input=told, capture_output=True, text=True, check=False
        )

    def do(self, *words: str) -> subprocess.CompletedProcess[str]:
        start = "import sys; from pyops.cli.start import main; sys.argv[0] = 'pyops'; sys.exit(main())"
        unknown = ("env", "--unset", "PULUMI_CONFIG_PASSPHRASE") if words[0] == "draft" else ()
        return self.run(*unknown, sys.executable, "-c", start, "-i", str(self.estate), "changes", *words)

    def draft(self, title: str, states: Path | None = None) -> dict[str, Any]:
        """A draft as anyone may make it: the passphrase of the login is not given."""
        more = ("--state", str(states)) if states else ()
        drafted = self.do("draft", "--title", title, "--author", "engineer@cherwell", *more, "--json")
        assert drafted.returncode == 0, drafted.stderr
        record: dict[str, Any] = json.loads(drafted.stdout)
        self.id = record["id"]
        return record

    def signed_and_applied(self, record: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
        for role in record["risk"]["signers"]:
            signed = self.do("approve", self.id, "--key", str(self.keys / "board"), "--as", role)
            assert signed.returncode == 0, signed.stderr
        return self.do("apply", self.id, "--yes")

    def baselines(self) -> set[str]:
        """What the hosts were told."""
        return {file.read_text().strip() for file in (self.checkout / "hosts").iterdir()}

    def states(self, folder: Path) -> Path:
        """The stacks' states as the engineer's own engine exports them."""
        folder.mkdir()
        for stack in STACKS:
            exported = self.pulumi(stack, "stack", "export", "--stack", NAME)
            (folder / f"{stack}.json").write_text(exported)
        return folder

    def pulumi(self, stack: str, *words: str, told: str = "") -> str:
        done = self.run("pulumi", "-C", str(self.checkout / "stacks" / stack), *words, told=told)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    checkout, keys = folder / "checkout", folder / "keys"
    _make_checkout(checkout)
    keys.mkdir()
    with attached(folder / "azure.db", NAME) as environment:
        path = toolchain.search_path(toolchain.pulumi_folder(), toolchain.program_folder())
        office = Office(checkout, keys, {**_login(folder), **NO_CHECKPOINTS, **environment, "PATH": path})
        (office.estate.parent / "approvers.pub").write_text(_approvers(keys))
        _make_stacks(office)
        yield office


def _login(folder: Path) -> dict[str, str]:
    (folder / "backend").mkdir()
    return {
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(toolchain.pulumi_folder().parents[3]),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "known to the engineer alone",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONPATH": str(folder / "checkout"),
    }


def _make_checkout(checkout: Path) -> None:
    for part in CODE:
        source = ROOT / part
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        (checkout / part).parent.mkdir(parents=True, exist_ok=True)
        copy(source, checkout / part)
    (checkout / "playbooks").mkdir()
    (checkout / "playbooks" / "site.yml").write_text(PLAYBOOK)
    (checkout / "hosts").mkdir()
    estate = checkout / "inventories" / NAME
    shutil.copytree(ROOT / "inventories" / "lab", estate, ignore=shutil.ignore_patterns("group_vars"))
    (estate / "group_vars" / "all").mkdir(parents=True)
    (estate / "group_vars" / "all" / "ansible.yml").write_text(CONNECTION)
    file = estate / "estate.yml"
    file.write_text(file.read_text().replace("\nname: lab\n", f"\nname: {NAME}\n"))


def _approvers(keys: Path) -> str:
    """One who may sign for everything, and the author."""
    for name in ("board", "author"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", keys / name], check=True)
    roles = ["service", *(f"partner/{name}" for name in ("cherwell", "south_northamptonshire", "stratford"))]
    board = ",".join(["board@councils", *roles, "system/service_desk"])
    return "".join(
        f'{who} namespaces="pyops-change" {(keys / f"{name}.pub").read_text().strip()}\n'
        for name, who in (("board", board), ("author", "engineer@cherwell"))
    )


def _make_stacks(office: Office) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPGqNfXxjm1fmLDRVO/bQqF7v7bYQc+Apl/ZT2l3nzMn operator"
    for stack in STACKS:
        office.pulumi(stack, "stack", "init", NAME)
        office.pulumi(stack, "config", "set", "azure-native:subscriptionId", "0" * 8 + "-0000-0000-0000-" + "0" * 12)
        office.pulumi(stack, "config", "set", "pyops:administrator-key", key)
    keys = json.dumps(hub_keys(load(office.estate), {}))
    office.pulumi("network", "config", "set", "pyops:hub-keys", "--secret", told=keys)


def test_what_was_approved_runs_on_both_engines_and_as_predicted(office: Office) -> None:
    record = office.draft("All of it")
    applied = office.signed_and_applied(record)
    assert applied.returncode == 0, applied.stderr
    assert applied.stdout.endswith(f"{office.id}: as predicted\n")
    assert office.baselines() == {"2026-11-10"}


def test_a_change_starts_from_the_state_that_the_login_knows(office: Office, tmp_path: Path) -> None:
    office.estate.write_text(office.estate.read_text().replace(BASELINE, "baseline: 2026-11-11"))
    record = office.draft("The patches of the day after", office.states(tmp_path / "states"))
    assert {one["type"] for one in record["resources"]} <= {"maintenance:MaintenanceConfiguration"}
    assert {"secret not known"} <= {spot["kind"] for spot in record["blind"]}
    applied = office.signed_and_applied(record)
    assert applied.returncode == 0, applied.stderr
    assert applied.stdout.endswith(f"{office.id}: as predicted\n")
    assert office.baselines() == {"2026-11-11"}
