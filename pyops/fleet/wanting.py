"""What is wrong with a host that answers, in words: what somebody must see to before anything else is done to it."""

from datetime import timedelta

from pyops.fleet.facts import Facts

CLOCK_MAY_BE_OFF = timedelta(minutes=5)
"""Kerberos lets nobody in whose clock is further off (RFC 4120, 1.6, as every implementation sets it)."""


def wanting(facts: Facts) -> tuple[str, ...]:
    """A line for each thing that is wrong; nothing for a host in order."""
    words = [f"{disk.mount} is full ({disk.used_percent} %)" for disk in facts.full_disks]
    if said := dpkg_words(facts):
        words.append(f"dpkg is broken: {said}")
    if is_clock_off(facts, CLOCK_MAY_BE_OFF):
        words.append(f"clock is off by {facts.clock.offset.total_seconds():+,.0f} s")
    if facts.reboot_needed:
        words.append(f"needs a reboot, runs {facts.kernel.running}")
    return tuple(words)


def dpkg_words(facts: Facts) -> str:
    """What is wrong with a host's dpkg, in a line; empty where nothing is."""
    words = [facts.dpkg.error] if facts.dpkg.error else []
    words += ["a run of it was interrupted"] if facts.dpkg.is_interrupted else []
    words += [f"{package.name} is {package.status}" for package in facts.broken]
    return ", ".join(words)


def is_clock_off(facts: Facts, by: timedelta) -> bool:
    """Whether a host's clock is further off than that; what asking it may have taken is no error of its clock."""
    return abs(facts.clock.offset) - facts.clock.uncertainty > by
