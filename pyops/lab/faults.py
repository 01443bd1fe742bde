"""Faults of carriers: packets that vanish while every link stays up, which is the hard case for routing.

A cut is remembered, and holds until it is healed, also over a crash or a restart of the machine.
"""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from pyops import files
from pyops.errors import Refused
from pyops.lab import carriers, locks, namespaces, networks, tools
from pyops.lab.networks import Network
from pyops.lab.place import HANDOVER, Lab


@dataclass(frozen=True, slots=True)
class Cut:
    """One fault: of a `circuit` (one network), a `path` (between two) or a whole `carrier` (none named)."""

    kind: Literal["circuit", "path", "carrier"]
    what: str  # as people say it: "banbury-a", "banbury-a:towcester-a", "a"
    carrier: str
    networks: tuple[str, ...] = ()


def cut(lab: Lab, *whats: str) -> list[Cut]:
    """Cut in one step whatever people name: circuits (banbury-a), paths (banbury-a:towcester-a), whole carriers (a)."""
    wanted = [_cut(lab, what) for what in whats]
    with locks.record(lab, "files", "cuts"):
        cuts = active(lab)
        _save(lab, [*cuts, *(cut for cut in dict.fromkeys(wanted) if cut not in cuts)])
        apply(lab)
    return wanted


def partition(lab: Lab, site: str) -> list[Cut]:
    """Cut a site off from all others: every circuit that it has."""
    own = [what for what, network in _circuits(lab).items() if network.site == site]
    if not own:
        raise Refused(f"{site}: no site of this lab has that name and a circuit")
    return cut(lab, *own)


def active(lab: Lab) -> list[Cut]:
    """The cuts that hold now, in the order in which they were made."""
    try:
        plain = json.loads((lab.state / "cuts.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    there = {network.name for network in networks.every(lab)}
    cuts = [Cut(**{**fields, "networks": tuple(fields["networks"])}) for fields in plain]
    return [cut for cut in cuts if there.issuperset(cut.networks)]


def heal(lab: Lab, *whats: str) -> list[Cut]:
    """End the cuts of these names, or without a name all of them; returns those that ended."""
    with locks.record(lab, "files", "cuts"):
        cuts = active(lab)
        for what in whats:
            if what not in {cut.what for cut in cuts}:
                raise Refused(f"{what}: is not cut, {', '.join(cut.what for cut in cuts) or 'nothing'} is")
        healed = [cut for cut in cuts if not whats or cut.what in whats]
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


def _cut(lab: Lab, what: str) -> Cut:
    if ":" in what:
        return _path(lab, what)
    circuits, running = _circuits(lab), carriers.running(lab)
    if what in running:
        return Cut("carrier", what, what)
    circuit = _known(what, circuits, [*sorted(circuits), *running], "circuit or carrier")
    return Cut("circuit", what, str(circuit.circuit), (circuit.name,))


def _path(lab: Lab, what: str) -> Cut:
    circuits = _circuits(lab)
    ends = sorted(what.split(":", 1))
    first, second = (_known(end, circuits, sorted(circuits), "circuit") for end in ends)
    if first.circuit != second.circuit or first.name == second.name:
        raise Refused(f"{':'.join(ends)}: not a path, it joins two circuits of one carrier")
    return Cut("path", ":".join(ends), str(first.circuit), (first.name, second.name))


def _known(what: str, circuits: dict[str, Network], choice: list[str], kind: str) -> Network:
    if what not in circuits:
        raise Refused(f"{what}: no {kind} of this lab, it has {', '.join(choice) or 'none'}")
    return circuits[what]


def _circuits(lab: Lab) -> dict[str, Network]:
    """Networks of circuits by what people call them: "banbury-a"."""
    return {
        f"{network.site}-{network.circuit}": network for network in networks.every(lab) if network.circuit is not None
    }


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
