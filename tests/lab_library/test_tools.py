import subprocess
from pathlib import Path

import pytest

from pyops.errors import OutsideFailed
from pyops.lab import tools


def test_all_missing_tools_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "PATH", str(tmp_path))
    with pytest.raises(OutsideFailed) as failed:
        tools.need("nft", "systemd-nspawn", "nsenter", "unshare")
    assert str(failed.value) == (
        "nft, systemd-nspawn, nsenter, unshare: not on this machine,"
        " install the Debian package nftables systemd-container util-linux"
    )


def test_a_tool_that_is_missing_when_it_is_run_is_named_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "PATH", str(tmp_path))
    with pytest.raises(OutsideFailed) as failed:
        tools.run(["nft", "list", "ruleset"])
    assert str(failed.value) == "nft: not on this machine, install the Debian package nftables"


def test_a_failure_says_what_was_run_and_what_it_said_last() -> None:
    with pytest.raises(OutsideFailed) as failed:
        tools.run(["sh", "-c", "echo first >&2; echo last >&2; exit 4"])
    assert str(failed.value) == "sh -c 'echo first >&2; echo last >&2; exit 4': last, exit 4"


def test_a_full_disk_is_the_reason_whatever_was_said_after_it() -> None:
    said = "cp: error writing 'x': No space left on device\nE: Sub-process failed\n"
    done = subprocess.CompletedProcess(["apt-get"], 100, "", said)
    assert tools.failure(["apt-get"], done) == "apt-get: cp: error writing 'x': No space left on device, exit 100"


def test_no_variable_of_the_caller_reaches_a_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "secret")
    assert "secret" not in tools.run(["env"]).stdout
