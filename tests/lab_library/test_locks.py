import fcntl
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pyops.errors import Refused
from pyops.lab import Lab, locks


def test_the_second_command_on_a_lab_is_refused_in_words(paper: Lab) -> None:
    with locks.whole_lab(paper, "lab up"), pytest.raises(Refused) as refused, locks.whole_lab(paper, "lab down"):
        pass
    holder = rf"`lab up` \(process {os.getpid()}, since 20.*\)"
    expected = rf"{paper.state}: {holder} works on this lab, wait until it is done or end it"
    assert re.fullmatch(expected, str(refused.value))


def test_a_lab_is_free_again_when_its_command_ended_or_was_killed(paper: Lab) -> None:
    program = "import os,sys; from pathlib import Path; from pyops.lab import Lab, locks\n"
    program += "with locks.whole_lab(Lab(Path(sys.argv[1])), 'lab up'): os.kill(os.getpid(), 9)"
    killed = subprocess.run([sys.executable, "-c", program, paper.state], check=False)
    assert killed.returncode == -9
    with locks.whole_lab(paper, "lab up"), pytest.raises(Refused), locks.whole_lab(paper, "again"):
        pass


def test_threads_work_on_one_record_one_after_the_other(paper: Lab) -> None:
    inside, most = [0], [0]

    def work() -> None:
        with locks.record(paper, "host", "a"):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            threading.Event().wait(0.01)
            inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def waits_for(file: Path) -> bool:
    """Whether somebody waits for the file's lock, as proc_locks(5) shows it."""
    inode = f":{file.stat().st_ino} "
    for _ in range(500):
        if any("->" in line and inode in line for line in Path("/proc/locks").read_text().splitlines()):
            return True
        threading.Event().wait(0.01)
    return False


def test_a_lock_of_a_lab_that_went_down_meanwhile_is_taken_anew(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    held = threading.Event()

    def wait() -> None:
        with locks.file_lock(file):
            held.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert waits_for(file)
    file.unlink()
    os.close(descriptor)
    thread.join(10)
    assert held.is_set()
    assert file.exists()
