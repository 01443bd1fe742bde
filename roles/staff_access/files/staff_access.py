#!/usr/bin/python3
"""Lets devices of staff in by WireGuard for as long as the directory says so.

    staff-access serve                        read the directory again and again, let in what it says (the service)
    staff-access status                       who is let in, as JSON
    staff-access register ACCOUNT DEVICE KEY  write a device's public key to an account, by the ticket at hand
    staff-access withdraw ACCOUNT DEVICE      take it away again

A device is a value `WireGuard:PUBLIC KEY:DEVICE` of its account's altSecurityIdentities, which every controller has. It
is let in while the account is enabled, not past its last day, and in one of the groups, itself or by another group.
Where no controller answers, the last answer counts for a bounded time, and then nobody is let in.
"""

import base64
import binascii
import ipaddress
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import ldap
import ldap.dn
import ldap.filter

SETTINGS = Path("/etc/staff-access/settings.json")
ANSWER = Path("/var/lib/staff-access/answer.json")
ATTRIBUTE, KIND = "altSecurityIdentities", "WireGuard"
DISABLED = "(userAccountControl:1.2.840.113556.1.4.803:=2)"  # MS-ADTS 2.2.16, LDAP_MATCHING_RULE_BIT_AND
WITHIN = "memberOf:1.2.840.113556.1.4.1941:"  # LDAP_MATCHING_RULE_IN_CHAIN: groups of groups too
EPOCH, TICKS = 11_644_473_600, 10_000_000  # of the directory's times: from 1601, in 100 ns
PATIENCE_SECONDS = 3
Settings = dict[str, Any]


@dataclass(frozen=True, order=True)
class Device:
    """One that may come in."""

    key: str
    account: str
    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.account}'s {self.name} ({self.address})"


class Silent(Exception):  # noqa: N818 - named in words
    """No controller answers."""


def say(words: str) -> None:
    """To the journal."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def connect(settings: Settings) -> Any:
    """The nearest controller that answers, by the ticket at hand, over a connection that is signed and encrypted."""
    said = []
    for controller in settings["controllers"]:
        connection = ldap.initialize(f"ldap://{controller}")
        connection.set_option(ldap.OPT_NETWORK_TIMEOUT, PATIENCE_SECONDS)
        connection.set_option(ldap.OPT_TIMEOUT, PATIENCE_SECONDS)
        connection.set_option(ldap.OPT_REFERRALS, 0)
        connection.set_option(ldap.OPT_X_SASL_NOCANON, 1)
        connection.set_option(ldap.OPT_X_SASL_SSF_MIN, 56)
        try:
            connection.sasl_gssapi_bind_s()
        except ldap.LDAPError as error:
            said.append(f"{controller}: {reason(error)}")
        else:
            return connection
    raise Silent("; ".join(said))


def reason(error: ldap.LDAPError) -> str:
    """What a controller, or the library, said."""
    given = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    return " ".join(str(given[name]).strip() for name in ("desc", "info") if given.get(name)) or str(error)


def have_ticket(settings: Settings, cache: Path) -> None:
    """A ticket of the host's own, anew a good while before the last one ends."""
    if cache.exists() and time.time() - cache.stat().st_mtime < 3600:
        return
    output("kinit", "-k", "-t", settings["keytab"], own_account(settings["keytab"]))


def own_account(keytab: str) -> str:
    """The host's account among the names that the keytab has keys of: computers' end so."""
    accounts = [word for word in output("klist", "-k", keytab).split() if "$@" in word and "/" not in word]
    if not accounts:
        raise Silent(f"{keytab}: has no key of a computer's account")
    return accounts[0]


def output(*command: str) -> str:
    """What Kerberos' tools print; where one fails, that counts as silence."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise Silent(done.stderr.strip())
    return done.stdout


def base(settings: Settings) -> str:
    """The domain's entry."""
    return ",".join(f"DC={label}" for label in settings["domain"].split("."))


