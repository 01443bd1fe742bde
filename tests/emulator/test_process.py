"""The stand-in as a process of its own: where it listens, and when it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2_grpc

from pyops.emulator.attach import attached
from pyops.errors import OutsideFailed

_COMMAND = [sys.executable, "-m", "pyops.emulator"]


def test_it_answers_at_the_port_that_it_names(tmp_path: Path) -> None:
    with attached(tmp_path / "azure.db", "lab") as environment:
        name, port = environment["PULUMI_DEBUG_PROVIDERS"].split(":")
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            info = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(Empty(), timeout=20)
    assert name == "azure-native"
    assert info.version.startswith("3.")
    assert (tmp_path / "azure.db").exists()


def test_it_listens_on_the_loopback_interface_alone(tmp_path: Path) -> None:
    with attached(None, None) as environment:
        port = f"{int(environment['PULUMI_DEBUG_PROVIDERS'].split(':')[1]):04X}"
        tables = [Path(f"/proc/net/{table}").read_text().splitlines()[1:] for table in ("tcp", "tcp6")]
        listening = [line.split()[1] for table in tables for line in table if line.split()[3] == "0A"]
    own = [where for where in listening if where.endswith(f":{port}")]
    assert own
    assert all(where.endswith(f"0100007F:{port}") for where in own)


def test_it_ends_with_its_input() -> None:
    with subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline().strip().isdigit()
        process.stdin.close()
        try:
            assert process.wait(30) == 0
        finally:
            process.kill()


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    parent = (
        "import os, subprocess, sys, time\n"
        "os.mkfifo('open')\n"
        "never_ends = os.open('open', os.O_RDWR)\n"
        "child = subprocess.Popen([sys.executable, '-m', 'pyops.emulator'], stdin=never_ends, stdout=-1)\n"
        "child.stdout.readline(); print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.kill()
    try:
        _await(lambda: not _runs(child))
    finally:
        if _runs(child):
            os.kill(child, signal.SIGKILL)


def test_an_interrupt_is_left_to_the_engine() -> None:
    with attached(None, None) as environment:
        port = environment["PULUMI_DEBUG_PROVIDERS"].split(":")[1]
        [child] = [pid for pid in _children() if b"pyops.emulator" in _command_line(pid)]
        os.kill(child, signal.SIGINT)
        time.sleep(1)
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(Empty(), timeout=20)


def test_nothing_is_left_after_the_block(tmp_path: Path) -> None:
    with attached(tmp_path / "azure.db", "lab"):
        before = [pid for pid in _children() if b"pyops.emulator" in _command_line(pid)]
        assert len(before) == 1
    assert not _runs(before[0])


def test_a_store_that_cannot_be_used_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "azure.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(OutsideFailed) as failed, attached(tmp_path / "azure.db", "lab"):
        pass
    assert str(failed.value) == f"{tmp_path}/azure.db: the record of resources cannot be used, file is not a database"


def test_a_stack_without_a_store_is_wrong_usage() -> None:
    done = subprocess.run([*_COMMAND, "--stack", "lab"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--stack needs --store: what is written must be kept" in done.stderr


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
