import re
from pathlib import Path

from pyops.lab import Lab
from pyops.lab.place import BRIDGE, HANDOVER, PORT

NAMES = [
    f"lnet-{site}-{zone}"
    for site in ("banbury", "towcester", "stratford")
    for zone in ("servers", "desktops", "circuit-a")
]


def test_two_labs_have_two_names_and_one_keeps_its_own(tmp_path: Path) -> None:
    one, other = Lab(tmp_path / "one"), Lab(tmp_path / "other")
    assert re.fullmatch(r"lab-[0-9a-f]{8}", one.name)
    assert one.name != other.name
    assert one.name == Lab(tmp_path / "other" / ".." / "one").name


def test_interfaces_fit_the_kernel_and_differ() -> None:
    made = [kind.interface(name) for kind in (BRIDGE, PORT, HANDOVER) for name in NAMES]
    assert len(set(made)) == len(made)
    assert max(len(name) for name in made) <= 15


def test_a_short_name_stays_readable() -> None:
    assert BRIDGE.interface("servers") == "b-servers"
