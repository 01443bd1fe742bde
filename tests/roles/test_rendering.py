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
}


def keys() -> dict[str, object]:
    """Keys that are plainly none; only their places in the files matter here."""
    public = {link: {site: f"public key of {site}" for site in link.split("-")[:2]} for link in LINKS}
    return {
        "estate_public_keys": {
            "tunnels": public,
            "operators": {"operator": ["ssh-ed25519 AAAA operator"]},
            "packages": "",
        },
        "secret_tunnel_keys": public,
    }


@pytest.mark.parametrize("role", CASES)
def test_files_are_as_reviewed(role: str, tmp_path: Path) -> None:
    bridge, host, files = CASES[role]
    variables = {
        "role": role,
        "bridge": bridge,
        "folder": str(tmp_path),
        "files": files,
        "ansible_become": False,
        **keys(),
    }
    interpreter = {"ansible_python_interpreter": shutil.which("python")}
    command = ["ansible-playbook", "--limit", host, "-e", json.dumps(variables | interpreter), str(HERE / "render.yml")]
    environment = {**os.environ, "ANSIBLE_CALLBACKS_ENABLED": "results", "ANSIBLE_STRATEGY": "linear"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    for file in files:
        name = Path(file).name
        rendered = (tmp_path / name).read_text(encoding="utf-8")
        if os.environ.get("RENDER"):
            (KEPT / name).write_text(rendered, encoding="utf-8")
        assert rendered == (KEPT / name).read_text(encoding="utf-8")
