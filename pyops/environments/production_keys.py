"""Key pairs of an estate outside the lab: public halves beside its inventory, private ones in Ansible Vault only."""

from pathlib import Path

import yaml

from pyops.engines import vault
from pyops.estate import Estate
from pyops.keys import KeyPair, renewed, tunnel_keys

PUBLIC = Path("group_vars/all/public_keys.yml")
VAULT = Path("group_vars/all/vault.yml")
_HEAD = "---\n# Public halves of the key pairs, written by `pyops keys make`; the private halves are in vault.yml.\n"


def make_keys(estate: Estate, password_file: Path, renew: str | None = None) -> list[str]:
    """Make the pairs that are missing, and those of the link `renew` anew; returns the links whose keys changed.

    The private halves never touch the disk in the clear. Keys that are there stay.
    """
    folder = estate.file.parent
    private = vault.read(folder / VAULT, password_file).get("vault_tunnel_keys", {})
    pairs = renewed(estate, private, renew) if renew else tunnel_keys(estate, private)
    changed = [link for link, ends in pairs.items() if _halves(ends, "private") != private.get(link)]
    if changed or set(private) - set(pairs):
        vault.write(
            folder / VAULT,
            {"vault_tunnel_keys": {link: _halves(ends, "private") for link, ends in pairs.items()}},
            password_file,
        )
    public = {link: _halves(ends, "public") for link, ends in pairs.items()}
    _record(folder / PUBLIC, public)
    return changed


def _halves(ends: dict[str, KeyPair], half: str) -> dict[str, str]:
    return {site: getattr(pair, half) for site, pair in ends.items()}


def _record(file: Path, tunnels: dict[str, dict[str, str]]) -> None:
    """Only the tunnels' keys are ours to write: what else people recorded there stays."""
    known = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None
    keys = {**((known or {}).get("estate_public_keys") or {}), "tunnels": tunnels}
    text = _HEAD + yaml.safe_dump({"estate_public_keys": keys}, sort_keys=True)
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
