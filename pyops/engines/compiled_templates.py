"""What one of Ansible's workers has compiled of Jinja is there for all others, of this run and of the next.

Ansible forks a worker for every task on every host, and each compiles anew every template and every condition that it
meets, which is two fifths of its time. Which code comes of a text depends on that text and on a few settings alone, so
it is kept, as Python keeps its own modules' code beside them.
"""

import hashlib
import marshal
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from ansible._internal._templating import _jinja_bits
from ansible.parsing.vault import VaultedValue
from ansible.release import __version__ as ansible_version
from jinja2 import nodes
from jinja2.environment import TemplateExpression

Key = tuple[object, ...]
_MAKERS = "-".join((ansible_version, jinja2.__version__, str(sys.implementation.cache_tag)))
"""Whose releases decide what code comes of a text."""


class Kept:
    """Code by the text that it was compiled from: a file each, so that workers and runs side by side share them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / _MAKERS
        self._here: dict[str, CodeType] = {}
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for other in folder.iterdir():
                if other != self.folder:
                    shutil.rmtree(other, ignore_errors=True)

    def find(self, key: Key) -> CodeType | None:
        """The code; None where nobody has compiled it, or where its file cannot be read."""
        name = _name(key)
        if name not in self._here:
            with suppress(OSError, EOFError, ValueError, TypeError):
                self._here[name] = marshal.loads((self.folder / name).read_bytes())  # noqa: S302 - ours alone, as .pyc is
        return self._here.get(name)

    def keep(self, key: Key, code: CodeType) -> None:
        """Keep it for all; a disk that refuses costs time, nothing else."""
        name = _name(key)
        self._here[name] = code
        temporary = self.folder / f"{name}.{os.getpid()}"
        with suppress(OSError):
            temporary.write_bytes(marshal.dumps(code))
            temporary.replace(self.folder / name)


def share(folder: Path) -> None:
    """Have Ansible's templates of this process, and of all that it forks, compiled once; kept in `folder`."""
    kept = Kept(folder)
    environment = _jinja_bits.AnsibleEnvironment
    compile_text, compile_expression = environment.compile, environment.compile_expression

    def compiled(self: Any, source: Any, *more: Any, **named: Any) -> Any:
        key = _expression.get() if isinstance(source, nodes.Node) else _key(self, source, "text")
        if more or named or not key:
            return compile_text(self, source, *more, **named)
        if (code := kept.find(key)) is None:
            code = compile_text(self, source)
            kept.keep(key, code)
        return code

    def compiled_expression(self: Any, source: str, undefined_to_none: bool = True) -> TemplateExpression:
        key = _key(self, source, "expression")
        if not key or (code := kept.find(key)) is None:
            with _compiling(key):
                expression: TemplateExpression = compile_expression(self, source, undefined_to_none)
                return expression
        template = self.template_class.from_code(self, code, self.make_globals(None), None)
        return TemplateExpression(template, undefined_to_none)

    environment.compile, environment.compile_expression = compiled, compiled_expression


_expression: ContextVar[Key] = ContextVar("expression", default=())
"""What the expression is kept as whose parsed form Jinja hands on to be compiled."""


@contextmanager
def _compiling(key: Key) -> Iterator[None]:
    token = _expression.set(key)
    try:
        yield
    finally:
        _expression.reset(token)


def _key(environment: Any, text: str, kind: str) -> Key:
    """All that decides what code comes of a text; empty where a vault held that, since nothing of it is kept."""
    if VaultedValue.is_tagged_on(text):
        return ()
    asked = _jinja_bits._TemplateCompileContext.current(optional=True)  # noqa: SLF001 - Ansible has no public name for it
    settings = (getattr(environment, name) for name in _jinja_bits._TEMPLATE_OVERRIDE_FIELD_NAMES)  # noqa: SLF001
    return (kind, str(text), *settings, bool(asked and asked.escape_backslashes))


def _name(key: Key) -> str:
    return hashlib.sha256(repr(key).encode("utf-8", "surrogatepass")).hexdigest()
