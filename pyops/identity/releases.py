"""Kerberos names that go from one account to another: a directory gives a name to one account at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pyops.identity.accounts import Holding
from pyops.identity.steps import Step, release_step


def released(aim: Holding, found: Holding) -> Iterator[Step]:
    """What managed accounts give up before others get it."""
    heirs = _heirs(aim)
    for login, account in found.managed.items():
        given = [spn for spn in account.spns if heirs.get(spn.lower(), login) != login]
        if given:
            yield release_step(account.login, given, [heirs[spn.lower()] for spn in given])


def without(found: Holding, releases: Iterable[Step]) -> Holding:
    """What is there once these steps are done."""
    accounts = dict(found.accounts)
    for step in releases:
        held = accounts[step.name.lower()]
        left = tuple(spn for spn in held.spns if spn not in step.order["spns"])
        accounts[step.name.lower()] = replace(held, spns=left)
    return replace(found, accounts=accounts)


def withheld(aim: Holding, found: Holding) -> Iterator[tuple[str, str]]:
    """Names that an account is to have and one has that this estate does not manage, each with why it stays there."""
    heirs = _heirs(aim)
    for account in found.accounts.values():
        for spn in account.spns:
            if not account.kind and spn.lower() in heirs:
                why = f"is to have {spn}, which {account.login} has, and this estate does not manage"
                yield heirs[spn.lower()], why


def _heirs(aim: Holding) -> Mapping[str, str]:
    """Who is to have each name; the directory does not tell capitals apart."""
    return {spn.lower(): login for login, account in aim.accounts.items() for spn in account.spns}
