"""A controller's disk without any room left, and the controller whole again afterwards."""

from .conftest import Site3
from .officers import soon

SMALL_DISK = """
set -e
systemctl stop samba-ad-dc directory-sysvol.timer directory-sysvol.service
mkdir -p /run/small
mount -t tmpfs -o size=96m,mode=755 tmpfs /run/small
cp -a --sparse=never /var/lib/samba/. /run/small/
mount --bind /run/small /var/lib/samba
systemctl start samba-ad-dc
"""
FILL = """
import ldb, pathlib
try:
    with open("/var/lib/samba/filler", "wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass
except OSError as error:
    print(error.strerror)
# A database has room within, which its own entries (not replicated, not seen from outside) take.
database = ldb.Ldb("tdb://" + str(next(pathlib.Path("/var/lib/samba/private/sam.ldb.d").glob("DC=LAB,*.ldb"))))
number = 0
for size in (1000000, 100000, 10000, 1000, 100):
    try:
        while True:
            database.add({"dn": f"@FILLER_{number}", "filler": "x" * size})
            number += 1
    except ldb.LdbError:
        pass
"""
"""Takes all the room that there is, on the disk and within the database of accounts."""
WHOLE_DISK = """
import ldb, os, pathlib, subprocess
if os.path.ismount("/var/lib/samba"):
    pathlib.Path("/var/lib/samba/filler").unlink(missing_ok=True)
    subprocess.run(["systemctl", "stop", "samba-ad-dc"], check=True)
    database = ldb.Ldb("tdb://" + str(next(pathlib.Path("/var/lib/samba/private/sam.ldb.d").glob("DC=LAB,*.ldb"))))
    for number in range(100_000):
        try:
            database.delete(f"@FILLER_{number}")
        except ldb.LdbError:
            break
    del database  # which it would hold
    subprocess.run(["umount", "/var/lib/samba"], check=True)
    # What was replicated meanwhile stays: the others would not send it again.
    subprocess.run("rm -rf /var/lib/samba/* && cp -a /run/small/. /var/lib/samba/", shell=True, check=True)
if os.path.ismount("/run/small"):
    subprocess.run(["umount", "/run/small"], check=True)
subprocess.run(["systemctl", "start", "samba-ad-dc", "directory-sysvol.timer"], check=True)
"""


def shrink(site: Site3, controller: str) -> None:
    """Have what the controller keeps stand on a small disk of its own."""
    site.run(controller, "sh", "-c", SMALL_DISK)
    soon(lambda: serves(site, controller))


def fill(site: Site3, controller: str) -> None:
    """Leave no room."""
    assert site.run(controller, "python3", "-c", FILL) == "No space left on device\n"


def make_room(site: Site3, controller: str) -> None:
    """Take away what fills the disk, as whoever looks after it does."""
    site.run(controller, "rm", "/var/lib/samba/filler")


def mend(site: Site3, controller: str) -> None:
    """Have all stand where it stood, with what came meanwhile; nothing happens where it does."""
    site.run(controller, "python3", "-c", WHOLE_DISK)
    soon(lambda: serves(site, controller))


def serves(site: Site3, controller: str) -> bool:
    """Whether it answers to those that replicate."""
    return site.tried(controller, "samba-tool", "drs", "showrepl").returncode == 0
