"""The mirrors of an estate side by side: what each site's publishes, and which of them do not answer."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pyops.errors import OutsideFailed
from pyops.patches.alignment import Published
from pyops.patches.indexes import Index
from pyops.patches.mirror import Mirror, NotThere
from pyops.patches.release import Key, Release, read_release

Unreachable = Mapping[str, str]
"""Why the mirror of a site cannot be read, by site."""


def publishing(
    sites: Collection[str], rings: Collection[str], index: Callable[[str, str], Index]
) -> tuple[Published, Unreachable]:
    """The index of every ring for every site; the mirror of another site stands in for one that does not answer.

    `index` reads a ring of a site's mirror. Raises OutsideFailed where a ring can be read nowhere, and Refused.
    """
    found: dict[tuple[str, str], Index] = {}
    unreachable: dict[str, str] = {}
    for site in sites:
        try:
            found |= {(site, ring): index(site, ring) for ring in rings}
        except OutsideFailed as error:
            unreachable[site] = str(error)
    standing_in = next((site for site in sites if site not in unreachable), None)
    if standing_in is None:
        raise OutsideFailed("\n".join(dict.fromkeys(unreachable.values())))
    for site in unreachable:
        found |= {(site, ring): found[standing_in, ring] for ring in rings}
    return {(site, ring): found[site, ring] for ring in rings for site in sites}, unreachable


@dataclass(frozen=True, slots=True)
class Seen:
    """What the mirrors serve at one moment: of each ring the release at each site that has one."""

    releases: Mapping[str, Mapping[str, Release]]
    unreachable: Unreachable


def look(mirrors: Mapping[str, Mirror], rings: Collection[str], key: Key, now: datetime) -> Seen:
    """Ask the mirror of every site for the releases of its rings, without their packages; raises Refused."""
    releases: dict[str, dict[str, Release]] = {ring: {} for ring in rings}
    unreachable: dict[str, str] = {}
    for site, mirror in mirrors.items():
        try:
            for ring in rings:
                if found := _release(partial(read_release, mirror, ring, key, now)):
                    releases[ring][site] = found
        except OutsideFailed as error:
            unreachable[site] = str(error)
        finally:
            mirror.close()
    return Seen(releases, unreachable)


def _release(read: Callable[[], Release]) -> Release | None:
    """None where the mirror answers and does not have the ring."""
    try:
        return read()
    except NotThere:
        return None
