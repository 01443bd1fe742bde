from pathlib import Path

from pyops.lab import kernel_limits


def test_low_limits_are_raised_and_high_ones_kept(tmp_path: Path) -> None:
    folder = tmp_path / "fs" / "inotify"
    folder.mkdir(parents=True)
    (folder / "max_user_instances").write_text("128\n")
    (folder / "max_user_watches").write_text("99999999\n")
    kernel_limits.lift(tmp_path)
    assert (folder / "max_user_instances").read_text() == "8192"
    assert (folder / "max_user_watches").read_text() == "99999999\n"
