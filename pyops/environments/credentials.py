"""The lab's secrets in its state folder, and their public halves as inventory data beside them."""

import json
from pathlib import Path
from typing import Any

from pyops.estate import Estate
from pyops.files import FOR_ALL, OWNERS_ALONE, write_whole
from pyops.keys import archive_key, passwords, staff_access_keys, tunnel_keys
from pyops.lab import Lab, credentials, locks


def make_credentials(lab: Lab, estate: Estate) -> None:
    """Make what is missing: keys of tunnels, gateways, archives and the operator, and passwords; keep the rest."""
    with locks.record(lab, "keys", "estate"):
        folder = credentials.folder(lab)
        file = folder / "tunnel_keys.json"
        pairs = tunnel_keys(estate, _read(file))
        private = {link: {site: pair.private for site, pair in ends.items()} for link, ends in pairs.items()}
        public = {link: {site: pair.public for site, pair in ends.items()} for link, ends in pairs.items()}
        write_whole(file, _text(private), OWNERS_ALONE)
        write_whole(folder / "passwords.json", _text(passwords(_read(folder / "passwords.json"))), OWNERS_ALONE)
        gateways = _make_staff_access_keys(folder / "staff_access_keys.json", estate)
        _make_archive_key(lab)
        write_whole(lab.public / "keys.json", _text(_public(lab, estate, public) | {"staff_access": gateways}), FOR_ALL)


def operator_key(lab: Lab) -> str:
    """The public half of the key by which people and Ansible log in to the lab's hosts."""
    return credentials.public_half(credentials.operator_key(lab))


def _make_staff_access_keys(file: Path, estate: Estate) -> dict[str, str]:
    """The public halves by site."""
    pairs = staff_access_keys(estate, _read(file))
    write_whole(file, _text({site: pair.private for site, pair in pairs.items()}), OWNERS_ALONE)
    return {site: pair.public for site, pair in pairs.items()}


def _make_archive_key(lab: Lab) -> None:
    """The key that signs what the package mirrors publish."""
    file, public = lab.secrets / "archive_key.asc", lab.public / "mirror.asc"
    if not (file.exists() and public.exists()):
        pair = archive_key(file.read_text(encoding="ascii") if file.exists() else None, f"Mirrors of {lab.name}")
        write_whole(file, pair.private, OWNERS_ALONE)
        write_whole(public, pair.public, FOR_ALL)


def _public(lab: Lab, estate: Estate, tunnels: dict[str, dict[str, str]]) -> dict[str, Any]:
    administrators = [account.id for account in estate.accounts.values() if account.administrator]
    return {
        "tunnels": tunnels,
        "operators": {name: [operator_key(lab)] for name in administrators},
        "packages": (lab.public / "packages.asc").read_text(encoding="ascii"),
        "mirror": (lab.public / "mirror.asc").read_text(encoding="ascii"),
    }


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True) + "\n"
