"""Keys of an estate outside the lab: public halves beside its inventory, everything secret in Ansible Vault only."""

import json
from pathlib import Path
from typing import Any

import yaml

from pyops.engines import stacks, vault
from pyops.engines.pulumi import Project
from pyops.environments.workspace import HUB_KEYS
from pyops.errors import Refused
from pyops.estate import Estate
from pyops.estate.azure import hub_tunnels
from pyops.files import FOR_ALL, write_whole
from pyops.keys import KeyPair, archive_key, hub_keys, passwords, renewed, staff_access_keys, tunnel_keys

PUBLIC = Path("group_vars/all/public_keys.yml")
VAULT = Path("group_vars/all/vault.yml")
MIRROR = Path("mirror.asc")
"""The public half of the key that signs what the package mirrors publish."""
ARCHIVE = "archive"
"""What the key of the package mirrors is called where keys are listed."""
_HEAD = "---\n# Public halves of the key pairs, written by `pyops keys make`; the private halves are in vault.yml.\n"


def make_keys(estate: Estate, password_file: Path, renew: str | None = None) -> list[str]:
    """Make the keys that are missing, and those of the link, hub tunnel or site `renew` anew; returns whose changed.

    Secrets never touch the disk in the clear. Keys that are there stay, those of tunnels that are gone go, and what
    else people keep in the vault is left alone.
    """
    folder = estate.file.parent
    known = vault.read(folder / VAULT, password_file)
    private, hubs = known.get("vault_tunnel_keys", {}), known.get("vault_hub_keys", {})
    gateways = known.get("vault_staff_access_keys", {})
    pairs = renewed(estate, private, renew) if renew else tunnel_keys(estate, private)
    staff = staff_access_keys(estate, {site: key for site, key in gateways.items() if site != renew})
    archive = archive_key(known.get("vault_archive_key"), f"Mirrors of {estate.name}")
    secret: dict[str, dict[str, Any]] = {
        "vault_tunnel_keys": {link: _halves(ends, "private") for link, ends in pairs.items()},
        "vault_hub_keys": hub_keys(estate, {name: key for name, key in hubs.items() if name != renew}),
        "vault_staff_access_keys": _halves(staff, "private"),
        "vault_passwords": passwords(known.get("vault_passwords", {})),
    }
    wanted = {**known, **secret, "vault_archive_key": archive.private}
    if wanted != known:
        vault.write(folder / VAULT, wanted, password_file)
    tunnels = {link: _halves(ends, "public") for link, ends in pairs.items()}
    public = {"tunnels": tunnels, "staff_access": _halves(staff, "public"), "mirror": archive.public}
    _record(folder / PUBLIC, public)
    write_whole(folder / MIRROR, archive.public, FOR_ALL)
    before = {**private, **hubs, **gateways, **known.get("vault_passwords", {})}
    changed = [name for keys in secret.values() for name, key in keys.items() if key != before.get(name)]
    return changed if "vault_archive_key" in known else [*changed, ARCHIVE]


def hand_hub_keys(estate: Estate, password_file: Path, network: Project) -> None:
    """Give the hubs' keys to the network stack, encrypted by its own secrets provider; they pass through pipes only.

    Raises Refused while one is missing.
    """
    keys = vault.read(estate.file.parent / VAULT, password_file).get("vault_hub_keys", {})
    missing = [name for name in hub_tunnels(estate) if name not in keys]
    if missing:
        raise Refused(f"{estate.file.parent / VAULT}: no key for {', '.join(missing)}, `pyops keys make` makes it")
    stacks.seal(network, HUB_KEYS, json.dumps(keys))


def _halves(ends: dict[str, KeyPair], half: str) -> dict[str, str]:
    return {site: getattr(pair, half) for site, pair in ends.items()}


def _record(file: Path, ours: dict[str, Any]) -> None:
    """Only these keys are ours to write: what else people recorded there stays."""
    known = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None
    keys = {**((known or {}).get("estate_public_keys") or {}), **ours}
    text = _HEAD + yaml.safe_dump({"estate_public_keys": keys}, sort_keys=True)
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
