"""What the controllers say of accounts.

Each is asked by the host's own keys over a connection in which it proves who it is, and which is signed and sealed: so
what is read was said by a controller. One that does not answer to the end has said nothing. Where one does not vouch
for an account the others are asked too, and one that does is enough: the first may have been off, and be behind.
"""

import configparser
import os
import subprocess
import sys
import time
from ctypes import CDLL, Structure, byref, c_uint32, c_void_p
from pathlib import Path
from typing import NamedTuple

from controller import Controller, Entry, Silent

SSSD = Path("/etc/sssd/sssd.conf")
KEYTAB = "/etc/krb5.keytab"
FOLDER = Path("/run/sign-on-ended")
TICKET, SILENCE = FOLDER / "ticket", FOLDER / "silence"
TICKET_S, ANSWERING_S = 3600, 20
EPOCH_S, TICKS = 11_644_473_600, 10_000_000  # of the directory's times: from 1601, in 100 ns
DISABLED = 2  # userAccountControl (MS-ADTS 2.2.16)
ATTRIBUTES = ("sAMAccountName", "userAccountControl", "accountExpires", "primaryGroupID", "tokenGroups")
NEVER = (0, 2**63 - 1)  # accountExpires (MS-ADTS 2.2.18)


class Settings(NamedTuple):
    """What SSSD is told, which is what logins here go by."""

    controllers: list[str]  # nearest first
    base: str
    computer: str
    groups: list[str]


class Verdict(NamedTuple):
    """What a controller says of an account; why it is out, or nothing where it vouches for it."""

    name: str
    why: str
    is_closed: bool = False


class Range(Structure):
    """Numbers of a domain's accounts (struct sss_idmap_range)."""

    _fields_ = (("first", c_uint32), ("last", c_uint32))


def settings() -> Settings:
    """Read them."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(SSSD.read_text(encoding="utf-8"))
    told = parser[next(name for name in parser.sections() if name.startswith("domain/"))]
    servers = f"{told['ad_server']}, {told.get('ad_backup_server', '')}"
    return Settings(
        [name.strip() for name in servers.split(",") if name.strip()],
        ",".join(f"DC={label}" for label in told["ad_domain"].split(".")),
        told["ldap_sasl_authid"],
        [name.strip() for name in told["simple_allow_groups"].split(",")],
    )


def have_ticket(computer: str) -> None:
    """A ticket of the host's own, anew a good while before the last one ends.

    From any controller that Kerberos is told of: the one of SSSD's choice may be dead.
    """
    os.environ.update({"KRB5CCNAME": f"FILE:{TICKET}", "SSSD_KRB5_LOCATOR_DISABLE": "1", "LDAPNOINIT": "1"})
    if TICKET.exists() and 0 <= time.time() - TICKET.stat().st_mtime < TICKET_S:
        return
    try:
        command = ["kinit", "-k", "-t", KEYTAB, computer]
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=ANSWERING_S)
    except subprocess.CalledProcessError as error:
        raise Silent(error.stderr.strip()) from None
    except subprocess.TimeoutExpired:
        raise Silent("no ticket in time") from None


def numbers(domain: bytes) -> range:
    """The numbers that accounts of a domain have here, as SSSD reckons them."""
    library = CDLL("libsss_idmap.so.0")
    context, found = c_void_p(), Range()
    if library.sss_idmap_init(None, None, None, byref(context)):
        raise Silent("numbers of accounts cannot be reckoned")
    if library.sss_idmap_calculate_range(context, text(domain).encode(), None, byref(found)):
        raise Silent(f"{text(domain)}: its accounts have no numbers")
    return range(found.first, found.last + 1)


def text(identifier: bytes) -> str:
    """An identifier as people write it (MS-DTYP 2.4.2.1)."""
    parts = [identifier[place : place + 4] for place in range(8, len(identifier), 4)]
    numbers = (int.from_bytes(identifier[2:8], "big"), *(int.from_bytes(part, "little") for part in parts))
    return "-".join(map(str, ("S", identifier[0], *numbers)))


def relative(domain: bytes, number: int) -> bytes:
    """The identifier of a domain's account or group (MS-DTYP 2.4.2.2): one part more than the domain's own."""
    return bytes([domain[0], domain[1] + 1]) + domain[2:] + number.to_bytes(4, "little")


def is_past(ticks: int) -> bool:
    """Whether an account's last day is over."""
    return ticks not in NEVER and ticks / TICKS - EPOCH_S < time.time()


