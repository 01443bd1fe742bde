"""What holds data goes only with the estate's leave, and a refusal leaves everything as it was."""

import pytest

from pyops.emulator.store import Record
from pyops.errors import OutsideFailed
from tests.stacks.cloud import Cloud, summary

pytestmark = pytest.mark.engine

_POOL = """\
  directory:   {image: directory, zone: servers, first: 10, count: {banbury: 1, towcester: 1, stratford: 1}, target: 2, \
ring: early, cpu: 1, memory: 1GiB, disk: 8GiB, backup: standard}
"""
_ARCHIVE = _POOL.replace("directory:  ", "archive:    ").replace("first: 10", "first: 90")
_LEAVE = "retirements:\n  archive: {retire: true, by: 2099-12-31, reason: nothing is kept in it any more}\n\n"
_RULE = (
    "what holds data is protected until the estate retires it: "
    "name its server, pool or site under `retirements`, apply that, then"
)
_STACKS = ("network", "server_pool")
_DISK = "vhd-stratford-archive-01-data"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """The lab's estate with a pool more, applied; each test goes on where the one before it ended."""
    cloud = Cloud.applied(tmp_path_factory, "retirement", ["network"])
    cloud.edit({_POOL: _POOL + _ARCHIVE})
    cloud.up(stacks=["server_pool"])
    return cloud


def everything(cloud: Cloud) -> list[Record]:
    return sorted(cloud.store.all(), key=lambda record: record.id)


def refused(cloud: Cloud) -> str:
    """The words of a refusal, after which nothing is other than it was."""
    before = everything(cloud)
    with pytest.raises(OutsideFailed) as failed:
        cloud.up(stacks=_STACKS)
    assert everything(cloud) == before
    return str(failed.value)


def test_a_pool_is_not_removed_without_leave(lab: Cloud) -> None:
    lab.edit({_ARCHIVE: ""})
    words = refused(lab)
    assert words.startswith("pulumi preview of server_pool/lab: ")
    assert f"{_DISK}: to be removed, {_RULE} remove it" in words
    assert "unprotect" not in words


def test_leave_and_removal_are_two_steps(lab: Cloud) -> None:
    fewer = _ARCHIVE.replace("stratford: 1", "stratford: 0")
    lab.edit({_POOL: _POOL + fewer, "exemptions:": f"{_LEAVE}exemptions:"})
    assert f"{_DISK}: to be removed, {_RULE} remove it" in refused(lab)
    lab.edit({fewer: _ARCHIVE, _LEAVE: ""})


def test_a_disk_of_another_size_would_be_an_empty_one(lab: Cloud) -> None:
    larger = _ARCHIVE.replace("disk: 8GiB", "disk: 16GiB")
    lab.edit({_ARCHIVE: larger})
    assert f"{_DISK}: to be made anew and empty, {_RULE} change it" in refused(lab)
    lab.edit({larger: _ARCHIVE})


def test_destroy_touches_nothing_when_it_is_refused(lab: Cloud) -> None:
    before = everything(lab)
    with pytest.raises(OutsideFailed) as failed:
        lab.destroy()
    assert f"{_DISK}: to be removed, {_RULE} remove it" in str(failed.value)
    assert everything(lab) == before


def test_a_retired_pool_goes_with_its_disks_and_locks(lab: Cloud) -> None:
    lab.edit({"exemptions:": f"{_LEAVE}exemptions:"})
    assert summary(lab.up(stacks=_STACKS)) == {}
    lab.edit({_ARCHIVE: "", _LEAVE: ""})
    removed = summary(lab.up(stacks=_STACKS))["server_pool"]
    assert {("delete", _DISK), ("delete", f"lock-{_DISK}"), ("delete", "stratford-archive-01")} <= set(removed)
    assert [record.id for record in everything(lab) if "archive" in record.id] == []
    assert set(summary(lab.preview())) <= {"backup_replication"}
