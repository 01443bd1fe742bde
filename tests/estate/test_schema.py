"""Editors check the file as the reader does, as far as shapes and single values go."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pyops.estate.schema import estate_schema

INVENTORIES = Path(__file__).parents[2] / "inventories"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = estate_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def estate(name: str) -> dict[str, Any]:
    """As an editor's JSON Schema sees YAML: dates are text."""
    data = yaml.safe_load((INVENTORIES / name / "estate.yml").read_text(encoding="utf-8"))
    plain: dict[str, Any] = json.loads(json.dumps(data, default=str))
    return plain


@pytest.mark.parametrize("name", ["production", "lab"])
def test_the_estates_of_the_repository_keep_it(name: str, validator: jsonschema.Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(estate(name))] == []


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("sites", "banbury", "zones", "servers", "prefix"), "10.10.20.0"),
        (("sites", "banbury", "zones", "servers", "vlan"), 4095),
        (("sites", "banbury", "zones", "servers", "vlans"), 1),
        (("sites", "Ban bury"), {}),
        (("sites", "banbury", "id"), "banbury"),
        (("pools", "directory", "memory"), "4GB"),
        (("pools", "directory", "count", "banbury"), -1),
        (("patches", "window", "start"), 1320),
        (("patches", "window", "days", "banbury"), "funday"),
        (("azure", "hubs", "uksouth", "spoke", "resolver"), "10.100.4.128"),
        (("azure", "groups", "auditors"), "auditors@ict.example"),
        (("backups", "policies", "standard", "mirror"), ["stratford"]),
        (("exemptions",), [{"policy": "host_backup", "what": "router"}]),
        (("retirements",), {"banbury": {"retire": False, "by": "2027-01-31", "reason": "moves out"}}),
        (("patches", "deadline"), 14),
        (("services", "ssh"), [22]),
        (("partners",), {}),
        (("desktops", "desks"), []),
        (("file",), "estate.yml"),
        (("plugin",), "constructed"),
        (("systems", "service_desk", "alignment", "cherwell"), "half"),
    ],
)
def test_a_mistake_is_marked_as_it_is_typed(
    at: tuple[str, ...], value: Any, validator: jsonschema.Draft202012Validator
) -> None:
    data = estate("lab")
    inner = data
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value

    assert not validator.is_valid(data)


def test_keys_say_what_they_are_for() -> None:
    pool = estate_schema()["$defs"]["Pool"]["properties"]

    assert pool["target"]["description"] == "How many servers must be left for the service to hold its promise."
    assert pool["memory"]["description"] == "A size, as in 4GiB."
    assert "id" not in pool
