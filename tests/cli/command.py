"""A noun of the command, started within the tests' own process."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pyops.cli import start


@dataclass
class Command:
    """`pyops -i FOLDER NOUN`."""

    noun: ClassVar[str]
    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, and what was said on standard output and on standard error."""
        self.monkeypatch.setattr(sys, "argv", ["pyops", "-i", str(self.folder), self.noun, *arguments])
        code = start.main()
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def json(self, *arguments: str) -> tuple[int, Any]:
        """The exit code, and the answer as a program reads it."""
        code, said, _ = self(*arguments, "--json")
        return code, json.loads(said)
