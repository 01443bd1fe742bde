"""Faults of carriers: packets that vanish while every link stays up, which is the hard case for routing.

A cut is remembered, and holds until it is healed, also over a crash or a restart of the machine.
"""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from pyops import files
from pyops.errors import Refused
from pyops.lab import carriers, locks, namespaces, networks, records, tools
from pyops.lab.networks import Network
from pyops.lab.place import HANDOVER, Lab


@dataclass(frozen=True, slots=True)
class Cut:
    """One fault: of a `circuit` (one network), a `path` (between two) or a whole `carrier` (none named)."""

    kind: Literal["circuit", "path", "carrier"]
    what: str  # as people say it: "banbury-a", "banbury-a:towcester-a", "a"
    carrier: str
    networks: tuple[str, ...] = ()


def cut_circuit(lab: Lab, network: str) -> Cut:
    """Cut one site off one carrier; `network` is the name of the circuit's network."""
    circuit = _circuit(lab, network)
    return _add(lab, Cut("circuit", word(circuit), str(circuit.circuit), (network,)))


def cut_path(lab: Lab, network_a: str, network_b: str) -> Cut:
    """Cut what one carrier carries between two sites, which both keep their other paths."""
    ends = sorted((_circuit(lab, network_a), _circuit(lab, network_b)), key=word)
    what = ":".join(map(word, ends))
    if ends[0].circuit != ends[1].circuit or ends[0].name == ends[1].name:
        raise Refused(f"{what}: not a path, it joins two circuits of one carrier")
    return _add(lab, Cut("path", what, str(ends[0].circuit), tuple(end.name for end in ends)))


def cut_carrier(lab: Lab, carrier: str) -> Cut:
    """Cut everything that a carrier carries."""
    if carrier not in (known := carriers.running(lab)):
        raise Refused(f"{carrier}: no carrier of this lab, it has {', '.join(known) or 'none'}")
    return _add(lab, Cut("carrier", carrier, carrier))


def partition(lab: Lab, site: str) -> list[Cut]:
    """Cut a site off from all others: every circuit that it has."""
    own = [network for network in networks.every(lab) if network.site == site and network.circuit is not None]
    if not own:
        raise Refused(f"{site}: no site of this lab has that name and a circuit")
    return [cut_circuit(lab, network.name) for network in own]


def active(lab: Lab) -> list[Cut]:
    """The cuts that hold now, in the order in which they were made."""
    try:
        plain = json.loads((lab.state / "cuts.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    there = {network.name for network in networks.every(lab)}
    cuts = [Cut(**{**fields, "networks": tuple(fields["networks"])}) for fields in plain]
    return [cut for cut in cuts if there.issuperset(cut.networks)]


def heal(lab: Lab, what: str | None = None) -> list[Cut]:
    """End the cut called `what`, or all of them; returns those that ended."""
    with locks.record(lab, "files", "cuts"):
        cuts = active(lab)
        healed = [cut for cut in cuts if what in (None, cut.what)]
        if what is not None and not healed:
            raise Refused(f"{what}: is not cut, {', '.join(cut.what for cut in cuts) or 'nothing'} is")
        _save(lab, [cut for cut in cuts if cut not in healed])
        apply(lab)
    return healed


def apply(lab: Lab) -> None:
    """Bring every carrier's router to the cuts that are remembered."""
    cuts = active(lab)
    for carrier in carriers.running(lab):
        rules = _rules([cut for cut in cuts if cut.carrier == carrier])
        router = namespaces.path(carriers.namespace(lab, carrier))
        tools.run(["nsenter", f"--net={router}", "nft", "-f", "-"], stdin=rules)


def word(circuit: Network) -> str:
    """What people call a circuit: "banbury-a"."""
    return f"{circuit.site}-{circuit.circuit}"


def named(lab: Lab, what: str) -> Network:
    """The circuit that people call `what`."""
    circuits = {word(network): network for network in networks.every(lab) if network.circuit is not None}
    if what not in circuits:
        raise Refused(f"{what}: no circuit of this lab, it has {', '.join(sorted(circuits)) or 'none'}")
    return circuits[what]


def _circuit(lab: Lab, name: str) -> Network:
    network = records.load(lab, Network, name)
    if network is None or network.circuit is None:
        raise Refused(f"{name}: no circuit of this lab")
    return network


def _add(lab: Lab, cut: Cut) -> Cut:
    with locks.record(lab, "files", "cuts"):
        cuts = active(lab)
        if cut not in cuts:
            _save(lab, [*cuts, cut])
        apply(lab)
    return cut


def _save(lab: Lab, cuts: list[Cut]) -> None:
    files.write_whole(
        lab.state / "cuts.json", json.dumps([asdict(cut) for cut in cuts], indent=2) + "\n", files.FOR_ALL
    )


def _rules(cuts: list[Cut]) -> str:
    """All rules of one carrier's router, replaced in one step; the router's own answers vanish with a circuit's too."""
    arriving, passing, leaving = [], [], []
    for cut in cuts:
        ends = [f'"{HANDOVER.interface(name)}"' for name in cut.networks]
        match cut.kind:
            case "circuit":
                arriving.append(f"iifname {ends[0]} drop")
                leaving.append(f"oifname {ends[0]} drop")
            case "path":
                passing += [f"iifname {a} oifname {b} drop" for a, b in (ends, ends[::-1])]
            case "carrier":
                arriving.append('iifname != "lo" drop')
    return f"""table inet cut
delete table inet cut
table inet cut {{
{_chain("prerouting", arriving)}
{_chain("forward", passing)}
{_chain("postrouting", leaving)}
}}
"""


def _chain(hook: str, rules: list[str]) -> str:
    body = "".join(f"    {rule}\n" for rule in rules)
    return f"  chain {hook} {{\n    type filter hook {hook} priority 0; policy accept;\n{body}  }}"
