"""Keys of an estate outside the lab: made once, private halves only inside Ansible Vault."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from pyops.environments.production_keys import PUBLIC, VAULT, make_keys
from pyops.errors import OutsideFailed
from pyops.estate import Estate, load
from pyops.keys.tunnels import public_half

ROOT = Path(__file__).parents[2]


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    folder = tmp_path / "production"
    shutil.copytree(ROOT / "inventories" / "production", folder)
    return load(folder)


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("open sesame\n")
    return file


def opened(estate: Estate, password: Path) -> dict[str, dict[str, str]]:
    file = estate.file.parent / VAULT
    view = ["ansible-vault", "view", "--vault-password-file", str(password), str(file)]
    text = subprocess.run(view, capture_output=True, text=True, check=True).stdout
    found: dict[str, dict[str, str]] = yaml.safe_load(text)["vault_tunnel_keys"]
    return found


def test_both_halves_belong_together_and_only_the_vault_has_the_private_one(estate: Estate, password: Path) -> None:
    assert make_keys(estate, password) == list(estate.links)
    private = opened(estate, password)
    public = yaml.safe_load((estate.file.parent / PUBLIC).read_text())["estate_public_keys"]["tunnels"]
    assert public == {link: {site: public_half(key) for site, key in ends.items()} for link, ends in private.items()}
    files = [path for path in estate.file.parent.rglob("*") if path.is_file()]
    keys = [key for ends in private.values() for key in ends.values()]
    assert [path for path in files if any(key in path.read_text() for key in keys)] == []


def test_again_changes_nothing_and_a_renewed_link_changes_alone(estate: Estate, password: Path) -> None:
    make_keys(estate, password)
    before = {path: path.read_bytes() for path in estate.file.parent.rglob("*") if path.is_file()}
    assert make_keys(estate, password) == []
    assert {path: path.read_bytes() for path in estate.file.parent.rglob("*") if path.is_file()} == before
    assert make_keys(estate, password, renew="banbury-stratford-b") == ["banbury-stratford-b"]


def test_a_wrong_password_loses_nothing(estate: Estate, password: Path) -> None:
    make_keys(estate, password)
    before = (estate.file.parent / VAULT).read_bytes()
    password.write_text("guess\n")
    with pytest.raises(OutsideFailed, match="ansible-vault view: "):
        make_keys(estate, password)
    assert (estate.file.parent / VAULT).read_bytes() == before
