"""Devices of staff from anywhere: they come in at each site, by either carrier, and are out with their account."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from .abroad import Device, new_key
from .conftest import Site3
from .officers import CONTROLLERS, SERVERS, SITES, Officer, joiner, leaver, settle, soon

pytestmark = pytest.mark.lab

CONTROLLER = CONTROLLERS["banbury"]
OUT_S = 60
"""Seconds until a device is out after its account was disabled: the promise itself."""


@dataclass(frozen=True)
class Traveller:
    """Somebody with a device and its key, at no site."""

    site: Site3
    officer: Officer
    private: str
    public: str

    def calls(self, carrier: str, site: str, address: str) -> Device:
        """The device behind a carrier, with its tunnel to a site's gateway."""
        estate, access = self.site.estate, self.site.estate.staff_access
        assert access
        keys = json.loads((self.site.lab.public / "keys.json").read_text())
        device = Device(self.site.lab, carrier)
        device.travels()
        endpoint = f"{estate.sites[site].circuits[carrier].address}:{access.port}"
        networks = [str(one.zones["servers"].prefix) for one in estate.sites.values()]
        device.dials(self.private, keys["staff_access"][site], endpoint, address, networks)
        return device

    def opens(self, device: Device, server: str, port: int = 443) -> bool:
        return device.opens(str(self.site.estate.addresses[server]), port)


@pytest.fixture(scope="module")
def traveller(directory: Site3) -> Iterator[Traveller]:
    """Somebody new, with a device that nobody knows yet."""
    one = joiner(directory, "snc.traveller.01", "desk_officers", CONTROLLER)
    settle(directory, one.login)
    private, public = new_key()
    yield Traveller(directory, one, private, public)
    Device(directory.lab, "a").stays_home()
    leaver(directory, one.login, CONTROLLER)


@pytest.fixture(scope="module")
def addresses(traveller: Traveller) -> dict[str, str]:
    """The device's address at each site, as the gateways tell once the directory has its key."""
    registered = f"WireGuard:{traveller.public}:laptop-0042"
    register = f"printf 'dn: %s\\nchangetype: modify\\nadd: altSecurityIdentities\\naltSecurityIdentities: {registered}\\n' \"$1\" | ldbmodify -H /var/lib/samba/private/sam.ldb"
    shown = traveller.site.run(CONTROLLER, "samba-tool", "user", "show", traveller.officer.login)
    name = next(line.removeprefix("dn: ") for line in shown.splitlines() if line.startswith("dn: "))
    traveller.site.run(CONTROLLER, "sh", "-c", register, "register", name)
    found: dict[str, str] = {}

    def known(site: str) -> bool:
        peers = json.loads(traveller.site.run(f"{site}-gateway-01", "staff-access", "status"))
        own = [peer["address"] for peer in peers if peer.get("account") == traveller.officer.login]
        if own:
            found[site] = own[0]
        return bool(own)

    for site in SITES:
        soon(lambda site=site: known(site))  # type: ignore[misc]
    return found


@pytest.mark.parametrize(("site", "carrier"), [("banbury", "a"), ("towcester", "b"), ("stratford", "a")])
def test_a_device_comes_in_at_each_site_and_reaches_what_it_may(
    traveller: Traveller, addresses: dict[str, str], site: str, carrier: str
) -> None:
    device = traveller.calls(carrier, site, addresses[site])
    soon(lambda: all(traveller.opens(device, server) for server in SERVERS.values()))
    assert not traveller.opens(device, SERVERS["banbury"], 22)
    assert not traveller.opens(device, "banbury-router-01", 22)


def test_a_key_that_nobody_registered_gets_nothing(traveller: Traveller, addresses: dict[str, str]) -> None:
    stranger = Traveller(traveller.site, traveller.officer, *new_key())
    device = stranger.calls("a", "banbury", addresses["banbury"])
    assert not stranger.opens(device, SERVERS["banbury"])


def test_a_device_is_out_everywhere_soon_after_its_account_is_disabled(
    traveller: Traveller, addresses: dict[str, str]
) -> None:
    device = traveller.calls("b", "stratford", addresses["stratford"])
    soon(lambda: traveller.opens(device, SERVERS["towcester"]))
    traveller.site.run(CONTROLLER, "samba-tool", "user", "disable", traveller.officer.login)
    soon(lambda: not traveller.opens(device, SERVERS["towcester"]), OUT_S)
    for site in SITES:
        soon(lambda site=site: addresses[site] not in listed(traveller.site, site), OUT_S)  # type: ignore[misc]


def listed(site: Site3, name: str) -> str:
    return site.run(f"{name}-gateway-01", "staff-access", "status")
