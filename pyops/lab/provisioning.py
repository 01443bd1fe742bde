"""What a host finds on its disk when it first boots, as a cloud would give it: name, keys, addresses, packages."""

import os
import shutil
from pathlib import Path

from pyops.files import disk_errors
from pyops.lab import credentials
from pyops.lab.host import Host
from pyops.lab.networks import Network
from pyops.lab.place import Lab
from pyops.lab.ports import Port, network_of

OPERATOR = "operator"
# The numbers that every image gives the user `operator` (see base.sh).
OPERATOR_UID, OPERATOR_GID = 1000, 37
PROXY_PORT = 3142


def provision(lab: Lab, host: Host, upper: Path, ports: list[Port]) -> None:
    """Fill the host's own layer `upper`; done once, so that what its owner changes later stays changed."""
    done = upper.with_name("provisioned")
    if done.exists():
        return
    with disk_errors(upper):
        if upper.exists():
            shutil.rmtree(upper)  # an earlier attempt was interrupted
        upper.mkdir(mode=0o755, parents=True)
        for path, text in _files(lab, host, ports).items():
            _write(upper / path, text, 0o644)
        _write_keys(lab, host, upper)
        done.touch()


def port_file(network: Network, port: Port, *, is_first: bool) -> tuple[str, str]:
    """Path and text of the networkd configuration of one port; the first one has the default route."""
    lines = ["[Match]", f"Name={network.interface}", "", "[Network]"]
    lines += [f"Address={port.address}/{network.prefix.prefixlen}", "LinkLocalAddressing=no", "IPv6AcceptRA=no"]
    if is_first and network.gateway is not None and network.gateway != port.address:
        lines.append(f"Gateway={network.gateway}")
    return f"etc/systemd/network/10-{network.interface}.network", "\n".join(lines) + "\n"


def _files(lab: Lab, host: Host, ports: list[Port]) -> dict[str, str]:
    files = dict(port_file(network_of(lab, port), port, is_first=port is ports[0]) for port in ports)
    files["etc/hostname"] = f"{host.name}\n"
    # Empty: systemd makes an identity at the first boot, and two hosts of one image differ.
    files["etc/machine-id"] = ""
    names = f"{host.name}.{host.domain} {host.name}"
    files["etc/hosts"] = "127.0.0.1 localhost\n" + (f"{ports[0].address} {names}\n" if ports else "")
    files["etc/resolv.conf"] = "# No resolver: names come from /etc/hosts.\n"
    return files | _packages(lab, host, ports)


def _packages(lab: Lab, host: Host, ports: list[Port]) -> dict[str, str]:
    """Where the host gets packages from: the lab's repository, by way of the lab's address in the host's own zone."""
    zones = [network_of(lab, port) for port in ports]
    address = next((network.out_of_band for network in zones if network.out_of_band is not None), None)
    release = lab.public / "release"
    key = lab.public / "packages.asc"
    if address is None or not key.exists() or not release.exists():
        return {}
    return {
        "etc/apt/apt.conf.d/90lab": f'Acquire::http::Proxy "http://{address}:{PROXY_PORT}";\n',
        "etc/apt/sources.list": f"deb http://packages.{host.domain}/debian {release.read_text().strip()} main\n",
        "etc/apt/trusted.gpg.d/lab.asc": key.read_text(),
    }


def _write_keys(lab: Lab, host: Host, upper: Path) -> None:
    private = credentials.host_key(lab, host.name)
    _write(upper / "etc/ssh/ssh_host_ed25519_key", private.read_text(), 0o600)
    _write(upper / "etc/ssh/ssh_host_ed25519_key.pub", credentials.public_half(private) + "\n", 0o644)
    operator = credentials.public_half(credentials.operator_key(lab))
    home = upper / "home" / OPERATOR
    keys = dict.fromkeys([operator, *host.authorized_keys])
    _write(home / ".ssh/authorized_keys", "\n".join(keys) + "\n", 0o600)
    for path in (home, home / ".ssh", home / ".ssh/authorized_keys"):
        os.chown(path, OPERATOR_UID, OPERATOR_GID)
    for path in (home, home / ".ssh"):
        path.chmod(0o700)


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.touch(mode=mode)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