def number(entry: Entry, name: str) -> int:
    """What an entry says in figures."""
    return int(value(entry, name))


def value(entry: Entry, name: str) -> bytes:
    """What an entry must say: where it does not, it hides it from this host, and says nothing at all."""
    if not entry[name]:
        raise Silent(f"{name} of an account cannot be read")
    return entry[name][0]


def verdict(entry: Entry, domain: bytes, groups: set[bytes]) -> Verdict:
    """By what an account's entry says."""
    name = value(entry, "sAMAccountName").decode(errors="replace")
    if number(entry, "userAccountControl") & DISABLED:
        return Verdict(name, "is disabled", is_closed=True)
    if is_past(number(entry, "accountExpires")):
        return Verdict(name, "is past its last day", is_closed=True)
    within = set(entry["tokenGroups"])
    if relative(domain, number(entry, "primaryGroupID")) not in within:
        raise Silent(f"{name}: its groups cannot be read, for everybody is in one")
    return Verdict(name, "" if within & groups else "is in no group that may log in")


def ask(controller: Controller, told: Settings, accounts: set[int], unread: list[str]) -> dict[int, Verdict]:
    """What one controller says of accounts. A number that is none of its domain's is no account that could be out."""
    found = controller.entry(told.base, "objectSid")
    if not found:
        raise Silent(f"{told.base} cannot be read")
    domain = value(found[0], "objectSid")
    groups = {value(group, "objectSid") for group in controller.named(told.base, told.groups, "group", "objectSid")}
    its = numbers(domain)
    said = {account: Verdict("", "") for account in accounts if account not in its}
    for account in accounts - said.keys():
        identifier = relative(domain, account - its[0])
        entries = controller.entry(f"<SID={text(identifier)}>", *ATTRIBUTES)
        try:
            said[account] = verdict(entries[0], domain, groups) if entries else Verdict(text(identifier), "is gone")
        except Silent as silent:
            unread.append(str(silent))
    return said


def ask_all(told: Settings, accounts: set[int], unread: list[str]) -> dict[int, Verdict]:
    """What the controllers say, nearest first, until each account is vouched for."""
    said: dict[int, Verdict] = {}
    for name in told.controllers:
        left = {account for account in accounts if account not in said or said[account].why}
        if not left:
            break
        try:
            with Controller(name) as controller:
                said |= ask(controller, told, left, unread)
        except Silent as silent:
            unread.append(str(silent))
    return said


def out(accounts: set[int]) -> dict[int, Verdict]:
    """Those that at least one controller calls out, and that none vouches for."""
    unread: list[str] = []
    try:
        told = settings()
        have_ticket(told.computer)
        said = ask_all(told, accounts, unread)
    except Silent as silent:
        said = {}
        unread.append(str(silent))
    complain(unread)
    return {account: one for account, one in said.items() if one.why}


def complain(unread: list[str]) -> None:
    """Say what could not be read, once until it is something else. It may be the ticket that is refused."""
    words = "; ".join(unread)
    if words != (SILENCE.read_text(encoding="utf-8") if SILENCE.exists() else ""):
        sys.stderr.write(f"<4>{words}: nothing ends by that\n" if words else "everything can be read again\n")
    SILENCE.write_text(words, encoding="utf-8")
    if words:
        TICKET.unlink(missing_ok=True)
