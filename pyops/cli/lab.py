"""`pyops lab`: the running lab, its hosts and its faults."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyops.cli import lab_faults, lab_hosts
from pyops.cli.answering import print_json
from pyops.cli.context import Inventory, estate_of, inventory_file
from pyops.cli.lab_options import Json, State, open_lab
from pyops.errors import OutsideFailed, Refused, WrongUsage

if TYPE_CHECKING:
    from pyops.lab.status import Status

app = typer.Typer(help="The three sites on this machine: hosts, wires and faults.", no_args_is_help=True)


@app.command()
def up(inventory: Inventory = None) -> None:
    """Build the estate's lab, or complete it: images, keys, `pulumi up` of the three stacks, desks."""
    from pyops.cli.steps import engine_line, step
    from pyops.environments.laboratory import build, laboratory
    from pyops.lab import locks

    here = laboratory(estate_of(inventory))
    with step(f"lab of {here.estate.name}: {len(here.hosts)} hosts"), locks.whole_lab(here.lab, "lab up"):
        build(here, step, engine_line)


@app.command()
def converge(
    inventory: Inventory = None,
    check: Annotated[bool, typer.Option("--check", help="Name what would change, change nothing.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show the differences of files.")] = False,
    limit: Annotated[str, typer.Option("--limit", help="Hosts or groups, as Ansible writes them.")] = "",
    plain: Annotated[bool, typer.Option("--plain", help="With Ansible's own strategy instead of mitogen's.")] = False,
    verbosity: Annotated[int, typer.Option("-v", count=True, help="More words; up to -vvv.")] = 0,
) -> None:
    """Run the production playbooks on the lab's hosts."""
    from pyops.cli.steps import step
    from pyops.engines.ansible import Play, run
    from pyops.environments.credentials import make_credentials
    from pyops.environments.laboratory import laboratory
    from pyops.environments.workspace import CHECKOUT

    here = laboratory(estate_of(inventory))
    if not here.lab.state.exists():
        raise Refused(f"{here.lab.state}: no lab runs there, `pyops lab up` starts one")
    make_credentials(here.lab, here.estate)  # a link that the estate has gained needs its keys before the dry run, too
    play = Play(
        folder=CHECKOUT,
        playbooks=(CHECKOUT / "playbooks" / "site.yml",),
        inventory=inventory_file(inventory).resolve(),
        limit=limit,
        is_check=check,
        is_diff=diff,
        is_mitogen=not plain,
        verbosity=verbosity,
    )
    with step(f"ansible-playbook playbooks/site.yml{' --check' if check else ''}"):
        outcome = run(play)
    if not outcome.is_ok:
        raise OutsideFailed(f"playbooks/site.yml: {len(outcome.failures)} tasks failed, see above")
    hosts = {result.host for result in outcome.changed}
    typer.echo(f"{'would change' if check else 'changed'}: {len(outcome.changed)} tasks on {len(hosts)} hosts")


@app.command("run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def run_command(command: list[str], inventory: Inventory = None) -> None:
    """Run a command with the lab's Pulumi, in a stack's folder: its state, its settings and the stand-in for Azure."""
    import subprocess

    from pyops.engines.pulumi import by_hand
    from pyops.environments.laboratory import laboratory

    here = laboratory(estate_of(inventory))
    with here.attached() as attached:
        project = here.workspace.project(Path.cwd().name, attached)
        variables = {**by_hand(project), "PYOPS_LAB_STATE": str(here.lab.state)}
        done = subprocess.run(command, env=variables, check=False)
    raise typer.Exit(done.returncode)


@app.command()
def publish(
    packages: Annotated[list[Path], typer.Argument(metavar="FILE.deb...", exists=True, dir_okay=False)],
    suite: Annotated[str, typer.Option(help="The suite that they come out in.")] = "bookworm-security",
    state: State = None,
) -> None:
    """Put packages into the lab's upstream repository, as when a security fix comes out."""
    from pyops.lab import repository

    repository.publish(open_lab(state), packages, suite)
    typer.echo(f"{suite}: {', '.join(file.name for file in packages)}")


@app.command()
def down(state: State = None) -> None:
    """Take the lab down: no process, mount, namespace or file stays, but the cache of images."""
    from pyops.lab import lifecycle, locks

    lab = open_lab(state)
    if not lab.state.exists():
        lifecycle.down(lab)
        return
    with locks.whole_lab(lab, "lab down"):
        lifecycle.down(lab)


@app.command()
def status(state: State = None, as_json: Json = False) -> None:
    """Show hosts with their power, networks, carriers and the cuts that hold."""
    from pyops.lab.status import status as read

    found = read(open_lab(state))
    if as_json:
        print_json(found.plain())
    else:
        _show(found)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def ssh(
    name: Annotated[str, typer.Argument(metavar="HOST")],
    command: Annotated[list[str] | None, typer.Argument(metavar="[COMMAND]...")] = None,
    state: State = None,
) -> None:
    """Log in to a host as `operator`, or run a command there."""
    from pyops.lab import tools

    lab = open_lab(state)
    tools.need("ssh")
    config = lab.state / "ssh_config"
    if not config.exists():
        raise Refused(f"{lab.state}: no lab runs there, `pyops lab up` starts one")
    os.execvp("ssh", ["ssh", "-F", str(config), name, *(command or [])])  # noqa: S606 - we become ssh, with our terminal


@app.command()
def connect(name: Annotated[str, typer.Argument(metavar="HOST")], port: str, state: State = None) -> None:
    """Join standard input and output to a port of a host: the ProxyCommand of ssh and Ansible."""
    from pyops.lab.connect import main

    raise typer.Exit(main(["--state", str(open_lab(state).state), name, port]))


@app.command()
def logs(
    name: Annotated[str | None, typer.Argument(metavar="[HOST]", show_default=False)] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="Write the journals of all hosts and the state of their networks to this folder."),
    ] = None,
    state: State = None,
) -> None:
    """Print a host's journal (of one that is off, what it left), or collect everything in a folder."""
    from pyops.lab import evidence, hosts

    lab = open_lab(state)
    if into:
        typer.echo(f"{into}: {len(evidence.collect(lab, into))} files")
    elif name:
        sys.stdout.write(hosts.journal(lab, name))
    else:
        raise WrongUsage("logs: name a host, or a folder with --into")


def _show(found: "Status") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("host", "power", "site", "addresses", "up for")
    for one in found.hosts:
        up_for = "" if one.uptime_s is None else f"{one.uptime_s // 60} min {one.uptime_s % 60} s"
        table.add_row(one.name, "on" if one.is_on else "off", ", ".join(one.sites), " ".join(one.addresses), up_for)
    console = Console()
    packages = "packages served" if found.serves_packages else "packages not served"
    console.print(f"{found.state}: {'up' if found.is_up else 'not up'}, {packages}")
    console.print(table)
    gone = [network.name for network in found.networks if not network.is_up]
    console.print(f"{len(found.networks)} networks, carriers: {', '.join(found.carriers) or 'none'}")
    if gone:
        console.print(f"networks without a bridge: {', '.join(gone)}")
    for cut in found.cuts:
        console.print(f"cut: {cut.kind} {cut.what}")


for verb in (lab_faults.cut, lab_faults.heal, lab_faults.partition, lab_faults.off, lab_faults.on):
    app.command()(verb)
app.add_typer(lab_hosts.app, name="host")
