import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from pyops.lab import Host, Lab, connect, credentials, records, ssh

from .conftest import PREFIX, circuit, port, zone


@pytest.fixture
def written(paper: Lab) -> Lab:
    """A lab on paper of two hosts; the router's first port is on a circuit."""
    wan = circuit("banbury", PREFIX)
    records.save(paper, zone())
    records.save(paper, wan)
    plugs = {"web": [port("web", zone(), IPv4Address("10.10.20.11"))]}
    plugs["router"] = [port("router", wan, IPv4Address("10.10.20.9")), port("router", zone(), PREFIX[1])]
    for name, own in plugs.items():
        for plug in own:
            records.save(paper, plug)
        credentials.host_key(paper, name)
        records.save(paper, Host(name, "plain", tuple(plug.name for plug in own), (), 1, 512, (), "ict.example"))
    ssh.write_files(paper)
    return paper


def settings(lab: Lab, host: str) -> dict[str, str]:
    """What ssh itself makes of the file."""
    done = subprocess.run(
        ["ssh", "-G", "-F", lab.state / "ssh_config", host], capture_output=True, text=True, check=True
    )
    return dict(line.partition(" ")[::2] for line in done.stdout.splitlines())


def test_ssh_reaches_a_host_by_its_address_in_a_zone(written: Lab) -> None:
    assert settings(written, "router")["hostname"] == "10.10.20.1"
    assert settings(written, "web")["hostname"] == "10.10.20.11"


def test_ssh_logs_in_as_operator_and_trusts_recorded_keys_only(written: Lab) -> None:
    used = settings(written, "web")
    assert used["user"] == "operator"
    assert used["identityfile"] == str(written.secrets / "id_ed25519")
    assert used["stricthostkeychecking"] == "true"
    assert used["userknownhostsfile"] == str(written.state / "known_hosts")
    assert used["globalknownhostsfile"] == "/dev/null"


def test_a_name_that_is_no_host_of_the_lab_never_leaves_its_namespace(written: Lab) -> None:
    used = settings(written, "elsewhere.example")
    assert used["proxycommand"] == settings(written, "web")["proxycommand"]
    assert used["userknownhostsfile"] == str(written.state / "known_hosts")


def test_the_recorded_key_is_the_one_that_the_host_gets(written: Lab) -> None:
    kind, key, _ = credentials.public_half(credentials.host_key(written, "web")).split()
    assert f"web,10.10.20.11 {kind} {key}" in (written.state / "known_hosts").read_text().splitlines()


def test_key_pairs_are_made_once_and_closed(paper: Lab) -> None:
    first = credentials.operator_key(paper).read_text()
    assert credentials.operator_key(paper).read_text() == first
    assert paper.secrets.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in paper.secrets.iterdir()} == {0o600}


def test_connect_says_why_there_is_no_stream(written: Lab, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert connect.main(["--state", str(tmp_path / "none"), "web", "22"]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'none'}: no lab runs there, `pyops lab up` starts one\n"
    (written.state / "namespace").write_text(str(written.state / "known_hosts"))  # no namespace, as after a restart
    assert connect.main(["--state", str(written.state), "web", "22"]) == 1
    assert capsys.readouterr().err == f"{written.state}: the lab cannot be entered, it is down or you are not root\n"
    assert connect.main(["web"]) == 2


def test_the_lab_of_a_checkout_is_found_from_any_folder_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ansible.cfg").touch()
    (tmp_path / "roles" / "base").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "roles" / "base")
    monkeypatch.delenv("PYOPS_LAB_STATE", raising=False)
    assert connect.find_state() == str(tmp_path / ".lab" / "lab")
    monkeypatch.setenv("PYOPS_LAB_STATE", "/elsewhere")
    assert connect.find_state() == "/elsewhere"


def test_connect_imports_nothing_of_ours() -> None:
    """Every ssh connection starts it; a module of ours would cost more than all the rest."""
    program = "import sys, runpy; runpy.run_path(sys.argv[1]); print('pyops' in sys.modules, 're' in sys.modules)"
    path = Path(connect.__file__)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program, path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
