"""The lab: networks, hosts, carriers and faults on one Linux machine, made and kept as it is told.

The names below are imported when they are first used: `pyops.lab.connect` starts for every ssh connection, and must be
quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyops.lab.disks import Disk as Disk
    from pyops.lab.host import Host as Host
    from pyops.lab.networks import Network as Network
    from pyops.lab.place import Lab as Lab
    from pyops.lab.ports import Port as Port

_HOMES = {"Disk": "disks", "Host": "host", "Lab": "place", "Network": "networks", "Port": "ports"}

__all__ = ["Disk", "Host", "Lab", "Network", "Port"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"pyops.lab has no {name}")
    return getattr(import_module(f"pyops.lab.{_HOMES[name]}"), name)
