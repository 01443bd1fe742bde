"""Which estate a command means when nobody says."""

from pathlib import Path

import pytest

from pyops.cli.context import inventory_file
from pyops.errors import WrongUsage


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ANSIBLE_INVENTORY", raising=False)
    monkeypatch.delenv("ANSIBLE_CONFIG", raising=False)
    (tmp_path / "inventories" / "lab").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(folder: Path, text: str = "[defaults]\ninventory = inventories/lab\n") -> Path:
    (folder / "ansible.cfg").write_text(text, encoding="utf-8")
    return folder / "ansible.cfg"


def test_the_one_that_is_named_a_file_or_its_folder(here: Path) -> None:
    assert inventory_file(Path("inventories/lab")) == Path("inventories/lab/estate.yml")
    assert inventory_file(Path("other.yml")) == Path("other.yml")


def test_else_the_one_of_ansible_cfg_here_or_in_a_folder_above(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(here)
    assert inventory_file(None) == Path("inventories/lab/estate.yml")

    (here / "stacks" / "network").mkdir(parents=True)
    monkeypatch.chdir(here / "stacks" / "network")
    assert inventory_file(None) == here / "inventories/lab/estate.yml"


def test_the_variables_of_ansible_count_as_they_do_for_ansible(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(here)
    (here / "elsewhere").mkdir()
    monkeypatch.setenv("ANSIBLE_CONFIG", str(config(here / "elsewhere", "[defaults]\ninventory = two.yml\n")))
    assert inventory_file(None) == Path("elsewhere/two.yml")

    monkeypatch.setenv("ANSIBLE_INVENTORY", "three.yml")
    assert inventory_file(None) == Path("three.yml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[defaults]\n", "names no inventory under [defaults]: name an estate file with -i"),
        ("[defaults]\ninventory = one,two\n", "one,two, names several inventories: name one estate file with -i"),
        ("inventory = one\n", "cannot be read: File contains no section headers."),
    ],
)
def test_a_configuration_that_names_none_is_told(text: str, said: str, here: Path) -> None:
    file = config(here, text)

    with pytest.raises(WrongUsage) as refused:
        inventory_file(None)
    assert str(refused.value) == f"{file}: {said}"


def test_nothing_to_go_by_is_told(here: Path) -> None:
    with pytest.raises(WrongUsage) as refused:
        inventory_file(None)
    assert str(refused.value) == (
        "-i: nothing, name an estate file or its folder: no ansible.cfg names one here or in a folder above"
    )
