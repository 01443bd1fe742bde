from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from pyops.errors import OutsideFailed, Refused
from pyops.files import write_whole
from pyops.lab import Disk, Host, Lab, Network, Port, records

from .conftest import PREFIX, circuit, zone

THINGS = [
    zone(),
    circuit("banbury", PREFIX),
    Port("nic-a", "lnet-a", IPv4Address("10.10.20.11"), "02:00:0a:0a:14:0b"),
    Disk("vhd-a-data", 20),
    Host("a", "plain", ("nic-a", "nic-b"), (), 2, 2048, ("ssh-ed25519 AAAA",), "ict.example"),
]


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
def test_what_was_saved_is_read_back_with_its_types(paper: Lab, thing: Network | Port | Disk | Host) -> None:
    records.save(paper, thing)
    assert records.load(paper, type(thing), thing.name) == thing
    assert records.everything(paper, type(thing)) == [thing]


def test_nothing_is_known_of_what_was_forgotten(paper: Lab) -> None:
    records.save(paper, Disk("vhd", 1))
    records.forget(paper, Disk, "vhd")
    records.forget(paper, Disk, "vhd")
    assert records.load(paper, Disk, "vhd") is None


@pytest.mark.parametrize("name", ["", "../up", "a/b", "Upper", ".hidden", "a" * 64, "a b"])
def test_a_name_that_is_no_file_and_no_host_is_refused(paper: Lab, name: str) -> None:
    with pytest.raises(Refused) as refused:
        records.save(paper, Disk(name, 1))
    assert str(refused.value) == f"{name!r}: not a name for the lab, it needs 1 to 63 of a-z, 0-9, dot and dash"


def test_a_damaged_record_is_named(paper: Lab) -> None:
    records.save(paper, Disk("vhd", 1))
    file = records.folder(paper, Disk) / "vhd.json"
    file.write_text('{"name": "vhd", "colour": 1}')
    with pytest.raises(OutsideFailed) as failed:
        records.load(paper, Disk, "vhd")
    assert str(failed.value) == f"{file}: not a record of the lab, 'colour'"


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    texts = [letter * 100_000 for letter in "abcdefgh"]
    write_whole(file, texts[0])
    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write_whole, file, text) for text in texts * 10]
        seen = {file.read_text() for _ in range(200)}
    assert all(writer.result() is None for writer in writers)
    assert seen <= set(texts)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_secret_is_never_open_to_others(tmp_path: Path) -> None:
    write_whole(tmp_path / "key", "secret", 0o600)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
