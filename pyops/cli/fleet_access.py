"""How the fleet of an estate is reached: the lab's own way where it has a lab here, else plain ssh."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from pyops.errors import WrongUsage

if TYPE_CHECKING:
    from pyops.estate import Estate
    from pyops.fleet.target import Access, Bastion
    from pyops.lab import Lab

KNOWN_HOSTS = "known_hosts"
"""The hosts' keys, beside the estate file."""


def database(estate: "Estate") -> Path:
    """Where the observations of an estate are kept in this checkout."""
    from pyops.environments.workspace import CHECKOUT

    return CHECKOUT / ".fleet" / f"{estate.name}.db"


def certificates_of(estate: "Estate") -> Path:
    """Where the certificates of the estate's readers are, all of them, on the controller."""
    return database(estate).with_name(f"{estate.name}-readers")


def lab_of(estate: "Estate") -> "Lab | None":
    """The lab of an estate in this checkout, if it has hosts."""
    from pyops.environments.laboratory import laboratory

    lab = laboratory(estate).lab
    return lab if (lab.state / "known_hosts").exists() else None


def access_of(
    estate: "Estate",
    key: Path | None = None,
    known_hosts: Path | None = None,
    user: str | None = None,
    jump: str | None = None,
) -> "Access":
    """What was said, completed by what the lab or the estate knows."""
    from pyops.fleet.target import Access

    known = _of_lab(estate) or Access(
        user=next((account.id for account in estate.accounts.values() if account.administrator), "root"),
        key_file=Path.home() / ".ssh" / "id_ed25519",
        known_hosts=estate.file.parent / KNOWN_HOSTS,
    )
    return Access(
        user=user or known.user,
        key_file=key or known.key_file,
        known_hosts=known_hosts or known.known_hosts,
        way=_bastion(estate, jump) if jump else known.way,
    )


def _of_lab(estate: "Estate") -> "Access | None":
    """As Ansible reaches the lab: with its key, its list of host keys, through its namespace; None without a lab."""
    from pyops.fleet.target import Access, Proxy
    from pyops.lab import credentials, ssh
    from pyops.lab.provisioning import OPERATOR

    lab = lab_of(estate)
    if lab is None:
        return None
    way = Proxy(tuple(shlex.split(ssh.proxy_command(lab))))
    return Access(OPERATOR, credentials.operator_key(lab), lab.state / "known_hosts", way)


def _bastion(estate: "Estate", host: str) -> "Bastion":
    from pyops.estate.problems import nearest
    from pyops.fleet.target import Bastion

    address = estate.addresses.get(host)
    if address is None:
        raise WrongUsage(f"--jump: {host}, is no host with a planned address{nearest(host, estate.addresses)}")
    return Bastion(host, str(address))
