"""What is asked for and refused before any host is read, in the words that people get."""

import json
import subprocess
from pathlib import Path

import pytest

ROLE = Path(__file__).parents[1]
SYSTEM = {"name": "desk.example", "provider": "https://auth.example/", "client": "desk", "folder": "/srv"}
PLAIN = {"name": "desk.example", "login": "ticket", "keytab": "/etc/desk.keytab", "folder": "/srv"}


@pytest.mark.parametrize(
    ("system", "secret", "said"),
    [
        (
            {"name": "desk.example", "folder": "/srv"},
            "none",
            "web_guard_systems: desk.example, login openid needs provider, client",
        ),
        (
            SYSTEM | {"backend": "http://127.0.0.1:8080/"},
            "none",
            "web_guard_systems: desk.example, a system has either a backend or a folder",
        ),
        (
            PLAIN | {"paths": [{"path": "/admin", "groups": ["x"]}]},
            "none",
            "web_guard_systems: desk.example, paths for groups need login openid",
        ),
        (SYSTEM, "a\nb", 'web_guard_systems: names, paths, groups and secrets have no " and no \\, and are one line'),
        (SYSTEM | {"client": "other"}, "none", "web_guard_secrets: none for other, each client has one"),
        (
            SYSTEM | {"paths": [{"path": '/">\nRequire all granted', "groups": ["x"]}]},
            "none",
            'web_guard_systems: names, paths, groups and secrets have no " and no \\, and are one line',
        ),
    ],
)
def test_arguments_are_refused(system: dict[str, object], secret: str, said: str, tmp_path: Path) -> None:
    play = {"hosts": "localhost", "gather_facts": False, "roles": [str(ROLE)]}
    (tmp_path / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    given = {"web_guard_systems": [system], "web_guard_secrets": {"desk": secret}}
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", "-e", json.dumps(given), tmp_path / "play.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert json.dumps(said)[1:-1] in done.stdout + done.stderr
