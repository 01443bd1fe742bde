"""Whole files as a host of the lab's estate gets them, so that a change of a template is reviewed by its effect.

`RENDER=1 pytest tests/roles/test_rendering.py` writes them anew.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEPT = HERE / "rendered"
LINKS = [
    f"{a}-{b}-{c}"
    for a, b in (("banbury", "towcester"), ("towcester", "stratford"), ("banbury", "stratford"))
    for c in "ab"
]
CASES = {
    "base": (
        "all/base",
        "banbury-application-01",
        ["etc/hosts", "etc/ssh/sshd_config.d/00-base.conf", "etc/sudoers.d/base"],
    ),
    "router": ("pool_router/router", "banbury-router-01", ["etc/nftables.conf", "etc/frr/frr.conf"]),
    "package_mirror": (
        "pool_mirror/package_mirror",
        "towcester-mirror-01",
        ["etc/nginx/nginx.conf", "etc/package-mirror/settings.json"],
    ),
    "patch_level": (
        "all/patch_level",
        "towcester-application-01",
        [
            "etc/apt/apt.conf.d/60patch_level",
            "etc/apt/patch_level.mirrors",
            "etc/apt/preferences.d/patch_level",
            "etc/apt/sources.list.d/patch_level.sources",
        ],
    ),
}
WITH_HUBS = {
    "router": ("pool_router/router", "banbury-router-01", ["etc/nftables.conf", "etc/frr/frr.conf"]),
    "hub_tunnels": (
        "pool_router/hub_tunnels",
        "banbury-router-01",
        [
            "etc/swanctl/conf.d/hub_tunnels.conf",
            "etc/systemd/network/tunnel.netdev",
            "etc/systemd/network/tunnel.network",
        ],
    ),
}
HOLD = {"owner": "cherwell", "expires": "2027-01-31", "reason": "It breaks\n\nPackage: *\rthe portal"}
GATEWAYS = """
uksouth: [{public: 192.0.2.10, peering: 10.100.0.12}, {public: 192.0.2.11, peering: 10.100.0.13}]
ukwest: [{public: 192.0.2.20, peering: 10.101.0.12}, {public: 192.0.2.21, peering: 10.101.0.13}]
"""


def keys() -> dict[str, object]:
    """Keys that are plainly none; only their places in the files matter here."""
    public = {link: {site: f"public key of {site}" for site in link.split("-")[:2]} for link in LINKS}
    return {
        "estate_public_keys": {
            "tunnels": public,
            "operators": {"operator": ["ssh-ed25519 AAAA operator"]},
            "packages": "",
            "mirror": "-----BEGIN NO KEY-----\n\nkey of the mirrors\n-----END NO KEY-----\n",
        },
        "secret_tunnel_keys": public,
        "secret_hub_keys": {f"banbury-{c}-{region}": f"key of {c}" for c in "ab" for region in ("uksouth", "ukwest")},
    }


@pytest.mark.parametrize("role", CASES)
def test_files_are_as_reviewed(role: str, tmp_path: Path) -> None:
    compare(role, CASES[role], ROOT / "inventories" / "lab", tmp_path, KEPT)


@pytest.mark.parametrize("role", WITH_HUBS)
def test_files_are_as_reviewed_once_gateways_are_recorded(role: str, tmp_path: Path) -> None:
    inventory = Path(shutil.copytree(ROOT / "inventories" / "lab", tmp_path / "lab"))
    text = (inventory / "estate.yml").read_text(encoding="utf-8")
    (inventory / "estate.yml").write_text(text.replace("  groups:", "  gateways: gateways.yml\n  groups:", 1), "utf-8")
    (inventory / "gateways.yml").write_text(GATEWAYS, encoding="utf-8")
    compare(role, WITH_HUBS[role], inventory, tmp_path, KEPT / "with_hubs")


def compare(role: str, case: tuple[str, str, list[str]], inventory: Path, tmp_path: Path, kept: Path) -> None:
    bridge, host, files = case
    variables = {
        "role": role,
        "bridge": bridge,
        "folder": str(tmp_path),
        "files": files,
        "ansible_become": False,
        "__hub_tunnels_end": {"interface": "hub-0a64000c", "interface_id": 174325772},
        "estate_holds": [{"package": "nginx", "version": version, **HOLD} for version in ("1.22.1-9", "1.18.0-6")],
        "__patch_level_found": {"stdout_lines": ["keep nginx 1.22.1-9"]},
        **keys(),
    }
    interpreter = {"ansible_python_interpreter": shutil.which("python")}
    command = [
        "ansible-playbook",
        "-i",
        str(inventory),
        "--limit",
        host,
        "-e",
        json.dumps(variables | interpreter),
        str(HERE / "render.yml"),
    ]
    environment = {**os.environ, "ANSIBLE_CALLBACKS_ENABLED": "results", "ANSIBLE_STRATEGY": "linear"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    for file in files:
        name = Path(file).name
        rendered = (tmp_path / name).read_text(encoding="utf-8")
        if os.environ.get("RENDER"):
            (kept / name).write_text(rendered, encoding="utf-8")
        assert rendered == (kept / name).read_text(encoding="utf-8")
