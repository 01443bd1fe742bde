"""The laws of roles and of the bridge between the estate and their arguments (CONTRIBUTING.md says why)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
ROLES = sorted(folder.name for folder in (ROOT / "roles").iterdir() if folder.is_dir())
BRIDGES = sorted((ROOT / "playbooks" / "group_vars").glob("*/*.yml"))
GIVEN_BY_ANSIBLE = {"dict", "groups", "hostvars"}

each_role = pytest.mark.parametrize("role", ROLES)
each_bridge = pytest.mark.parametrize("bridge", BRIDGES, ids=lambda path: f"{path.parent.name}/{path.stem}")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def options(role: str) -> dict[str, Any]:
    specification: dict[str, Any] = read(ROOT / "roles" / role / "meta" / "argument_specs.yml")
    return dict(specification["argument_specs"]["main"]["options"])


def code(role: str) -> list[Path]:
    """What a role does: all of its files but its README and its tests."""
    folders = ("defaults", "files", "handlers", "meta", "tasks", "templates", "vars")
    return [
        path for folder in folders for path in sorted((ROOT / "roles" / role / folder).rglob("*")) if path.is_file()
    ]


def tasks(role: str) -> Iterator[dict[str, Any]]:
    for path in sorted((ROOT / "roles" / role / "tasks").rglob("*.yml")):
        yield from read(path)


def keys(value: Any) -> Iterator[str]:
    """Every key of nested maps and lists."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield name
        yield from keys(inner)
    for inner in value if isinstance(value, list) else ():
        yield from keys(inner)


@each_role
def test_every_argument_is_either_required_or_has_its_default_in_defaults(role: str) -> None:
    required = {name for name, option in options(role).items() if option.get("required")}
    defaults = set(read(ROOT / "roles" / role / "defaults" / "main.yml"))
    assert defaults | required == set(options(role))
    assert defaults & required == set()


@each_role
def test_a_specification_holds_no_defaults(role: str) -> None:
    assert "default" not in set(keys(options(role)))


@each_role
def test_every_argument_says_what_it_is_for(role: str) -> None:
    assert [name for name, option in options(role).items() if not option.get("description")] == []


@each_role
def test_every_name_begins_with_the_roles(role: str) -> None:
    private = {*read(ROOT / "roles" / role / "vars" / "main.yml")}
    for task in tasks(role):
        private |= {task["register"]} if "register" in task else set()
        private |= {*task.get("vars", {}), *task.get("ansible.builtin.set_fact", {})}
    assert [name for name in options(role) if not name.startswith(f"{role}_")] == []
    assert [name for name in sorted(private) if not name.startswith(f"__{role}_")] == []


@each_role
def test_only_modules_that_ansible_itself_brings(role: str) -> None:
    named = {name for task in tasks(role) for name in task if "." in name}
    assert [name for name in sorted(named) if not name.startswith("ansible.builtin.")] == []


@each_role
def test_a_role_knows_neither_the_estate_nor_another_role(role: str) -> None:
    others = "|".join(other for other in ROLES if other != role)
    foreign = re.compile(rf"\b(estate|secret|(__)?({others}))_[a-z]\w*")
    found = {f"{path.name}: {match[0]}" for path in code(role) for match in foreign.finditer(path.read_text("utf-8"))}
    assert found == set()
    assert {name for task in tasks(role) for name in task if name.endswith(("import_role", "include_role"))} == set()


@each_role
def test_every_role_has_a_scenario_a_test_of_its_behaviour_and_a_readme(role: str) -> None:
    folder = ROOT / "roles" / role
    assert (folder / "molecule" / "default" / "molecule.yml").is_file()
    tested = [path.name for path in (folder / "tests").glob("test_*.py") if "def test_" in path.read_text("utf-8")]
    assert tested != []
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert [name for name in options(role) if f"`{name}`" not in readme] == []


def test_no_two_roles_set_the_same_of_the_kernel() -> None:
    settings = [
        setting
        for role in ROLES
        for name, values in read(ROOT / "roles" / role / "defaults" / "main.yml").items()
        if name.endswith("_kernel_settings")
        for setting in values
    ]
    assert sorted(set(settings)) == sorted(settings)


@each_bridge
def test_a_bridge_gives_one_role_its_arguments(bridge: Path) -> None:
    assert bridge.stem in ROLES
    assert sorted(set(read(bridge)) - set(options(bridge.stem))) == []


@each_bridge
def test_a_bridge_holds_nothing_but_expressions_over_the_estate(bridge: Path) -> None:
    environment = Environment(autoescape=True)
    for name, value in read(bridge).items():
        assert isinstance(value, str), f"{name}: a literal"
        assert re.fullmatch(r"\{\{.*\}\}", value, re.DOTALL), f"{name}: more than an expression"
        names = {node.name for node in environment.parse(value).find_all(nodes.Name)} - GIVEN_BY_ANSIBLE
        assert names, f"{name}: a literal"
        assert [used for used in sorted(names) if not used.startswith(("estate_", "secret_"))] == []


def test_no_inventory_sets_an_argument_of_a_role() -> None:
    """The bridge, which stands beside the playbooks, would win over it in silence."""
    prefixes = tuple(f"{role}_" for role in ROLES)
    files = sorted((ROOT / "inventories").glob("*/*_vars/**/*.yml"))
    assert files != []
    assert [f"{path.parent.name}: {name}" for path in files for name in read(path) if name.startswith(prefixes)] == []
