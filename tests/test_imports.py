"""Who may import, start and print what."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1] / "pyops"
MODULES = sorted(path for path in ROOT.rglob("*.py") if path.parent != ROOT)

OURS = {
    "estate": {"errors"},
    "inventory": {"errors", "estate"},
    "components": {"errors", "estate"},
    "engines": {"errors", "files"},
    "emulator": {"errors", "lab"},
    "lab": {"errors", "files"},
    "environments": {"errors", "estate", "engines", "emulator", "files", "keys", "lab"},
}
CAPABILITY = {"errors", "estate", "files", "fleet", "engines"}
"""What a package may import that is not named above; `cli` may import everything."""

THEIRS = {
    "ansible": ("inventory/plugins", "engines/callbacks", "engines/compiled_templates", "engines/modules"),
    "pulumi": ("components", "emulator", "engines"),
    "pulumi_azure_native": ("components", "emulator"),
    "paramiko": ("fleet",),
    "dask": ("fleet/sites",),
    "distributed": ("fleet/sites",),
    "typer": ("cli",),
    "rich": ("cli",),
}
"""Where a library of others may be imported."""

TALKING = {"print", "sys.exit", "exit", "quit", "os._exit", "typer.echo", "typer.Exit", "SystemExit"}
INSIDE_ANSIBLE = "engines/callbacks"
"""Plugins that run inside Ansible's own process, and end it as Ansible wants it ended."""


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{place(path)}:{node.lineno}: imports are absolute"
            names = [f"pyops.{alias.name}" for alias in node.names] if node.module == "pyops" else [node.module]
            yield from ((node.lineno, name) for name in names)


def test_a_package_imports_only_what_it_may() -> None:
    strangers = []
    for path in MODULES:
        package = place(path).split("/")[0]
        allowed = OURS.get(package, CAPABILITY) | {package}
        ours = [(line, name.split(".")[1]) for line, name in imported(path) if name.startswith("pyops.")]
        strangers += [
            f"{place(path)}:{line}: pyops.{name}" for line, name in ours if package != "cli" and name not in allowed
        ]

    assert strangers == []


def test_a_library_is_imported_only_where_it_belongs() -> None:
    strangers = [
        f"{place(path)}:{line}: {name}"
        for path in MODULES
        for line, name in imported(path)
        if not place(path).startswith(THEIRS.get(name.split(".")[0], ("",)))
    ]

    assert strangers == []


def test_only_engines_start_pulumi_and_ansible() -> None:
    started = [
        f"{place(path)}:{call.lineno}: {ast.unparse(call)}"
        for path in MODULES
        for call in ast.walk(parsed(path))
        if not place(path).startswith("engines/") and isinstance(call, ast.Call)
        if _starts_a_process(call) and _names_an_engine(call)
    ]

    assert started == []


def _starts_a_process(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    starters = ("run", "Popen", "check_output", "check_call", "call", "tools.run", "create_subprocess_exec")
    return name in starters or name.startswith(("subprocess.", "os.exec", "os.spawn", "os.system", "os.popen", "pty."))


def _names_an_engine(call: ast.Call) -> bool:
    words = (node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return any(word.split("/")[-1] in ("pulumi", "ansible-playbook", "ansible") for word in words)


def test_only_the_command_line_prints_or_exits() -> None:
    talkers = [
        f"{place(path)}:{call.lineno}: {ast.unparse(call)}"
        for path in MODULES
        if not place(path).startswith(("cli/", INSIDE_ANSIBLE)) and path.name != "__main__.py"
        for call in _unguarded_calls(parsed(path))
        if ast.unparse(call.func) in TALKING
    ]

    assert talkers == []


def _unguarded_calls(tree: ast.Module) -> Iterator[ast.Call]:
    """All calls but those of `if __name__ == "__main__"`."""
    guarded = {
        id(node)
        for block in tree.body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "__name__ == '__main__'"
        for node in ast.walk(block)
    }
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in guarded)
