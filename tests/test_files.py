"""What a disk refuses is one line for a person; any other error is a bug, and stays one."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from pyops.errors import OutsideFailed, Refused, file_errors
from pyops.files import disk_errors, write_whole


def test_what_stands_in_the_way_is_named_with_what_was_not_done(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutsideFailed) as written, disk_errors(tmp_path):
        (tmp_path / "file" / "below").mkdir()
    with pytest.raises(OutsideFailed) as read, disk_errors(tmp_path, "read"):
        tmp_path.read_bytes()

    assert str(written.value) == f"{tmp_path / 'file' / 'below'}: could not be written, Not a directory"
    assert str(read.value) == f"{tmp_path}: could not be read, Is a directory"


def test_an_error_that_names_no_file_is_told_of_the_place(tmp_path: Path) -> None:
    with pytest.raises(OutsideFailed) as failed, disk_errors(tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert str(failed.value) == f"{tmp_path}: could not be written, No space left on device"


def test_a_file_that_is_missing_is_a_bug_and_keeps_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), disk_errors(tmp_path):
        (tmp_path / "none").read_text()


def test_a_file_that_a_person_named_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refused) as read, file_errors(tmp_path / "none"):
        (tmp_path / "none").read_text()
    with pytest.raises(Refused) as written, file_errors(tmp_path, "written"):
        tmp_path.write_text("")

    assert str(read.value) == f"{tmp_path}/none: cannot be read: no such file or directory"
    assert str(written.value) == f"{tmp_path}: cannot be written: is a directory"


@pytest.mark.root
def test_a_full_disk_is_one_clear_line(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], check=True)
    try:
        with pytest.raises(OutsideFailed) as failed:
            write_whole(tmp_path / "big", "x" * 1_000_000)
        assert str(failed.value) == f"{tmp_path / 'big'}: could not be written, No space left on device"
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(OutsideFailed) as below, disk_errors(tmp_path), (tmp_path / "big").open("w") as file:
            file.write("x" * 1_000_000)
        assert str(below.value) == f"{tmp_path}: could not be written, No space left on device"
    finally:
        subprocess.run(["umount", tmp_path], check=True)
