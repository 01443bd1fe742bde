"""Files of secrets as Ansible Vault keeps them; the clear text is only ever in a pipe."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

from pyops.engines import toolchain
from pyops.errors import OutsideFailed


def read(file: Path, password_file: Path) -> dict[str, Any]:
    """The variables of an encrypted file, none where there is none; OutsideFailed where it cannot be opened."""
    if not file.exists():
        return {}
    found: dict[str, Any] = yaml.safe_load(_vault(["view", str(file)], password_file)) or {}
    return found


def write(file: Path, variables: dict[str, Any], password_file: Path) -> None:
    """Replace an encrypted file in one step; readable by its owner only until git takes it over."""
    encrypted = _vault(["encrypt", "--output", "-"], password_file, yaml.safe_dump(variables, sort_keys=True))
    temporary = file.with_name(f".{file.name}.new")
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_text(encrypted, encoding="ascii")
    temporary.chmod(0o600)
    temporary.replace(file)


def _vault(arguments: list[str], password_file: Path, text: str | None = None) -> str:
    program = toolchain.program_folder() / "ansible-vault"
    command = [str(program), *arguments, "--vault-password-file", str(password_file)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [f"ended with {done.returncode}"]
        raise OutsideFailed(f"ansible-vault {arguments[0]}: {reason[0]}")
    return done.stdout
