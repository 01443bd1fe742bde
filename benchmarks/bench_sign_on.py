"""Sign-on with a controller at each of three sites against one controller for all: a storm of logins, and enrolment.

It runs on the lab, cuts the power of a site and of controllers, and puts everything back. A login is a ticket by
password at a desk, then ssh by that ticket to a server of the next site; what logs in runs on the desks themselves.
"""

import json
import statistics
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import ROOT, command
from pyops.estate import Estate, load
from pyops.estate.hosts import Server
from pyops.estate.service import Desk
from pyops.inventory.identity import directory_variables
from pyops.lab import Lab, hosts, ssh
from pyops.lab.status import hosts_of_site
from tests.lab.conftest import INVENTORY, Site3
from tests.lab.officers import officer, soon

PEOPLE = ["cdc.engineer.01", "snc.engineer.01", "sdc.engineer.01", "cdc.auditor.01", "snc.auditor.01", "sdc.auditor.01"]
LOGINS, TOGETHER = 200, 24
"""At all desks in sum, and under way at once: more at one server, and its sshd would drop some that begin together."""
MEMBERS = "pool_application:pool_control:pool_mirror:desktops"
STORM = Path(__file__).with_name("login_storm.py").read_text()


@dataclass(frozen=True)
class Login:
    """Seconds of one login's two halves, and what went wrong with it."""

    ticket: float
    ssh: float
    wrong: str


@dataclass(frozen=True)
class Storm:
    """Many logins at several desks at the same time; `first` is how long it took until each person could log in."""

    first: float
    seconds: float
    logins: list[Login]

    def row(self) -> list[str]:
        good = [login for login in self.logins if not login.wrong]
        whole = quantiles([login.ticket + login.ssh for login in good])
        tickets, sessions = (quantiles([getattr(login, part) for login in good])[0] for part in ("ticket", "ssh"))
        figures = [self.first, len(good) / self.seconds, *whole, tickets, sessions]
        return [str(len(self.logins)), str(len(self.logins) - len(good)), *(f"{figure:.2f}" for figure in figures)]


def quantiles(values: Sequence[float]) -> list[float]:
    """Median, 95th and 99th percentile, and the largest."""
    hundredths = statistics.quantiles(values, n=100, method="inclusive")
    return [hundredths[49], hundredths[94], hundredths[98], max(values)]


def of_pool(estate: Estate, pool: str) -> list[Server]:
    return [server for server in estate.servers if server.pool.id == pool]


def first_of_each_site(those: Iterable[Desk | Server]) -> dict[str, str]:
    names: dict[str, str] = {}
    for one in those:
        names.setdefault(one.site, one.name)
    return names