def search(
    connection: Any, settings: Settings, wanted: str, *attributes: str
) -> list[tuple[str, dict[str, list[bytes]]]]:
    """What a filter finds, without referrals to elsewhere."""
    found = connection.search_st(base(settings), ldap.SCOPE_SUBTREE, wanted, attributes, timeout=10)
    return [(name, values) for name, values in found if name]


def groups(connection: Any, settings: Settings) -> list[str]:
    """The groups' own entries; one that is not there lets nobody in."""
    names = "".join(f"(sAMAccountName={ldap.filter.escape_filter_chars(name)})" for name in settings["groups"])
    return [name for name, _ in search(connection, settings, f"(&(objectClass=group)(|{names}))", "cn")]


def registered(connection: Any, settings: Settings) -> list[tuple[str, str, str]]:
    """Account, device and key of all that may come in."""
    members = "".join(f"({WITHIN}={ldap.filter.escape_filter_chars(name)})" for name in groups(connection, settings))
    if not members:
        return []
    wanted = f"(&(objectCategory=person)(objectClass=user)({ATTRIBUTE}={KIND}:*)(!{DISABLED})(|{members}))"
    found = search(connection, settings, wanted, "sAMAccountName", "accountExpires", ATTRIBUTE)
    return [
        (values["sAMAccountName"][0].decode(), *device)
        for _, values in found
        if not is_past(int(values.get("accountExpires", [b"0"])[0]))
        for device in devices_of(values[ATTRIBUTE])
    ]


def is_past(ticks: int) -> bool:
    """Whether an account's last day is over; 0 and the largest number stand for never."""
    return ticks not in (0, 2**63 - 1) and ticks / TICKS - EPOCH < time.time()


def devices_of(values: list[bytes]) -> list[tuple[str, str]]:
    """Name and key of each device; what is none is left out."""
    parts = [value.decode(errors="replace").split(":", 2) for value in values]
    return [(part[2], part[1]) for part in parts if len(part) == 3 and part[0] == KIND and is_key(part[1])]


def is_key(text: str) -> bool:
    """Whether a text is a public key."""
    try:
        return len(text) == 44 and len(base64.b64decode(text, validate=True)) == 32
    except binascii.Error:
        return False


def address(key: str, prefix: str) -> str:
    """A device's address follows from its key alone, so that it is known before; the first is the gateway's."""
    network = ipaddress.IPv4Network(prefix)
    room = network.num_addresses - 3
    return str(network[2 + int.from_bytes(sha256(key.encode()).digest()[:8], "big") % room])


def planned(found: list[tuple[str, str, str]], prefix: str) -> list[Device]:
    """The devices to let in. A key of two accounts is nobody's; of two at one address the first by key comes in."""
    owners: dict[str, set[str]] = {}
    for account, _, key in found:
        owners.setdefault(key, set()).add(account)
    by_address: dict[str, Device] = {}
    for account, name, key in sorted(found, key=lambda one: one[2]):
        if len(owners[key]) == 1:
            by_address.setdefault(address(key, prefix), Device(key, account, name, address(key, prefix)))
    return sorted(by_address.values())


def ask(settings: Settings) -> list[Device]:
    """What the directory says now; raises Silent."""
    cache = Path(os.environ["KRB5CCNAME"].removeprefix("FILE:"))
    have_ticket(settings, cache)
    try:
        connection = connect(settings)
        found = registered(connection, settings)
        connection.unbind_s()
    except (Silent, ldap.LDAPError) as error:
        cache.unlink(missing_ok=True)  # it may be the ticket that is refused
        raise Silent(reason(error) if isinstance(error, ldap.LDAPError) else str(error)) from None
    return planned(found, settings["prefix"])


def keep(devices: list[Device]) -> None:
    """Remember an answer, over a restart too."""
    new = ANSWER.with_suffix(".new")
    new.write_text(json.dumps({"at": time.time(), "devices": [asdict(device) for device in devices]}), encoding="utf-8")
    new.rename(ANSWER)


