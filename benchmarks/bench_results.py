"""What it costs that every result of a playbook is recorded, beside the same run without, and beside ARA.

64 hosts by the local connection run 30 tasks: two that start a program, the rest as cheap as tasks are, so that what a
callback costs shows. ARA (its offline client, SQLite) is installed from PyPI into a folder of its own.
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import BIN, ROOT, Contender, command, compare

HOSTS, PROGRAMS, WORDS = 64, 2, 28
TASKS = "\n".join(
    ["    - {name: Start a program, ansible.builtin.command: 'true', changed_when: true}"] * PROGRAMS
    + [f"    - {{name: Say {n}, ansible.builtin.debug: {{msg: word}}, changed_when: true}}" for n in range(WORDS)]
)
PLAY = f"- hosts: all\n  gather_facts: false\n  connection: local\n  tasks:\n{TASKS}\n"


def run(name: str, folder: Path, environment: Mapping[str, str]) -> Contender:
    """The same playbook on the same hosts."""
    hosts = ",".join(f"host{number:02}" for number in range(HOSTS)) + ","
    words: list[str | Path] = ["-i", hosts, "-f", "4", folder / "play.yml"]
    words += ["-e", f"ansible_python_interpreter={sys.executable}"]
    plain = {"ANSIBLE_CONFIG": str(folder / "ansible.cfg")}
    return command(name, BIN / "ansible-playbook", *words, environment={**plain, **environment})


def ara(folder: Path) -> Mapping[str, str]:
    """ARA's callback, with the Ansible of this project."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder / "ara"), "ara[server]"]
    subprocess.run(install, check=True, capture_output=True)
    return {
        "PYTHONPATH": str(folder / "ara"),
        "ANSIBLE_CALLBACK_PLUGINS": str(folder / "ara" / "ara" / "plugins" / "callback"),
        "ARA_BASE_DIR": str(folder / "ara-data"),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "play.yml").write_text(PLAY)
        (folder / "ansible.cfg").write_text("[defaults]\nlocalhost_warning = False\n")
        results = folder / "results.jsonl"
        recording = {
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "pyops" / "engines" / "callbacks"),
            "ANSIBLE_CALLBACKS_ENABLED": "results",
            "PYOPS_RESULTS": str(results),
        }
        ways = [run("nothing recorded", folder, {}), run("every result recorded", folder, recording)]
        ways.append(run("ARA, offline", folder, ara(folder)))
        compare(f"{PROGRAMS + WORDS} tasks on {HOSTS} hosts", ways, runs=3, budget="1.03 for every result")
        assert len(results.read_text().splitlines()) == HOSTS * (PROGRAMS + WORDS)


if __name__ == "__main__":
    main()
