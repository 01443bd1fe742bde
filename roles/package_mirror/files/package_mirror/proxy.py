"""The proxy by which the host's own apt reaches a server."""

import urllib.parse

from package_mirror.child import run


def proxy_for(uri: str) -> str:
    """Its address, empty for none; as apt.conf(5) has it: a server's own setting wins, and DIRECT means none."""
    found = urllib.parse.urlsplit(uri)
    dump = run(["apt-config", "dump", "--no-empty", "--format", "%f %v%n", "Acquire"])
    given = dict(line.split(" ", 1) for line in dump.splitlines() if " " in line)
    for scheme in dict.fromkeys((found.scheme, "http")):
        for name in (f"Acquire::{scheme}::Proxy::{found.hostname}", f"Acquire::{scheme}::Proxy"):
            if name in given:
                return "" if given[name].upper() == "DIRECT" else given[name]
    return ""
