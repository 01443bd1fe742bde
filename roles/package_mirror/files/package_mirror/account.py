"""The account that everything runs as, so that nothing that is fetched is ever touched by root."""

import os
import pwd

from package_mirror.errors import Refused


def become(name: str) -> None:
    """Become the account for good, when started by root; raises Refused where there is no such account."""
    os.umask(0o022)
    if os.geteuid() != 0:
        return
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Refused(f"{name}: no account of this host, the mirror has one of its own") from None
    os.initgroups(name, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.chdir("/")
