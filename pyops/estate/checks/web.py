"""The web sign-on: providers that are there, each with an account of its own, and what systems ask of it."""

from collections.abc import Iterator
from datetime import date

from pyops.estate.model import Estate
from pyops.estate.problems import Finding, each_unknown, unknown
from pyops.estate.service import SignOn, System


def check_web_sign_on(estate: Estate, _today: date) -> Iterator[Finding]:
    """Unknown pools and groups, providers without an account or with another's, systems at odds over one address."""
    yield from _providers(estate)
    for system in estate.systems.values():
        yield from _terms(estate, system)
    yield from _shared(estate)


def _providers(estate: Estate) -> Iterator[Finding]:
    directory = estate.directory
    at, pool = ("directory", "providers"), directory.providers
    if pool is None:
        return
    yield from unknown("pool", at, pool, estate.pools)
    taken: dict[str, str] = {}
    for server in estate.providers:
        account = directory.account_of(estate.web_service(server))
        if account is None:
            rule = f"has no account: one of directory.services has {estate.web_service(server)} in its spns"
            yield Finding(at, server.name, rule)
        elif taken.setdefault(account, server.name) != server.name:
            rule = (
                f"has {account} as {taken[account]} has: a ticket that one was sent would open a session at the other"
            )
            yield Finding(at, server.name, rule)


def _terms(estate: Estate, system: System) -> Iterator[Finding]:
    at = ("systems", system.id, "sign_on")
    if system.sign_on != SignOn() and estate.directory.providers is None:
        yield Finding(at, None, "is asked by nobody: directory.providers names no pool")
    yield from each_unknown("group", (*at, "groups"), system.sign_on.groups, estate.directory.groups)


def _shared(estate: Estate) -> Iterator[Finding]:
    """Systems on one pool are behind the same addresses, where people come in once."""
    first: dict[str, System] = {}
    for system in estate.systems.values():
        for pool in system.pools:
            other = first.setdefault(pool, system)
            if other.sign_on != system.sign_on:
                rule = f"is otherwise for {other.id}, which shares pool {pool}, and with it the web address"
                yield Finding(("systems", system.id, "sign_on"), None, rule)
                break
