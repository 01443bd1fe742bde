"""What is asked for and refused before any host is read, in the words that people get."""

import json
import subprocess
from pathlib import Path

import pytest

ROLE = Path(__file__).parents[1]
ARGUMENTS = {
    "web_sign_on_name": "auth-near.roles.ict.example",
    "web_sign_on_realm": "ROLES.ICT.EXAMPLE",
    "web_sign_on_controllers": [],
    "web_sign_on_reader_password": "none",
    "ansible_python_interpreter": "/usr/bin/python3",
}
DESK = {"id": "desk", "name": "Desk", "redirect_uris": ["https://desk.example/return"]}


@pytest.mark.parametrize(
    ("parties", "secrets", "said"),
    [
        (
            [DESK | {"id": "Service desk"}],
            {},
            "web_sign_on_relying_parties: Service desk, an id has small letters, digits, - and _, and a group's name none of \" \\ $ @ { }",
        ),
        (
            [DESK | {"groups": ['x") or 1 or ("']}],
            {},
            "web_sign_on_relying_parties: desk, an id has small letters, digits, - and _, and a group's name none of \" \\ $ @ { }",
        ),
        ([DESK], {}, "web_sign_on_secrets: none for desk, each of web_sign_on_relying_parties has one"),
        ([DESK, DESK], {"desk": "none"}, "web_sign_on_relying_parties: desk, desk, an id is one system's"),
    ],
)
def test_arguments_are_refused(
    parties: list[dict[str, object]], secrets: dict[str, str], said: str, tmp_path: Path
) -> None:
    play = {"hosts": "localhost", "gather_facts": False, "roles": [str(ROLE)]}
    (tmp_path / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    given = ARGUMENTS | {"web_sign_on_relying_parties": parties, "web_sign_on_secrets": secrets}
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", "-e", json.dumps(given), tmp_path / "play.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert json.dumps(said)[1:-1] in done.stdout + done.stderr
