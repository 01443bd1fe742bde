"""The script, run by this machine's own shell over files that are as odd as files can be."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pyops.fleet.facts import Certificate

from .conftest import Fleet

ENDS = datetime(2027, 3, 31, tzinfo=UTC)


def pem(name: str) -> tuple[str, str]:
    """A certificate and its private key."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, key.public_key(), 1, ENDS - timedelta(days=90), ENDS)
    certificate = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    return certificate, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def certificates(fleet: Fleet, *patterns: str) -> tuple[Certificate, ...]:
    fleet.host("web")
    return fleet.observation(fleet.target("web"), certificates=patterns).facts.certificates


def test_certificates_of_files_with_odd_names(fleet: Fleet, tmp_path: Path) -> None:
    folder = tmp_path / "with blank"
    folder.mkdir()
    names = ["plain.pem", 'it\'s "odd" $(id) é.pem', "chain.pem"]
    for name in names[:2]:
        (folder / name).write_text(pem(name)[0])
    (folder / "chain.pem").write_text("".join(pem(name)[0] for name in ("leaf", "authority")))

    found = certificates(fleet, f"{folder}/*.pem", "/nowhere/*.pem")

    assert {(Path(one.path).name, one.subject, one.expires) for one in found} == {
        ("plain.pem", "CN=plain.pem", ENDS),
        ('it\'s "odd" $(id) é.pem', 'CN=it\'s \\"odd\\" $(id) é.pem', ENDS),
        ("chain.pem", "CN=leaf", ENDS),
        ("chain.pem", "CN=authority", ENDS),
    }


def test_what_is_no_certificate_says_so(fleet: Fleet, tmp_path: Path) -> None:
    certificate, _ = pem("web")
    (tmp_path / "empty.crt").touch()
    (tmp_path / "cut.crt").write_text(certificate[:200])
    (tmp_path / "damaged.crt").write_text(certificate.replace("MII", "AAA", 1))

    found = {Path(one.path).name: one for one in certificates(fleet, f"{tmp_path}/*.crt")}

    assert {name: one.expires for name, one in found.items()} == dict.fromkeys(("empty.crt", "cut.crt", "damaged.crt"))
    assert found["empty.crt"].problem == found["cut.crt"].problem == "holds no certificate"
    assert found["damaged.crt"].problem.startswith("is not a certificate: ")


@pytest.mark.parametrize("damage", ["none", "certificate without its end", "key within a certificate"])
def test_a_private_key_beside_its_certificate_never_leaves_the_host(fleet: Fleet, tmp_path: Path, damage: str) -> None:
    certificate, key = pem("web")
    head, end = certificate.rsplit("-----END", 1)
    texts = {
        "none": key + certificate + key,
        "certificate without its end": head + key + certificate,
        "key within a certificate": head + key + "-----END" + end,
    }
    (tmp_path / "both.pem").write_text(texts[damage])
    server = fleet.host("web")
    sent: list[bytes] = []

    def answer(command: str) -> bytes:
        sent.append(subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout)
        return sent[-1]

    server.answer = answer
    found = fleet.observation(fleet.target("web"), certificates=(f"{tmp_path}/*.pem",)).facts.certificates

    assert [one.subject for one in found] == ([""] if damage == "key within a certificate" else ["CN=web"])
    assert not any(line.encode() in sent[0] for line in key.splitlines()[1:-1])


def test_the_mark_of_a_converge(fleet: Fleet, tmp_path: Path) -> None:
    mark = tmp_path / "it's a mark"
    fleet.host("web")

    before = fleet.observation(fleet.target("web"), converge_mark=str(mark)).facts.converged_at
    mark.touch()
    after = fleet.observation(fleet.target("web"), converge_mark=str(mark)).facts.converged_at

    assert before is None
    assert after == datetime.fromtimestamp(int(mark.stat().st_mtime), UTC)


def test_the_script_is_for_any_posix_shell_and_leaves_nothing_behind(fleet: Fleet, tmp_path: Path) -> None:
    from pyops.fleet.answer import command

    fleet.host("web")
    words = command(fleet.target("web"), fleet.settings, "0" * 32)
    done = subprocess.run(
        ["dash", "-c", f"cd {tmp_path} && {words}"],
        capture_output=True,
        text=True,
        env={"TMPDIR": str(tmp_path)},
        check=False,
    )

    assert done.stdout.rstrip().endswith(" end")
    assert list(tmp_path.glob("sh-thd*")) == []
    script = Path(command.__code__.co_filename).with_name("read.sh")
    checked = subprocess.run(["shellcheck", "--shell=sh", script], capture_output=True, text=True, check=False)
    assert checked.stdout == ""
