"""A program of this machine beside a host: in its network, not on its disk, and ended with it.

It stands for a program on the host that the host's own image cannot run.
"""

from collections.abc import Sequence

from pyops.errors import Refused
from pyops.lab import cgroups, power, tools
from pyops.lab.place import Lab

# The shell enters the cgroup before the program begins; whoever watches the host's first process ends all of it.
_SCRIPT = """
cgroup=$1 leader=$2
shift 2
echo $$ > "$cgroup/cgroup.procs"
(tail --pid="$leader" --sleep-interval=0.2 --follow /dev/null; echo 1 > "$cgroup/cgroup.kill") &
exec nsenter --target "$leader" --net -- "$@"
"""


def start(lab: Lab, host: str, argv: Sequence[str]) -> None:
    """Start the program beside a host, in place of the one that runs there; Refused when the host is off.

    What it says goes to a file `beside-HOST.log` in the lab's state folder.
    """
    tools.need("nsenter")
    leader = power.leader(lab, host)
    if leader is None:
        raise Refused(f"{host}: is off, or has not begun to run, so nothing can run beside it")
    stop(lab, host)
    cgroup = cgroups.of_beside(lab, host)
    cgroup.mkdir(parents=True)
    with (lab.state / f"beside-{host}.log").open("ab") as log:
        tools.detach(["sh", "-c", _SCRIPT, "beside", str(cgroup), str(leader), *argv], log)


def stop(lab: Lab, host: str) -> None:
    """End what runs beside a host; nothing happens when nothing does."""
    cgroups.kill(cgroups.of_beside(lab, host))
