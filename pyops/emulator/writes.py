"""Writes that Azure takes one at a time.

Source: the groups of a firewall policy are written one after another (Azure Verified Modules chain them); a second
write meanwhile answers AnotherOperationInProgress. The real provider tries a 409 of that name again three times, and
firewalls can end up faulted in between: a program that does not chain them is refused here at once.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pyops.emulator.identity import key, parent_of
from pyops.errors import Refused

ONE_AT_A_TIME = frozenset({"azure-native:network:FirewallPolicyRuleCollectionGroup"})
"""Types of which one below each parent is written at a time."""
_TAKES_SECONDS = 0.2
"""How long such a write lasts at least: a stand-in that answers at once would let most of them pass by chance."""


class Writes:
    """The writes that are under way."""

    def __init__(self) -> None:
        self._lock, self._under_way = threading.Lock(), dict[str, str]()

    @contextmanager
    def alone(self, token: str, arm_id: str) -> Iterator[None]:
        """Writes a resource for the length of a `with` block; Refused when another must end first."""
        if token not in ONE_AT_A_TIME:
            yield
            return
        parent = key(parent_of(arm_id) or "")
        with self._lock:
            if parent in self._under_way:
                raise Refused(f"{arm_id}: AnotherOperationInProgress, {self._under_way[parent]} is being written")
            self._under_way[parent] = arm_id
        try:
            time.sleep(_TAKES_SECONDS)
            yield
        finally:
            del self._under_way[parent]
