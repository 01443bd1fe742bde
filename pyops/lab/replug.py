"""Gives a host that restarted itself its ports again: `python -m pyops.lab.replug STATE NAME`, run by boot.sh."""

import sys
from pathlib import Path

from pyops.lab import locks, power, records
from pyops.lab.host import Host
from pyops.lab.place import Lab


def replug(lab: Lab, name: str) -> None:
    """Plug in every port that the restarted host lost."""
    with locks.record(lab, "host", name):
        host = records.load(lab, Host, name)
        if host is not None and power.is_running(lab, name):
            power.plug_all(lab, host)


if __name__ == "__main__":
    replug(Lab(Path(sys.argv[1])), sys.argv[2])
