"""`pyops fleet certify` and `reader`, and how `scan --by-site` finds its readers: in a lab it brings them itself."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import typer

from pyops.cli import fleet_options as options
from pyops.cli.context import Inventory, estate_of
from pyops.errors import OutsideFailed, Refused, WrongUsage

if TYPE_CHECKING:
    from pyops.estate import Estate
    from pyops.estate.hosts import Server
    from pyops.fleet.reading import Ask
    from pyops.fleet.sites.by_site import BySite
    from pyops.fleet.target import Access
    from pyops.lab import Lab

_CONTROL = "control"
"""The pool whose first server of a site is its control node, in a lab; elsewhere a reader stands where it was put."""
_PATIENCE_SECONDS = 60
"""How long a scan in a lab and the readers that it starts wait for each other: they begin at once, on one machine."""


def certify(inventory: Inventory = None, days: options.Days = 90) -> None:
    """Make the certificates of `scan --by-site` anew: the scheduler's, the asker's, and one for each site's reader.

    The key of the authority that signs them is thrown away. Whoever holds one of the keys can have the others run
    programs of his: a site's control node gets its own three files, and no other. In a lab a scan makes its own.
    """
    from pyops.cli.fleet_access import certificates_of
    from pyops.fleet.sites.credentials import issue, reader_of

    estate = estate_of(inventory)
    folder = certificates_of(estate)
    issue(folder, estate.sites, timedelta(days=days))
    typer.echo(
        f"{folder}: certificates for {days} days, those before are worth nothing any more; each node gets its own:"
    )
    for site in estate.sites:
        typer.echo(f"  {site}: authority.pem {reader_of(site)}.pem {reader_of(site)}.key")


def reader(
    site: options.ReadersSite,
    certificates: options.Certified,
    user: options.ReadersUser,
    key: options.ReadersKey,
    known_hosts: options.ReadersKnownHosts,
    scheduler: options.SchedulerAt = "127.0.0.1:8786",
    once: options.Once = False,
) -> None:
    """Read a site's hosts for whoever scans with `--by-site`, with this machine's own account, key and known_hosts.

    It runs until it is ended. It needs no estate file; hosts are reached straight from here.
    """
    _need_dask()
    import signal

    from pyops.fleet.sites.reader import Post, serve, serve_once
    from pyops.fleet.target import Access

    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # nothing has to be put away, and Dask, interrupted, may hang
    post = Post(site, scheduler, certificates, Access(user, key, known_hosts))
    if once:
        serve_once(post, _PATIENCE_SECONDS)
    else:
        serve(post, partial(typer.echo, err=True))


def places(listen: Sequence[str] | None, ours: Iterable[object], *, by_site: bool) -> Sequence[str] | None:
    """Where readers come to, if they read; raises WrongUsage where one of `ours`, ways in from here, is given too."""
    if not by_site:
        if listen:
            raise WrongUsage("--listen: readers come there, so it goes with --by-site only")
        return None
    if any(ours):
        raise WrongUsage("--by-site: a reader logs in by itself, leave out --key, --known-hosts, --user and --jump")
    return listen or ()


@contextmanager
def asking(estate: "Estate", hosts: Sequence[str], access: "Access", places: Sequence[str]) -> Iterator["Ask"]:
    """What asks by the sites' readers. In a lab they are started for it, and ended with it."""
    _need_dask()
    from pyops.cli.fleet_access import certificates_of, lab_of
    from pyops.fleet.sites.by_site import BySite
    from pyops.fleet.sites.gathering import Listening

    desks = {desk.name: desk.site for desk in estate.desktops.desks}
    site_of = {server.name: server.site for server in estate.servers} | desks
    if lab := lab_of(estate):
        if places:
            raise WrongUsage("--listen: in a lab readers come to the lab's own addresses, leave it out")
        with _in_lab(lab, estate, {site_of[host] for host in hosts}, site_of, access) as by_site:
            yield by_site.ask
    else:
        yield BySite(site_of, certificates_of(estate), Listening(tuple(places or ("127.0.0.1",)))).ask


@contextmanager
def _in_lab(
    lab: "Lab", estate: "Estate", sites: set[str], site_of: Mapping[str, str], access: "Access"
) -> Iterator["BySite"]:
    """Readers in the networks of the sites' control hosts: certificates and processes last as long as the scan."""
    from pyops.fleet.sites.by_site import BySite
    from pyops.fleet.sites.credentials import issue
    from pyops.fleet.sites.gathering import Listening
    from pyops.lab import beside, credentials, locks, namespaces

    nodes = {server.site: server for server in reversed(estate.servers) if server.pool.id == _CONTROL}
    addresses = {site: _out_of_band(lab, nodes[site]) for site in sorted(sites & nodes.keys())}
    absent = dict.fromkeys(sites - nodes.keys(), f"the estate has no {_CONTROL} host there")
    with ExitStack() as stack:
        stack.enter_context(locks.whole_lab(lab, "fleet scan --by-site"))
        folder = credentials.folder(lab) / "readers"
        stack.callback(rmtree, folder, ignore_errors=True)
        issue(folder, addresses, timedelta(days=1))
        for site, address in addresses.items():
            stack.callback(beside.stop, lab, nodes[site].name)
            try:
                beside.start(lab, nodes[site].name, _command(site, address, folder, access))
            except Refused as off:
                absent[site] = str(off)
        started = ", ".join(nodes[site].name for site in addresses if site not in absent)
        typer.echo(f"==> readers in the networks of {started or 'no host'}, run by this machine's Python", err=True)
        listening = Listening(tuple(addresses.values()), within=partial(namespaces.inside, lab.namespace))
        yield BySite(site_of, folder, listening, _PATIENCE_SECONDS, absent)


def _out_of_band(lab: "Lab", node: "Server") -> str:
    """The lab's own address in the zone of a node: nothing of the site's is needed to reach it from there."""
    from pyops.lab import networks

    zones = (one for one in networks.every(lab) if (one.site, one.zone) == (node.site, node.pool.zone))
    return str(next(zones).out_of_band)


def _command(site: str, address: str, folder: Path, access: "Access") -> list[str]:
    from pyops.fleet.sites.gathering import PORT

    words = [sys.executable, "-m", "pyops.cli", "fleet", "reader", site, "--once", "--scheduler", f"{address}:{PORT}"]
    words += ["--certificates", str(folder), "--user", access.user]
    return [*words, "--key", str(access.key_file), "--known-hosts", str(access.known_hosts)]


def _need_dask() -> None:
    if find_spec("distributed") is None:
        raise OutsideFailed("distributed: is not installed here, reading by sites needs pyops[site-readers]")
