from pathlib import Path

import pytest

from pyops.lab import sources

STANZAS = """\
# the mirror of the county
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://mirror.example/off
Suites: bookworm
Components: main
Enabled: no

Types: deb
URIs: http://vendor.example/apt
Suites: bookworm
Components: stable
"""
KEYRING = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_stanzas_give_a_line_for_each_suite_of_the_release(etc: Path) -> None:
    (etc / "sources.list.d" / "debian.sources").write_text(STANZAS)
    assert sources.of_machine("bookworm", etc) == [
        f"deb {KEYRING} http://mirror.example/debian bookworm main",
        f"deb {KEYRING} http://mirror.example/debian bookworm-updates main",
        "deb http://mirror.example/debian-security bookworm-security main",
    ]


def test_the_old_format_is_read_too(etc: Path) -> None:
    lines = "deb [arch=amd64] http://m.example/d bookworm main contrib\n# deb http://m.example/d bookworm main\n"
    (etc / "sources.list").write_text(
        lines + "deb http://m.example/d trixie main\ndeb-src http://m.example/d bookworm main\n"
    )
    assert sources.of_machine("bookworm", etc) == ["deb [arch=amd64] http://m.example/d bookworm main"]


def test_a_machine_of_another_release_has_none(etc: Path) -> None:
    (etc / "sources.list.d" / "debian.sources").write_text(STANZAS)
    (etc / "sources.list.d" / "old.sources.disabled").write_text(STANZAS.replace("bookworm", "trixie"))
    assert sources.of_machine("trixie", etc) == []
