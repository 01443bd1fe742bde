"""Playbooks as child processes, and the record of every result."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pyops.engines import ansible
from pyops.engines.ansible import Outcome, Play
from pyops.errors import OutsideFailed

_HEAD = f"""
- hosts: all
  gather_facts: false
  connection: local
  vars: {{ansible_python_interpreter: {sys.executable}}}
  tasks:
"""
_SECRET = "hunter2"  # noqa: S105  # what must not show


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def go(tasks: str, **more: Any) -> Outcome:
        book = tmp_path / "book.yml"
        book.write_text(_HEAD + tasks)
        lines: list[str] = []
        facts: dict[str, Any] = {
            "inventory": Path("one,"),
            "is_mitogen": False,
            "results": tmp_path / "results",
            **more,
        }
        try:
            return ansible.run(Play(tmp_path, (book,), **facts), lines.append)
        finally:
            (tmp_path / "output").write_text("\n".join(lines))

    return go


_TASKS = """
    - name: Write a file
      ansible.builtin.copy: {content: "{{ text | default('a') }}\\n", dest: "{{ playbook_dir }}/made", mode: "0644"}
      notify: Tell
    - name: Leave it alone
      ansible.builtin.command: "true"
      changed_when: false
      check_mode: false
    - name: Not today
      ansible.builtin.command: "true"
      when: false
  handlers:
    - name: Tell
      ansible.builtin.debug: {msg: told}
"""


def test_a_dry_run_names_what_the_real_run_changes(run: Any, tmp_path: Path) -> None:
    dry = run(_TASKS, is_check=True, is_diff=True)
    assert not (tmp_path / "made").exists()
    real = run(_TASKS, is_diff=True)
    assert [result.task for result in dry.changed] == [result.task for result in real.changed] == ["Write a file"]
    assert (dry.changed[0].is_check, real.changed[0].is_check) == (True, False)
    assert dry.changed[0].differences == real.changed[0].differences
    assert real.changed[0].differences[0]["after"] == "a\n"
    assert run(_TASKS).changed == ()


def test_counts_and_handlers(run: Any) -> None:
    outcome = run(_TASKS)
    assert outcome.is_ok
    assert outcome.counts() == {"one": {"ok": 3, "changed": 1, "skipped": 1}}
    assert [result.task for result in outcome.results if result.is_handler] == ["Tell"]
    assert all(result.seconds is not None for result in outcome.results)
    assert outcome.results[0].action == "ansible.builtin.copy"


def test_a_failed_task_is_an_outcome(run: Any) -> None:
    outcome = run("    - {name: Fail, ansible.builtin.fail: {msg: it broke}}\n")
    assert (outcome.code, outcome.is_ok) == (2, False)
    assert [(result.task, result.message) for result in outcome.failures] == [("Fail", "it broke")]


def test_a_failure_that_is_ignored_is_none(run: Any) -> None:
    outcome = run("    - {name: Fail, ansible.builtin.fail: {msg: it broke}, ignore_errors: true}\n")
    assert outcome.is_ok
    assert outcome.failures == ()
    assert outcome.counts()["one"]["ignored"] == 1


def test_a_host_that_is_not_reached(run: Any) -> None:
    tasks = (
        "    - {ansible.builtin.ping: {}, vars: {ansible_connection: ssh, ansible_port: 1, ansible_host: 127.0.0.1}}\n"
    )
    outcome = run(tasks)
    assert outcome.code == 4
    assert [result.status for result in outcome.failures] == ["unreachable"]


def test_a_playbook_that_cannot_be_read(run: Any) -> None:
    with pytest.raises(OutsideFailed, match="no module/action detected in task"):
        run("    - {name: Nothing}\n")


_HIDDEN = f"""
    - name: Write a secret
      ansible.builtin.copy: {{content: "{_SECRET}\n", dest: "{{{{ playbook_dir }}}}/made", mode: "0600"}}
      no_log: true
    - name: Write several
      ansible.builtin.copy: {{content: "{_SECRET}{{{{ item }}}}\n", dest: "{{{{ file }}}}{{{{ item }}}}", mode: "0600"}}
      loop: [a, b]
      vars: {{file: "{{{{ playbook_dir }}}}/"}}
      no_log: true
    - name: Fail over a secret
      ansible.builtin.command: "sh -c 'echo {_SECRET} >&2; exit 1'"
      no_log: true
      ignore_errors: true
    - name: Hide by a variable
      ansible.builtin.copy: {{content: "{_SECRET} again\n", dest: "{{{{ playbook_dir }}}}/made", mode: "0600"}}
      no_log: "{{{{ 1 == 1 }}}}"
