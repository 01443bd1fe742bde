"""What a run has compiled of Jinja is there for the next one, and no text means anything else for it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible._internal._templating._jinja_bits import AnsibleEnvironment
from ansible.parsing.vault import VaultedValue
from ansible.template import Templar, trust_as_template

from pyops.engines import ansible, compiled_templates
from pyops.engines.ansible import Outcome, Play

TEXT = "{% for one in ['a', 'b'] %}\n{{ one }}\n{% endfor %}\n"
BOOK = f"""
- hosts: one,two
  gather_facts: false
  connection: local
  vars:
    ansible_python_interpreter: {sys.executable}
  tasks:
    - name: Write by a text with one setting
      ansible.builtin.template: {{src: text.j2, dest: "{{{{ playbook_dir }}}}/trimmed", trim_blocks: true, mode: "0644"}}
    - name: Write by the same text with another
      ansible.builtin.template: {{src: text.j2, dest: "{{{{ playbook_dir }}}}/whole", trim_blocks: false, mode: "0644"}}
    - name: Compare by an expression
      ansible.builtin.assert:
        that: inventory_hostname is match('\\w+') and groups['all'] | length == 2
    - name: Do not, by a condition
      ansible.builtin.fail: {{msg: never}}
      when: groups['all'] | length > 2
    - name: Ask for what is not there
      ansible.builtin.debug: {{msg: "{{{{ nothing.there }}}}"}}
      ignore_errors: true
    - name: Write what Jinja cannot read
      ansible.builtin.debug: {{msg: "{{{{ one two }}}}"}}
      ignore_errors: true
"""
TRIMMED, WHOLE = "a\nb\n", "\na\n\nb\n"

Run = Callable[[], Outcome]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "text.j2").write_text(TEXT)
    book = tmp_path / "book.yml"
    book.write_text(BOOK)
    play = Play(
        tmp_path, (book,), Path("one,two,"), is_mitogen=False, environment={"XDG_CACHE_HOME": str(tmp_path / "cache")}
    )
    return lambda: ansible.run(play, lambda _: None)


def said(outcome: Outcome) -> set[tuple[str, str, str, str]]:
    return {(one.host, one.task, one.status, one.message) for one in outcome.results}


def written(folder: Path) -> tuple[str, str]:
    return (folder / "trimmed").read_text(), (folder / "whole").read_text()


def kept(folder: Path) -> dict[Path, int]:
    """The files of compiled code, with when each was written."""
    return {file: file.stat().st_mtime_ns for file in folder.rglob("pyops/templates/*/*")}


def test_the_next_run_compiles_nothing_and_says_the_same(run: Run, tmp_path: Path) -> None:
    first = run()
    assert written(tmp_path) == (TRIMMED, WHOLE)
    compiled = kept(tmp_path)
    assert len(compiled) > 5
    assert {one.task for one in first.results if one.status == "ignored"} == {
        "Ask for what is not there",
        "Write what Jinja cannot read",
    }
    for name in ("trimmed", "whole"):
        (tmp_path / name).unlink()
    assert said(run()) == said(first)
    assert written(tmp_path) == (TRIMMED, WHOLE)
    assert kept(tmp_path) == compiled


def test_files_that_are_damaged_are_compiled_anew(run: Run, tmp_path: Path) -> None:
    first = run()
    for number, file in enumerate(kept(tmp_path)):
        file.write_bytes((b"", b"no code", file.read_bytes()[:-9])[number % 3])
    assert said(run()) == said(first)
    assert written(tmp_path) == (TRIMMED, WHOLE)


def test_without_a_folder_to_write_to_everything_is_compiled(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    assert not {one.status for one in run().results} & {"failed", "unreachable"}
    assert written(tmp_path) == (TRIMMED, WHOLE)


def test_what_another_release_compiled_is_thrown_away(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "cache/pyops/templates/2.19-3.1-cpython-312"
    other.mkdir(parents=True)
    (other / "code").write_text("")
    run()
    assert not other.exists()


def test_nothing_is_kept_of_what_a_vault_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("compile", "compile_expression"):
        monkeypatch.setattr(AnsibleEnvironment, name, getattr(AnsibleEnvironment, name))
    compiled_templates.share(tmp_path)
    plain, secret = (trust_as_template(f"{{{{ 'a' }}}} {word}") for word in ("open", "sealed"))
    assert Templar().template(plain) == "a open"
    assert Templar().template(VaultedValue(ciphertext="sealed").tag(secret)) == "a sealed"
    held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"open" in held
    assert b"sealed" not in held
