"""What the tests of the role share: mirrors inside the host, and the host as it was before."""

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from testinfra.host import Host

from .mirrors import ADDRESSES, Mirrors

PLAN = (Path(__file__).parents[1] / "files" / "plan.sh").read_text(encoding="utf-8")
WRITTEN = "/etc/hosts /etc/apt/preferences.d/patch_level"
BEFORE = "/root/before.tar"
MADE = "level-broken level-core level-held level-service level-tool"


@pytest.fixture(scope="module")
def served(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirrors]:
    """Mirrors whose names the host knows; afterwards nothing is left of them, nor of what came from them."""
    names = "".join(f"{address} {name}.ict.example\\n" for name, address in ADDRESSES.items())
    host.check_output(f"tar --create --file {BEFORE} {WRITTEN} && printf %s >> /etc/hosts", names)
    made = Mirrors(host, tmp_path_factory.mktemp("mirrors"))
    yield made
    made.close()
    made.forget_keys()
    host.check_output(f"tar --extract --file {BEFORE} --directory /")
    host.run(f"dpkg --purge --force-all {MADE}")
    left = "/srv/mirror /var/lib/apt/lists/_* /var/cache/patch_level /var/lib/pyops/patched /etc/level-tool.conf* /run/reboot-required"
    host.check_output(f"rm -rf {left} {BEFORE}")


@pytest.fixture
def mirrors(served: Mirrors) -> Mirrors:
    """Both of them answer."""
    served.start()
    return served


@pytest.fixture
def plan(host: Host) -> Callable[..., list[str]]:
    """The findings of the role's plan; arguments as the script takes them."""

    def made(*arguments: str) -> list[str]:
        given = " ".join(shlex.quote(word) for word in (arguments or ("test", "100")))
        findings = host.check_output(f"sh -c %s plan {given}", PLAN).splitlines()
        return [line for line in findings if not line.startswith(("at ", "release "))]

    return made