"""


@pytest.mark.parametrize("is_check", [True, False])
def test_what_no_log_hides_is_not_recorded(run: Any, tmp_path: Path, is_check: bool) -> None:
    outcome = run(_HIDDEN, is_diff=True, is_check=is_check)
    assert outcome.is_ok
    assert len(outcome.changed) == 3
    assert all(result.differences == () for result in outcome.results)
    assert _SECRET not in (tmp_path / "results").read_text()
    assert _SECRET not in (tmp_path / "output").read_text()


def test_only_the_owner_reads_the_record(run: Any, tmp_path: Path) -> None:
    (tmp_path / "results").write_text("old")
    (tmp_path / "results").chmod(0o644)
    run(_TASKS)
    assert oct((tmp_path / "results").stat().st_mode)[-3:] == "600"
    assert "old" not in (tmp_path / "results").read_text()


def test_limit_tags_variables_and_environment_reach_ansible(run: Any) -> None:
    tasks = """
    - name: Say
      ansible.builtin.debug: {msg: "{{ word }} {{ lookup('env', 'WORD') }}"}
      failed_when: true
      tags: [say]
    - {name: Never, ansible.builtin.debug: {msg: never}}
"""
    outcome = run(
        tasks,
        inventory=Path("one,two,"),
        limit="two",
        tags=("say",),
        variables={"word": "this"},
        environment={"WORD": "that"},
    )
    assert [(result.host, result.task, result.message) for result in outcome.results] == [("two", "Say", "this that")]


@pytest.mark.skipif(ansible.mitogen_strategies() is None, reason="mitogen is not installed")
def test_mitogen_changes_no_result(run: Any, tmp_path: Path) -> None:
    plain = run(_TASKS)
    (tmp_path / "made").unlink()
    fast = run(_TASKS, is_mitogen=True)
    assert fast.counts() == plain.counts()
    assert [result.differences for result in fast.results] == [result.differences for result in plain.results]


_COUNTED = """
from pathlib import Path

with Path(__file__).with_name("loaded").open("a") as file:
    file.write("once\\n")


class FilterModule:
    def filters(self):
        return {"same": lambda value: value}
"""


def test_workers_inherit_what_the_parent_loaded(run: Any, tmp_path: Path) -> None:
    """A worker is forked for each task on each host; one that loads a filter loads all of them, for itself alone."""
    filters = tmp_path / "filter_plugins"
    filters.mkdir()
    (filters / "counted.py").write_text(_COUNTED)
    outcome = run(
        "".join(f'    - ansible.builtin.debug: {{msg: "{{{{ {number} | same }}}}"}}\n' for number in range(3))
    )
    assert outcome.counts() == {"one": {"ok": 3, "changed": 0}}
    assert (filters / "loaded").read_text() == "once\n"


def test_without_a_listener_nothing_is_piped(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "book.yml").write_text(_HEAD + "    - {ansible.builtin.debug: {msg: seen}}\n")
    outcome = ansible.run(Play(tmp_path, (Path("book.yml"),), Path("one,"), is_mitogen=False))
    assert len(outcome.results) == 1
    assert "seen" in capfd.readouterr().out


@pytest.mark.parametrize(
    "fields",
    [
        {"_ansible_no_log": True},
        {"censored": "the output has been hidden"},
        {"results": [{"diff": []}, {"_ansible_no_log": True}]},
    ],
)
def test_what_ansible_would_still_hand_over_of_a_hidden_result_is_not_recorded(
    fields: dict[str, Any], tmp_path: Path
) -> None:
    from pyops.engines.callbacks.results import CallbackModule

    task = SimpleNamespace(
        _uuid="1", _role=None, name="t", no_log=False, action="a", resolved_action="a", check_mode=False
    )
    task.get_path = lambda: "book.yml:1"
    hidden = {"changed": True, "diff": {"after": _SECRET}, "msg": _SECRET, **fields}
    callback = CallbackModule()
    with (tmp_path / "results").open("w") as callback._file:
        callback._write(SimpleNamespace(task=task, host=SimpleNamespace(name="one"), result=hidden), "failed")
    assert '"changed": true' in (tmp_path / "results").read_text()
    assert _SECRET not in (tmp_path / "results").read_text()
    (read,) = ansible.recorded(tmp_path / "results")
    assert (read.is_hidden, read.differences, read.message) == (True, (), "")
