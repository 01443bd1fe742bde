"""Mirrors and estates to judge hosts by."""

from pathlib import Path

import pytest

from pyops.estate import Estate, load
from pyops.patches.alignment import Published
from tests.patches.hosts import EVERYWHERE, NOW
from tests.patches.publishing import CHANGELOG, Signer, Site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("signer") / "home").make()


@pytest.fixture(scope="session")
def lab() -> Estate:
    return load(ROOT / "inventories" / "lab", NOW.date())


@pytest.fixture
def site(tmp_path: Path, signer: Signer) -> Site:
    folder = tmp_path / "mirror"
    folder.mkdir()
    return Site(folder, signer)


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> Site:
    """The rings `early` and `broad`, the first one patch ahead, and the suite of security fixes, ahead of both."""
    made = Site(tmp_path_factory.mktemp("mirror"), signer)
    common = [made.build(name, version) for name, version in (*EVERYWHERE, ("rsync", "3.2.7-1+deb12u3"))]
    ssl = {number: made.build("openssl", f"3.0.17-1~deb12u{number}", CHANGELOG) for number in (1, 2, 3)}
    made.publish("broad", [*common, ssl[1]])
    made.publish("early", [*common, ssl[2]])
    made.publish("test", [*common, ssl[3]])
    made.publish("security", [ssl[3]])
    return made


@pytest.fixture(scope="session")
def published(mirror: Site, lab: Estate) -> Published:
    """Every ring, the same at every site."""
    indexes = mirror.indexes()
    rings = {ring: indexes.read(ring, ["amd64"]) for ring in lab.patches.rings}
    return {(site, ring): index for site in lab.sites for ring, index in rings.items()}
