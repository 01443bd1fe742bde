"""An estate with hosts, mirrors and playbooks of the tests' own: ssh servers on loopback, and Ansible on this machine."""

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
import pytest

from pyops.cli import fleet_access, patches_hands, patches_reading, playing
from pyops.estate import Estate, load
from pyops.fleet.target import Access, Target
from tests.cli.command import Command
from tests.fleet.answers import answer, nonce_of
from tests.fleet.server import LOOPBACK, Server, login, serving
from tests.patches.hosts import EVERYWHERE
from tests.patches.publishing import Site

ROOT = Path(__file__).parents[2]
NAME = f"sample{os.getpid()}"
"""Of the estate: a name of its own, so that its locks are nobody else's."""
OLD, NEW = "3.0.16-1", "3.0.17-1~deb12u2"
HOSTS = ("banbury-directory-01", "towcester-directory-01", "stratford-directory-01")
TASKS = f"""
- hosts: all
  gather_facts: false
  connection: local
  vars: {{ansible_python_interpreter: {sys.executable}}}
  tasks:
    - name: Install what the ring carries
      ansible.builtin.command: test ! -e "{{{{ playbook_dir }}}}/broken/{{{{ inventory_hostname }}}}"
      changed_when: false
      check_mode: false
    - name: Write down why and when
      ansible.builtin.copy:
        content: "{{{{ patch_level_outside_window | default('in its window') }}}}"
        dest: "{{{{ playbook_dir }}}}/patched/{{{{ inventory_hostname }}}}"
        mode: "0644"
"""
PROMOTE = f"""
- hosts: pool_mirror
  gather_facts: false
  connection: local
  any_errors_fatal: true
  vars: {{ansible_python_interpreter: {sys.executable}}}
  tasks:
    - name: Copy the release
      ansible.builtin.command: test ! -e "{{{{ playbook_dir }}}}/broken/{{{{ inventory_hostname }}}}"
      changed_when: false
    - name: Switch
      ansible.builtin.command: >-
        cp -a {{{{ playbook_dir }}}}/releases/{{{{ promote_baseline }}}}/dists/{{{{ promote_ring }}}}
        {{{{ playbook_dir }}}}/{{{{ inventory_hostname.partition('-')[0] }}}}/dists/
      changed_when: true
"""


@dataclass
class Acting(Command):
    """`pyops patches` on that estate. A host has the new package once Ansible has been there."""

    noun = "patches"
    servers: dict[str, Server]

    @property
    def estate(self) -> Estate:
        return load(self.folder)

    @property
    def patched(self) -> dict[str, str]:
        """The hosts that Ansible has been to, with what it was told of the window."""
        return {file.name: file.read_text() for file in (self.folder / "patched").iterdir()}

    def break_(self, host: str) -> None:
        (self.folder / "broken" / host).touch()

    def mend(self, host: str) -> None:
        (self.folder / "broken" / host).unlink()

    @property
    def events(self) -> list[dict[str, Any]]:
        file = self.folder / f"{NAME}-rollouts.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def has(self, host: str) -> str:
        """The version of openssl on a host."""
        is_done = (self.folder / "patched" / host).exists() and not (self.folder / "stuck" / host).exists()
        return NEW if is_done else OLD


def listed(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{name}\t{version}\tamd64\tii \n" for name, version in pairs)


def acting(
    folder: Path, mirror: Site, stack: ExitStack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Acting:
    """Make it in a folder; `mirror` publishes what hosts are to have."""
    text = (
        (ROOT / "inventories/lab/estate.yml").read_text(encoding="utf-8").replace("name: lab\n", f"name: {NAME}\n", 1)
    )
    (folder / "estate.yml").write_text(text, encoding="utf-8")
    (folder / "desktops.csv").write_bytes((ROOT / "inventories/lab/desktops.csv").read_bytes())
    (folder / "mirror.asc").write_bytes(mirror.signer.public.read_bytes())
    for name in ("patched", "broken", "stuck"):
        (folder / name).mkdir()
    (folder / "patches.yml").write_text(TASKS)
    (folder / "promote.yml").write_text(PROMOTE)
    made = Acting(folder, capsys, monkeypatch, {})
    access = hosts(made, stack)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setattr(fleet_access, "access_of", lambda *_: access)
    monkeypatch.setattr(patches_reading, "access_of", lambda *_: access)
    monkeypatch.setattr(patches_reading, "database", lambda _estate: folder / f"{NAME}.db")
    monkeypatch.setattr(patches_hands, "targets_of", lambda _estate, names, _known: targets(made, names))
    monkeypatch.setattr(patches_hands, "PAUSES_S", (0,))
    monkeypatch.setattr(playing, "playbook", lambda name: folder / f"{name}.yml")
    stack.callback(Path(f"/run/lock/converge-{NAME}.lock").unlink, missing_ok=True)
    return made


def hosts(made: Acting, stack: ExitStack) -> Access:
    """Servers that answer as what was done to them; all other hosts of the estate have no known key."""
    key = paramiko.ECDSAKey.generate()
    for host in HOSTS:
        server = made.servers[host] = stack.enter_context(serving(key, key))
        server.answer = answering(made, host)
    return login(made.folder, key, {host: server.port for host, server in made.servers.items()})


def answering(made: Acting, host: str) -> Any:
    def answered(command: str) -> bytes:
        packages = listed((*EVERYWHERE, ("openssl", made.has(host))))
        status = hashlib.sha256(packages.encode()).hexdigest()
        return answer(nonce_of(command), packages=packages, status=f"{status}\n")

    return answered


def targets(made: Acting, names: Iterable[str]) -> tuple[Target, ...]:
    ports = {host: server.port for host, server in made.servers.items()}
    return tuple(Target(name, LOOPBACK, ports.get(name, 9)) for name in names)
