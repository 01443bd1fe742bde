"""The options of `pyops fleet` and its verbs."""

from pathlib import Path
from typing import Annotated

import typer

_LAB = "in a lab the lab's own"

Host = Annotated[str, typer.Argument(metavar="HOST", help="A host of the estate, or one that it had.")]

Deadline = Annotated[float, typer.Option(min=1, metavar="SECONDS", help="How long one host may take.")]
Keep = Annotated[int, typer.Option(min=1, metavar="DAYS", help="How long older readings are kept.")]
Anew = Annotated[
    bool, typer.Option("--anew", help="Have packages listed even where dpkg's state is the one that is known.")
]
Certificates = Annotated[
    list[str] | None,
    typer.Option("--certificates", metavar="PATTERN", help="PEM files whose expiry is read; repeat it."),
]
Threads = Annotated[int, typer.Option(min=1, max=500, metavar="NUMBER", help="Hosts that are spoken to at once.")]
Processes = Annotated[
    int, typer.Option(min=1, max=64, metavar="NUMBER", help="Processes that share the hosts, each with its threads.")
]
Jump = Annotated[str | None, typer.Option("--jump", metavar="HOST", help="Go through this host of the estate.")]
User = Annotated[
    str | None, typer.Option("--user", metavar="NAME", help="Our account there.", show_default="the estate's, " + _LAB)
]
Key = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="Our private key.", show_default="~/.ssh/id_ed25519, " + _LAB),
]
KnownHosts = Annotated[
    Path | None,
    typer.Option(
        "--known-hosts",
        metavar="FILE",
        help="The hosts' keys; a host without one in it is not asked.",
        show_default="known_hosts beside the estate file, " + _LAB,
    ),
]

BySite = Annotated[
    bool, typer.Option("--by-site", help="Each site's hosts are read by the reader on its control node, and told here.")
]
Listen = Annotated[
    list[str] | None,
    typer.Option("--listen", metavar="ADDRESS", help="Where readers come to; repeat it.", show_default="127.0.0.1"),
]
Days = Annotated[int, typer.Option("--days", min=1, max=365, help="How long they are valid.")]
ReadersSite = Annotated[str, typer.Argument(metavar="SITE", help="Whose hosts it reads.")]
Certified = Annotated[
    Path, typer.Option("--certificates", metavar="FOLDER", help="Its three files, made by `pyops fleet certify`.")
]
SchedulerAt = Annotated[
    str, typer.Option("--scheduler", metavar="ADDRESS:PORT", help="Where a scan listens, seen from here.")
]
ReadersUser = Annotated[str, typer.Option("--user", metavar="NAME", help="Our account on the hosts.")]
ReadersKey = Annotated[Path, typer.Option("--key", metavar="FILE", help="Our private key.")]
ReadersKnownHosts = Annotated[Path, typer.Option("--known-hosts", metavar="FILE", help="The hosts' keys.")]
Once = Annotated[bool, typer.Option("--once", help="End with the first scan, or if none comes within a minute.")]

PackageOf = Annotated[
    str | None,
    typer.Option(
        "--package", metavar="NAME[OP VERSION]", help="An installed package: 'openssl<3.0.15', 'linux-image-*'."
    ),
]
KernelOf = Annotated[str | None, typer.Option("--kernel", metavar="PATTERN", help="The running kernel: '6.1.0-2?-*'.")]
SystemOf = Annotated[
    str | None, typer.Option("--system", metavar="PATTERN", help="The system: bookworm, 'Debian*13*'.")
]
RebootNeeded = Annotated[bool, typer.Option("--reboot-needed", help="Asks for a reboot, or runs an older kernel.")]
Broken = Annotated[bool, typer.Option("--broken", help="dpkg's state is broken.")]
Full = Annotated[bool, typer.Option("--full", help="A disk is full.")]
Held = Annotated[bool, typer.Option("--held", help="Packages are held at their version.")]
ClockOff = Annotated[float | None, typer.Option("--clock-off", metavar="SECONDS", help="Its clock is further off.")]
ExpiresWithin = Annotated[int | None, typer.Option("--expires-within", metavar="DAYS", help="A certificate ends.")]
UnconvergedFor = Annotated[
    int | None, typer.Option("--unconverged-for", metavar="DAYS", help="No converge has come to its end since.")
]
Silent = Annotated[bool, typer.Option("--silent", help="Silent or never read; alone.")]
ListPackages = Annotated[bool, typer.Option("--packages", help="List its packages, too.")]
Most = Annotated[int, typer.Option("--most", min=1, metavar="NUMBER", help="How many readings.")]
