"""What a failed run leaves for its readers: every host's journal, and what routers and carriers were doing."""

from pathlib import Path

from pyops.lab import carriers, hosts, namespaces, tools
from pyops.lab.place import Lab

STATE = "; ".join(
    [
        "ip -brief address",
        "ip route",
        "nft list ruleset",
        "vtysh -c 'show bgp summary' -c 'show bfd peers brief'",
        "wg show all latest-handshakes",
    ]
)
"""Shell words whose output tells what a host's network is doing; what a host does not have is left out."""


def collect(lab: Lab, folder: Path) -> list[Path]:
    """Write one file for each host's journal and one for its network's state below `folder`; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for host in hosts.every(lab):
        written.append(_write(folder / f"{host.name}.journal", hosts.journal(lab, host.name)))
        if hosts.is_running(lab, host.name):
            state = hosts.run(lab, host.name, ["sh", "-c", STATE], check=False).stdout
            written.append(_write(folder / f"{host.name}.network", state))
    for carrier in carriers.running(lab):
        inside = [
            "nsenter",
            f"--net={namespaces.path(carriers.namespace(lab, carrier))}",
            "sh",
            "-c",
            "ip -brief address; ip route; nft list ruleset",
        ]
        written.append(_write(folder / f"carrier-{carrier}.network", tools.run(inside, check=False).stdout))
    return written


def _write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8", errors="replace")
    return file
