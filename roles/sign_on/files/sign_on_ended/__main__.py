"""Ends what runs for accounts of the directory that are out: disabled, expired, gone, or in no group that may log in.

SSSD asks about an account at a login and never again, so this asks the controllers about all that run something here.
Only an answer ends anything. SSSD is not asked at all: it says the same of an account that is gone and of one that it
cannot look up. Nobody of the host itself is asked about or touched. Runs as root, by sign-on-ended.timer.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from directory import Verdict

    Out = dict[int, Verdict]

FIRST = 200_000  # of the numbers that SSSD gives to accounts (ldap_idmap_range_min)
NO_LOGIN = 2**32 - 1
TERMINALS = 136  # /dev/pts (the kernel's Documentation/admin-guide/devices.txt)
GRACE_S, PATIENCE_S, OFTEN_S = 5, 5, 0.1
"""How long programs may tidy up before they are killed, how long that may take, and how often to look."""


class Process(NamedTuple):
    """One that runs; the kernel keeps for each which account's login it goes back to, whatever it became since."""

    pid: int
    name: str
    accounts: frozenset[int]
    login: int


def process(pid: int) -> Process | None:
    """What a process is now; None for one that is gone, or dead and only not yet taken note of."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 # pathlib loads slowly
            fields = dict(line.split(":", 1) for line in file if ":" in line)
        login = NO_LOGIN
        with suppress(FileNotFoundError), open(f"/proc/{pid}/loginuid", encoding="utf-8") as file:  # noqa: PTH123
            login = int(file.read())
    except (OSError, ValueError):
        return None
    if fields["State"].split()[0] in "ZX":
        return None
    return Process(pid, fields["Name"].strip(), frozenset(map(int, fields["Uid"].split())), login)


def processes() -> Iterator[Process]:
    """All that run."""
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit() and (found := process(int(name))):
            yield found


def accounts() -> set[int]:
    """The numbers of accounts that something runs for, and that are none of the host's own.

    In a container all that runs may go back to the login of whoever started it: as this does, which is nobody's here.
    """
    with open("/etc/passwd", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
        own = {int(line.split(":")[2]) for line in file if line.count(":") > 2}
    this = process(os.getpid())
    nobodys = {NO_LOGIN, this.login if this else NO_LOGIN}
    found = {account for one in processes() for account in (one.login, *one.accounts)}
    return {account for account in found - own - nobodys if account >= FIRST}


def belongs(one: Process, out: "Out") -> bool:
    """Whether a process is of an account that is out.

    What goes back to its login is, whatever it runs as now. What else runs under its number is only while the
    directory has the account, and has it closed: a service is no login, and a number may be a container's own.
    """
    return one.login in out or any(account in out and out[account].is_closed for account in one.accounts)


def those_of(out: "Out") -> list[Process]:
    """What runs for these accounts."""
    return [one for one in processes() if belongs(one, out)]


def terminal(pid: int) -> str:
    """The terminal that a process is at; empty where it is at none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            device = int(file.read().rpartition(")")[2].split()[4])
    except OSError:
        return ""
    names = {TERMINALS: "pts/", 4: "tty"}
    return f"{names[os.major(device)]}{os.minor(device)}" if os.major(device) in names else ""


def tell(name: str, words: str) -> None:
    """Say something on a terminal; one that takes nothing is passed over."""
    with suppress(OSError):
        descriptor = os.open(f"/dev/{name}", os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            file.write(f"\r\n{words}\r\n".encode())


def announce(account: int, out: "Out") -> None:
    """Say whose sessions end, where and why: in the journal, and to whoever sits there."""
    found = those_of({account: out[account]})
    if not found:
        return
    places = sorted({terminal(one.pid) for one in found} - {""})
    names = ", ".join(sorted({one.name for one in found}))
    where = f" at {', '.join(places)}" if places else ""
    sys.stdout.write(f"{out[account].name} ({account}): {out[account].why}, ends {names}{where}\n")
    sys.stdout.flush()
    for place in places:
        tell(place, f"{out[account].name}: this account {out[account].why}, so its sessions end.")


def send(one: Process, number: signal.Signals) -> None:
    """A signal to this process, and to no other that has got its number since."""
    with suppress(ProcessLookupError):
        descriptor = os.pidfd_open(one.pid)
        try:
            if process(one.pid) == one:
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)


def end(out: "Out") -> list[Process]:
    """End what runs for these accounts; what could not be ended."""
    for one in those_of(out):
        send(one, signal.SIGTERM)
    killing = time.monotonic() + GRACE_S
    while (left := those_of(out)) and time.monotonic() < killing + PATIENCE_S:
        if time.monotonic() > killing:
            for one in left:
                send(one, signal.SIGKILL)
        time.sleep(OFTEN_S)
    return left


def main() -> int:
    """Look once."""
    found = accounts()
    if not found:
        return 0
    import directory  # takes most of the time, and is of no use where nobody is logged in

    out = directory.out(found)
    for account in out:
        announce(account, out)
    left = end(out) if out else []
    if left:
        sys.stderr.write(f"<3>still there: {', '.join(f'{one.name} ({one.pid})' for one in left)}\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
