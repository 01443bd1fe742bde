"""Keys of an estate outside the lab: made once, what is secret only inside Ansible Vault and the engine's settings."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from pyops.engines import pulumi
from pyops.engines.pulumi import Project
from pyops.environments.production_keys import ARCHIVE, MIRROR, PUBLIC, VAULT, hand_hub_keys, make_keys
from pyops.environments.workspace import HUB_KEYS
from pyops.errors import OutsideFailed, Refused
from pyops.estate import Estate, load
from pyops.estate.azure import hub_tunnels
from pyops.keys import archive_key
from pyops.keys.passwords import PURPOSES
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


def vault(verb: str, estate: Estate, password: Path, text: str = "") -> str:
    file = str(estate.file.parent / VAULT)
    command = ["ansible-vault", verb, "--vault-password-file", str(password), *(["--output", file] if text else [file])]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def opened(estate: Estate, password: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(vault("view", estate, password))
    return found


def test_both_halves_belong_together_and_only_the_vault_has_the_private_one(estate: Estate, password: Path) -> None:
    made = [*estate.links, *hub_tunnels(estate), *estate.sites, *PURPOSES, ARCHIVE]
    assert make_keys(estate, password) == made
    private, hubs = (opened(estate, password)[name] for name in ("vault_tunnel_keys", "vault_hub_keys"))
    assert list(hubs) == sorted(hub_tunnels(estate))
    public = yaml.safe_load((estate.file.parent / PUBLIC).read_text())["estate_public_keys"]["tunnels"]
    assert public == {link: {site: public_half(key) for site, key in ends.items()} for link, ends in private.items()}
    archive = opened(estate, password)["vault_archive_key"]
    mirror = (estate.file.parent / MIRROR).read_text()
    assert archive_key(archive, "nobody").public == mirror
    assert yaml.safe_load((estate.file.parent / PUBLIC).read_text())["estate_public_keys"]["mirror"] == mirror
    files = [path for path in estate.file.parent.rglob("*") if path.is_file()]
    keys = [
        *hubs.values(),
        *opened(estate, password)["vault_passwords"].values(),
        *opened(estate, password)["vault_staff_access_keys"].values(),
        *(key for ends in private.values() for key in ends.values()),
        archive.splitlines()[3],
    ]
    assert [path for path in files if any(key in path.read_text() for key in keys)] == []


@pytest.mark.parametrize("tunnel", ["banbury-stratford-b", "banbury-b-ukwest", "towcester"])
def test_again_changes_nothing_and_a_renewed_tunnel_changes_alone(estate: Estate, password: Path, tunnel: str) -> None:
    make_keys(estate, password)
    before = {path: path.read_bytes() for path in estate.file.parent.rglob("*") if path.is_file()}
    assert make_keys(estate, password) == []
    assert {path: path.read_bytes() for path in estate.file.parent.rglob("*") if path.is_file()} == before
    assert make_keys(estate, password, renew=tunnel) == [tunnel]


def test_what_else_is_in_the_vault_stays_there(estate: Estate, password: Path) -> None:
    vault("encrypt", estate, password, "vault_of_others: 1\n")
    make_keys(estate, password)
    assert opened(estate, password)["vault_of_others"] == 1


@pytest.mark.engine
def test_the_network_stack_gets_the_hubs_keys_and_no_file_shows_one(
    estate: Estate, password: Path, tmp_path: Path
) -> None:
    make_keys(estate, password)
    shutil.copytree(ROOT / "stacks" / "network", tmp_path / "network")
    (tmp_path / "passphrase").write_text("of the council\n")
    network = Project(
        tmp_path / "network", "production", tmp_path / "backend", tmp_path / "home", None, tmp_path / "passphrase"
    )
    (tmp_path / "backend").mkdir()
    pulumi.called(network, "stack", "init", "production")
    hand_hub_keys(estate, password, network)
    keys = opened(estate, password)["vault_hub_keys"]
    assert json.loads(pulumi.called(network, "config", "get", HUB_KEYS, "--stack", "production")) == keys
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if any(key.encode() in path.read_bytes() for key in keys.values())] == []


def test_a_key_that_is_missing_is_made_before_it_is_handed_over(estate: Estate, password: Path) -> None:
    vault("encrypt", estate, password, "vault_hub_keys: {banbury-a-uksouth: '0'}\n")
    with pytest.raises(Refused) as refused:
        hand_hub_keys(estate, password, Project(ROOT, "none"))
    where, rule = str(refused.value).split(": ", 1)
    assert where == str(estate.file.parent / VAULT)
    assert rule.startswith("no key for banbury-a-ukwest, banbury-b-uksouth, ")
    assert rule.endswith(", `pyops keys make` makes it")


def test_a_wrong_password_loses_nothing(estate: Estate, password: Path) -> None:
    make_keys(estate, password)
    before = (estate.file.parent / VAULT).read_bytes()
    password.write_text("guess\n")
    with pytest.raises(OutsideFailed, match="ansible-vault view: "):
        make_keys(estate, password)
    assert (estate.file.parent / VAULT).read_bytes() == before
