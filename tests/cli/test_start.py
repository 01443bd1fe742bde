"""The command: nouns, exit codes, and what is imported before anything happens."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pyops.cli import start
from pyops.errors import OutsideFailed, Refused, WrongUsage

ROOT = Path(__file__).parents[2]
LAB = ROOT / "inventories" / "lab"


def pyops(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pyops.cli", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_teaches_and_knows_every_noun_without_importing_it() -> None:
    code = (
        "import sys; from pyops.cli.start import main; sys.argv = ['pyops', '--help']; main();"
        "print([m for m in sys.modules if m.startswith('pyops.') and m.split('.')[1] != 'cli' and m != 'pyops.errors'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    for noun in start.NOUNS:
        assert noun.help in done.stdout
    assert "pyops estate check" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("noun", start.NOUNS, ids=lambda noun: noun.name)
def test_every_noun_has_its_module_and_its_help_line_fits(noun: start.Noun) -> None:
    assert importlib.util.find_spec(f"pyops.cli.{noun.name}")
    assert len(noun.help) <= 65


def test_checking_an_estate_imports_no_engine_and_no_ssh() -> None:
    code = (
        f"import sys; from pyops.cli.start import main; sys.argv = ['pyops', 'estate', 'check', '-i', {str(LAB)!r}];"
        "code = main(); print(code, [m for m in ('pulumi', 'ansible', 'paramiko', 'rich', 'networkx', 'jinja2')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "0 []"


def test_the_way_to_a_lab_host_imports_neither_typer_nor_pydantic() -> None:
    code = (
        "import sys; from pyops.cli.start import main; sys.argv = ['pyops', 'lab', 'connect', 'no-such-host'];"
        "main(); print([m for m in ('typer', 'rich', 'pydantic', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stdout.splitlines()[-1:] in ([], ["[]"])
    assert "typer" not in done.stderr


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("noun", ["estate", "estates"])
def test_an_inventory_stands_before_the_noun_or_after_the_verb_and_nouns_are_said_as_people_say_them(
    before: bool, noun: str
) -> None:
    inventory = ["-i", "inventories/production"]
    done = pyops(*inventory, noun, "check") if before else pyops(noun, "check", *inventory)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("inventories/production/estate.yml: in order: 3 sites")


def test_the_nearer_inventory_wins() -> None:
    done = pyops("-i", "inventories/lab", "estate", "check", "-i", "inventories/production")

    assert done.stdout.startswith("inventories/production/estate.yml")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["estate", "check", "-i", "/nonexistent.yml"],
            1,
            "/nonexistent.yml: cannot be read: no such file or directory",
        ),
        (["esate"], 2, "No such command 'esate'. Did you mean 'estate'?"),
        (["estate", "chek"], 2, "No such command 'chek'. Did you mean 'check'"),
        (["estate", "check", "--jsno"], 2, "No such option: --jsno"),
        (["estate", "addresses", "-i", str(LAB), "--site", "banbry"], 2, "did you mean banbury?"),
    ],
)
def test_refusals_and_wrong_usage_go_to_standard_error_in_words(arguments: list[str], code: int, said: str) -> None:
    done = pyops(*arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Refused("banbury: no"), 1, "banbury: no\n"),
        (WrongUsage("--site: no"), 2, "--site: no\n"),
        (OutsideFailed("pulumi: no"), 3, "pulumi: no\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_each_class_of_error_has_its_code(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main_raising(error, monkeypatch) == code
    assert capsys.readouterr().err == said


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _main_raising(ZeroDivisionError("of ours"), monkeypatch) == 70
    assert "Traceback" in (said := capsys.readouterr().err)
    assert said.endswith("ZeroDivisionError: of ours\n")


def _main_raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def run(_arguments: object) -> int:
        raise error

    monkeypatch.setattr(sys, "argv", ["pyops", "estate", "check"])
    monkeypatch.setattr(start, "_run", run)
    return start.main()


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m pyops.cli estate addresses -i {LAB} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stderr == ""
    assert done.stdout.splitlines()[0].startswith("lab: addresses")


def test_a_stop_puts_away_what_is_under_way_and_ends_by_the_signal(tmp_path: Path) -> None:
    code = f"""
import os, pathlib, signal, sys, tempfile
from pyops.cli import root, start

class Command:
    def main(self, arguments, prog_name):
        with tempfile.TemporaryDirectory(dir={str(tmp_path)!r}):
            print("said before", end="")
            os.kill(os.getpid(), signal.SIGTERM)

root.command = Command
sys.exit(start.main())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGTERM, "said before", "")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_ends_without_a_traceback() -> None:
    code = """
import os, signal, sys
from pyops.cli import start
start._run = lambda arguments: os.kill(os.getpid(), signal.SIGINT)
sys.exit(start.main())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (128 + signal.SIGINT, "")