class Bench:
    """The lab, and what is done to it."""

    def __init__(self, site: Site3) -> None:
        self.site = site
        self.desks = first_of_each_site(site.estate.desktops.desks)
        self.servers = first_of_each_site(of_pool(site.estate, "application"))
        self.controllers = [server.name for server in of_pool(site.estate, site.estate.directory.pool)]
        self.passwords: dict[str, str] = {}
        self.let_in(PEOPLE, self.controllers[:1] * len(PEOPLE))

    def let_in(self, people: Sequence[str], controllers: Sequence[str]) -> None:
        """New passwords, each set on one controller; returns when all controllers know them."""
        with ThreadPoolExecutor() as pool:
            for one in pool.map(partial(officer, self.site), people, controllers):
                self.passwords[one.login] = one.password

    def at_desk(self, site: str, server: str, count: int, together: int) -> tuple[float, list[Login]]:
        asked = {"passwords": self.passwords, "server": server, "count": count, "together": together}
        done = hosts.run(self.site.lab, self.desks[site], ["python3", "-c", STORM], stdin=json.dumps(asked))
        answer = json.loads(done.stdout)
        return answer["seconds"], [Login(**login) for login in answer["logins"]]

    def log_in(self, sites: Sequence[str], each: int, together: int) -> tuple[float, list[Login]]:
        """So many logins at each site's desk, each to a server of the next site; the seconds of the slowest desk."""
        servers = [self.servers[site] for site in (*sites[1:], sites[0])]
        with ThreadPoolExecutor() as pool:
            asked = [pool.submit(self.at_desk, *pair, each, together) for pair in zip(sites, servers, strict=True)]
            found = [one.result() for one in asked]
        return max(seconds for seconds, _ in found), [login for _, logins in found for login in logins]

    def storm(self, sites: Sequence[str]) -> Storm:
        """The first logins after whatever happened are told apart: they wait until what is lost is known to be."""
        first = soon(lambda: not any(login.wrong for login in self.log_in(sites, len(PEOPLE), 2)[1]))
        storm = Storm(first, *self.log_in(sites, -(-LOGINS // len(sites)), TOGETHER // len(sites)))
        for wrong in sorted({login.wrong for login in storm.logins if login.wrong}):
            Console().print(f"a login failed: {wrong}", markup=False)
        return storm

    def enrol(self, name: str, *options: str) -> float:
        """Seconds until the members are members."""
        begin = time.perf_counter()
        words = ["-i", str(INVENTORY), "playbooks/sign_on.yml", "--limit", MEMBERS, *options]
        # Another lab's hosts have the same addresses: by Ansible's usual folder its runs would share our connections.
        own = {"ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.site.lab.state / "connections")}
        playbook = command(name, "ansible-playbook", *words, environment=own)
        playbook.run()
        return time.perf_counter() - begin

    def leave(self) -> None:
        """The members are none any more, and all controllers know it."""
        self.enrol("leave", "-e", "sign_on_state=absent")
        soon(lambda: len({frozenset(self.computers(controller)) for controller in self.controllers}) == 1)

    def computers(self, controller: str) -> list[str]:
        return self.site.run(controller, "samba-tool", "computer", "list").split()

    def off(self, names: Sequence[str]) -> None:
        for name in names:
            hosts.power_off(self.site.lab, name)

    def back(self) -> None:
        """Power for all, and every controller learns what each of them is told."""
        for name in self.site.names:
            hosts.power_on(self.site.lab, name)
        ssh.wait_for_ssh(self.site.lab, self.site.names, 120)
        self.let_in(PEOPLE[: len(self.controllers)], self.controllers)


def compared(bench: Bench, storms: Table, enrolments: Table) -> None:
    """The members of the single controller know of no other, as in an estate that has but one."""
    sites, (one, *others) = list(bench.desks), bench.controllers
    storms.add_row("three controllers", *bench.storm(sites).row())
    bench.off(hosts_of_site(bench.site.lab, sites[-1]))
    storms.add_row("the same, a site lost", *bench.storm(sites[:-1]).row())
    bench.back()
    bench.leave()
    three = bench.enrol("join")
    enrolments.add_row("three controllers", f"{three:.1f}", "1.00")
    bench.leave()
    bench.off(others)
    known = directory_variables(bench.site.estate)["estate_directory"]["controllers"]
    left = [controller for controller in known if controller["name"] == one]
    alone = {"sign_on_controllers": left, "sign_on_site": sites[0]}
    single = bench.enrol("join one", "-e", json.dumps(alone))
    enrolments.add_row("peer: one for all", f"{single:.1f}", f"{single / three:.2f}")
    storms.add_row("peer: one for all", *bench.storm(sites).row())


def run(site: Site3) -> None:
    """Both tables, of as much as was measured; the lab is whole again, whatever happened."""
    figures = ("logins", "failed", "first s", "logins/s", "p50 s", "p95 s", "p99 s", "max s", "ticket p50", "ssh p50")
    storms = table(f"{LOGINS} logins from the sites' desks, {TOGETHER} under way at once", *figures)
    enrolments = table("12 members enrol in one run", "seconds", "ratio")
    bench = Bench(site)
    try:
        compared(bench, storms, enrolments)
    finally:
        Console(width=130).print(storms, enrolments)
        bench.back()
        bench.enrol("members again")


def table(title: str, *columns: str) -> Table:
    made = Table(title=title, title_justify="left")
    made.add_column("directory")
    for column in columns:
        made.add_column(column, justify="right")
    return made


def main() -> None:
    for words in (("lab", "up"), ("lab", "converge"), ("identity", "apply", "--yes")):
        command(" ".join(words), "pyops", "-i", INVENTORY, *words).run()
    run(Site3(Lab(ROOT / ".lab" / "lab"), load(INVENTORY)))


if __name__ == "__main__":
    main()
