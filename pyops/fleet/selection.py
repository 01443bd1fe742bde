"""Which hosts of an estate are meant, as Ansible writes it: names, groups, patterns, `!` without and `&` only these."""

import fnmatch
import re
from collections.abc import Iterable, Mapping

from pyops.errors import WrongUsage
from pyops.estate import Estate
from pyops.estate.problems import nearest


def hosts_of(estate: Estate) -> tuple[str, ...]:
    """Every host that the estate has, servers and desks, whether its address is planned or not."""
    return (*(server.name for server in estate.servers), *(desk.name for desk in estate.desktops.desks))


def groups_of(estate: Estate) -> dict[str, list[str]]:
    """The hosts of each group, under the names that the inventory gives them."""
    groups: dict[str, list[str]] = {"all": list(hosts_of(estate)), "desktops": []}
    for server in estate.servers:
        names = (
            f"site_{server.site}",
            f"partner_{server.partner}",
            f"pool_{server.pool.id}",
            f"ring_{server.pool.ring}",
        )
        for name in names:
            groups.setdefault(name, []).append(server.name)
    for desk in estate.desktops.desks:
        for name in (f"site_{desk.site}", f"partner_{desk.partner}", f"ring_{desk.ring}", "desktops"):
            groups.setdefault(name, []).append(desk.name)
    return groups


def select(estate: Estate, limit: str) -> tuple[str, ...]:
    """The hosts that a limit means, in the estate's order; all if it is empty; raises WrongUsage for strange names."""
    everything = hosts_of(estate)
    words = [word for word in re.split("[,:]", limit) if word]
    if not words:
        return everything
    groups = groups_of(estate)
    plain = [word for word in words if word[0] not in "!&"]
    chosen = set().union(*(_meant(word, everything, groups) for word in plain)) if plain else set(everything)
    for word in words:
        if word.startswith("&"):
            chosen &= _meant(word[1:], everything, groups)
        elif word.startswith("!"):
            chosen -= _meant(word[1:], everything, groups)
    return tuple(host for host in everything if host in chosen)


def _meant(word: str, everything: Iterable[str], groups: Mapping[str, list[str]]) -> set[str]:
    names = dict.fromkeys((*everything, *groups))
    found = {name for name in names if name == word or fnmatch.fnmatchcase(name, word)}
    if not found:
        raise WrongUsage(f"--limit: {word}, is no host and no group of the estate{nearest(word, names)}")
    return {host for name in found for host in groups.get(name, [name])}
