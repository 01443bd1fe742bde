"""`pyops lab cut|heal|partition|off|on`: break the lab and mend it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from pyops.cli.lab_options import State, open_lab
from pyops.errors import Refused

if TYPE_CHECKING:
    from pyops.lab import Lab
    from pyops.lab.faults import Cut

_ONE = "CIRCUIT|PATH|CARRIER"


def cut(whats: Annotated[list[str], typer.Argument(metavar=f"{_ONE}...")], state: State = None) -> None:
    """Let packets vanish: on circuits (banbury-a), paths (banbury-a:towcester-a) or whole carriers (a), all at once."""
    from pyops.lab import faults

    _say_cut(faults.cut(open_lab(state), *whats))


def heal(
    whats: Annotated[list[str] | None, typer.Argument(metavar=f"[{_ONE}]...")] = None, state: State = None
) -> None:
    """End the cuts of these names, or all of them."""
    from pyops.lab import faults

    healed = faults.heal(open_lab(state), *(whats or ()))
    typer.echo("\n".join(f"healed: {cut.kind} {cut.what}" for cut in healed) or "nothing was cut")


def partition(site: str, state: State = None) -> None:
    """Cut every circuit of a site: its hosts run on, and reach no other site."""
    from pyops.lab import faults

    _say_cut(faults.partition(open_lab(state), site))


def off(what: Annotated[str, typer.Argument(metavar="HOST|SITE")], state: State = None) -> None:
    """Cut the power of a host, or of every host of a site, with no warning to what runs there."""
    from pyops.lab import hosts

    _switch(open_lab(state), what, hosts.power_off, "off")


def on(what: Annotated[str, typer.Argument(metavar="HOST|SITE")], state: State = None) -> None:
    """Boot a host, or every host of a site, and wait until it answers."""
    from pyops.lab import hosts, ssh

    lab = open_lab(state)
    ssh.wait_for_ssh(lab, _switch(lab, what, hosts.power_on, "on"), 120)


def _switch(lab: "Lab", what: str, switch: Callable[["Lab", str], None], position: str) -> list[str]:
    from concurrent.futures import ThreadPoolExecutor

    from pyops.lab import hosts
    from pyops.lab.status import hosts_of_site

    names = [what] if hosts.read(lab, what) is not None else hosts_of_site(lab, what)
    if not names:
        raise Refused(f"{what}: neither a host nor a site of this lab")
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: switch(lab, name), names))
    typer.echo("\n".join(f"{position}: {name}" for name in names))
    return names


def _say_cut(cuts: "list[Cut]") -> None:
    typer.echo("\n".join(f"cut: {cut.kind} {cut.what}" for cut in cuts))