def kept(settings: Settings) -> list[Device]:
    """The last answer while it counts, then nobody."""
    if not ANSWER.exists():
        return []
    last = json.loads(ANSWER.read_text(encoding="utf-8"))
    age = time.time() - last["at"]
    return [Device(**device) for device in last["devices"]] if 0 <= age <= settings["keep_seconds"] else []


def wg(*arguments: str) -> str:
    """What WireGuard says."""
    return subprocess.run(["wg", *arguments], check=True, capture_output=True, text=True).stdout


def have(settings: Settings, devices: list[Device]) -> None:
    """Let exactly these in, whatever the interface has now: it may be new, or changed by hand."""
    interface = settings["interface"]
    rows = [row.split("\t") for row in wg("show", interface, "allowed-ips").splitlines()]
    there = dict(rows)
    wanted = {device.key: device for device in devices}
    for key in there.keys() - wanted.keys():
        wg("set", interface, "peer", key, "remove")
        say(f"closed {key} ({there[key]})")
    for key, device in wanted.items():
        if there.get(key) != f"{device.address}/32":
            wg("set", interface, "peer", key, "allowed-ips", f"{device.address}/32")
            say(f"opened {device}")


def serve(settings: Settings) -> None:
    """For ever."""
    was_silent = False
    while True:
        try:
            devices = ask(settings)
            keep(devices)
            was_silent = False
        except Silent as silent:
            if not was_silent:
                say(f"no controller answers, the last answer counts for {settings['keep_seconds']} s: {silent}")
            was_silent = True
            devices = kept(settings)
        have(settings, devices)
        time.sleep(settings["every_seconds"])


def status(settings: Settings) -> None:
    """Who is let in now, and when each was last heard of."""
    known = {device.key: asdict(device) for device in kept(settings)}
    rows = [row.split("\t") for row in wg("show", settings["interface"], "latest-handshakes").splitlines()]
    say(json.dumps([{**known.get(key, {"key": key}), "heard": int(heard)} for key, heard in rows]))


def change(settings: Settings, act: int, account: str, device: str, key: str = "") -> None:
    """Add or take away one device of an account; it is the directory that says who may."""
    if act == ldap.MOD_ADD and (not is_key(key) or ":" in device):
        raise SystemExit(f"staff-access: {device}: {key}, a WireGuard public key and a name without colons are wanted")
    connection = connect(settings)
    name = ldap.filter.escape_filter_chars(account)
    found = search(connection, settings, f"(&(objectClass=user)(sAMAccountName={name}))", ATTRIBUTE)
    if not found:
        raise SystemExit(f"staff-access: {account}: there is no such account")
    known = devices_of(found[0][1].get(ATTRIBUTE, []))
    old = [f"{KIND}:{held}:{name}".encode() for name, held in known if name == device]
    if act == ldap.MOD_ADD and old:
        raise SystemExit(f"staff-access: {account}: has a device {device} already, withdraw it first")
    if act == ldap.MOD_DELETE and not old:
        raise SystemExit(f"staff-access: {account}: has no device {device}")
    values = old or [f"{KIND}:{key}:{device}".encode()]
    connection.modify_s(found[0][0], [(act, ATTRIBUTE, values)])
    say(f"{device}: {address(key, settings['prefix'])}" if key else f"{device}: withdrawn")


def main(arguments: list[str]) -> None:
    """One verb."""
    settings: Settings = json.loads(SETTINGS.read_text(encoding="utf-8"))
    try:
        match arguments:
            case ["serve"]:
                serve(settings)
            case ["status"]:
                status(settings)
            case ["register", account, device, key]:
                change(settings, ldap.MOD_ADD, account, device, key)
            case ["withdraw", account, device]:
                change(settings, ldap.MOD_DELETE, account, device)
            case _:
                raise SystemExit(__doc__)
    except (Silent, ldap.LDAPError) as error:
        words = reason(error) if isinstance(error, ldap.LDAPError) else str(error)
        raise SystemExit(f"staff-access: {words}") from None


if __name__ == "__main__":
    main(sys.argv[1:])
