"""What Ansible sees of an estate, asked of Ansible itself."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def inventory(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = ["ansible-inventory", *(str(argument) for argument in arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def read(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """A listing without the mark of values that Ansible must never take for templates, which are all that we give it."""
    found: dict[str, Any] = json.loads(done.stdout, object_hook=lambda value: value.get("__ansible_unsafe", value))
    return found


@pytest.fixture(scope="module")
def listed() -> dict[str, Any]:
    """`ansible-inventory --list` of the lab, with no configuration beyond ansible.cfg."""
    return read(inventory("--list"))


def test_every_server_and_desk_is_a_host(listed: dict[str, Any]) -> None:
    assert len(listed["servers"]["hosts"]) == 21
    assert listed["desktops"]["hosts"] == ["cdc-d0001", "snc-d0001", "sdc-d0001"]


def test_groups_carry_their_kind_so_that_a_site_and_a_partner_of_one_name_stay_apart(listed: dict[str, Any]) -> None:
    kinds = {name.partition("_")[0] for name in listed if name not in ("_meta", "all", "servers", "desktops")}
    assert kinds == {"site", "partner", "pool", "ring"}
    assert set(listed["site_stratford"]["hosts"]) == set(listed["partner_stratford"]["hosts"])
    assert listed["pool_router"]["hosts"] == ["banbury-router-01", "towcester-router-01", "stratford-router-01"]


def test_a_partners_desk_at_anothers_site_is_in_both_groups(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "inventories" / "lab", tmp_path / "lab")
    with (tmp_path / "lab" / "desktops.csv").open("a") as register:
        register.write("sdc-d0002,banbury,stratford,compact-2024,early,\n")
    found = read(inventory("-i", tmp_path / "lab", "--list"))
    assert "sdc-d0002" in found["site_banbury"]["hosts"]
    assert "sdc-d0002" in found["partner_stratford"]["hosts"]
    assert "ansible_host" not in found["_meta"]["hostvars"]["sdc-d0002"]


def test_variables_are_plain_and_begin_with_estate(listed: dict[str, Any]) -> None:
    host = listed["_meta"]["hostvars"]["towcester-application-01"]
    roles = ("base_", "patch_level_", "host_certificate_", "sign_on_", "web_guard_")
    own = {name for name in host if not name.startswith(("estate_", "ansible_", "secret_", *roles))}
    assert own == set()
    assert host["ansible_host"] == host["estate_address"] == "10.20.20.40"
    assert host["estate_interfaces"] == [
        {
            "name": "servers",
            "mac": "02:00:0a:14:14:28",
            "address": "10.20.20.40",
            "prefix": "10.20.20.0/24",
            "prefix_length": 24,
            "gateway": "10.20.20.1",
            "zone": "servers",
            "carrier": None,
        }
    ]


def test_a_routers_tunnels_meet_at_both_ends(listed: dict[str, Any]) -> None:
    ends = {}
    for site in ("banbury", "towcester", "stratford"):
        for tunnel in listed["_meta"]["hostvars"][f"{site}-router-01"]["estate_tunnels"]:
            ends[site, tunnel["peer_site"], tunnel["carrier"]] = tunnel
    assert len(ends) == 12
    for (site, peer, carrier), tunnel in ends.items():
        other = ends[peer, site, carrier]
        assert (tunnel["address"], tunnel["port"]) == (other["peer_address"], other["port"])
        assert tunnel["interface"] == f"wg-{carrier}-{peer}"


def test_a_host_asks_its_own_sites_mirror_first(listed: dict[str, Any]) -> None:
    host = listed["_meta"]["hostvars"]["towcester-application-01"]
    assert host["estate_mirrors"] == [
        f"http://{site}-mirror-01.lab.ict.example" for site in ("towcester", "banbury", "stratford")
    ]
    assert host["estate_window"] == {"day": "wednesday", "start": "22:00", "minutes": 180}


def test_only_the_origins_mirror_fetches_from_upstream(listed: dict[str, Any]) -> None:
    mirrors = {
        site: listed["_meta"]["hostvars"][f"{site}-mirror-01"]["estate_mirror"] for site in ("banbury", "stratford")
    }
    assert mirrors["banbury"]["origin"] == ""
    assert mirrors["stratford"]["origin"] == "http://banbury-mirror-01.lab.ict.example"
    assert [source["name"] for source in mirrors["banbury"]["sources"]] == ["packages", "security"]


def test_a_hold_reaches_the_hosts_that_it_is_for_and_no_others(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "inventories" / "lab", tmp_path / "lab")
    file = tmp_path / "lab" / "estate.yml"
    hold = "{package: rsync, pool: application, site: banbury, owner: cherwell, reason: why not, expires: 2099-01-01}"
    file.write_text(file.read_text().replace("  deadline: 14 days\n", f"  deadline: 14 days\n  holds: [{hold}]\n"))
    hosts = read(inventory("-i", tmp_path / "lab", "--list"))["_meta"]["hostvars"]
    assert hosts["banbury-application-01"]["estate_holds"] == [
        {"package": "rsync", "version": "", "reason": "why not", "owner": "cherwell", "expires": "2099-01-01"}
    ]
    assert hosts["banbury-directory-01"]["estate_holds"] == hosts["stratford-application-01"]["estate_holds"] == []


def test_a_template_in_the_register_stays_text(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "inventories" / "lab", tmp_path / "lab")
    register = tmp_path / "lab" / "desktops.csv"
    register.write_text(register.read_text().replace("compact-2024", "{{ 7 * 7 }}", 1))
    said = ["ansible", "-i", tmp_path / "lab", "cdc-d0001", "-m", "debug", "-a", "var=estate_model"]
    done = subprocess.run([str(word) for word in said], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "{{ 7 * 7 }}" in done.stdout
    assert "49" not in done.stdout


def test_the_playbooks_bridges_show_their_values(listed: dict[str, Any]) -> None:
    shown = read(inventory("--host", "banbury-router-01"))
    assert shown["router_asn"] == "{{ estate_routing.asn }}"
    assert shown["estate_routing"]["asn"] == 64601


def test_a_broken_estate_is_refused_with_every_problem_before_any_host_is_touched(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "inventories" / "lab", tmp_path / "lab")
    file = tmp_path / "lab" / "estate.yml"
    file.write_text(
        file.read_text().replace("ring: early", "ring: erly", 1).replace("partner: cherwell", "partner: cherwel", 1)
    )
    done = inventory("-i", tmp_path / "lab", "--list")
    assert done.returncode != 0
    assert "partner: cherwel, is not a partner of this estate; did you mean cherwell?" in done.stderr
    assert "ring: erly, is not a ring of this estate; did you mean early?" in done.stderr


def test_a_host_list_on_the_command_line_still_works() -> None:
    assert json.loads(inventory("-i", "one,two,", "--list").stdout)["ungrouped"]["hosts"] == ["one", "two"]


def test_each_hub_is_reached_over_every_carrier_and_spokes_behind_them_once_a_gateway_is_recorded(
    listed: dict[str, Any], tmp_path: Path
) -> None:
    before = listed["_meta"]["hostvars"]["towcester-router-01"]
    assert before["estate_hub_tunnels"] == before["estate_spokes"] == []
    folder = Path(shutil.copytree(ROOT / "inventories" / "lab", tmp_path / "lab"))
    text = (folder / "estate.yml").read_text()
    (folder / "estate.yml").write_text(text.replace("  groups:", "  gateways: gateways.yml\n  groups:", 1))
    ends = "[{public: 192.0.2.10, peering: 10.100.0.12}, {public: 192.0.2.11, peering: 10.100.0.13}]"
    (folder / "gateways.yml").write_text(f"uksouth: {ends}\n")
    host = read(inventory("-i", folder, "--host", "towcester-router-01"))
    assert host["estate_hub_tunnels"] == [
        {
            "name": f"uksouth-{number}",
            "interface": f"hub-0a64000{'cd'[number]}",
            "interface_id": 174325772 + number,
            "key": f"towcester-{carrier}-uksouth",
            "address": address,
            "endpoint": f"192.0.2.1{number}",
        }
        for number, carrier, address in ((0, "a", "198.51.100.18"), (1, "b", "203.0.113.18"))
    ]
    assert [(hub["address"], hub["peer_address"]) for hub in host["estate_hub_neighbours"]] == [
        ("172.30.2.1", "10.100.0.12"),
        ("172.30.2.2", "10.100.0.13"),
    ]
    assert [spoke["resolver"] for spoke in host["estate_spokes"]] == ["10.100.4.132", "10.101.4.132"]
    assert host["estate_spoke_zones"] == ["management", "servers"]
    routes = {route["destination"]: route["gateway"] for route in host["estate_carrier_routes"]}
    assert (routes["192.0.2.10/32"], routes["192.0.2.11/32"]) == ("198.51.100.17", "203.0.113.17")
