"""The roles' module on the host of a role's tests: what it finds due, and what it does."""

import json
from typing import Any

from testinfra.host import Host


def told(host: Host, *units: dict[str, Any], is_check: bool = True) -> dict[str, Any]:
    """What the module returns; `msg` is there where it fails."""
    said: dict[str, Any] = host.ansible("units_in_force", json.dumps({"units": units}), become=True, check=is_check)
    return said


def due(host: Host, *units: dict[str, Any], is_check: bool = True) -> list[str]:
    """Each unit and what is, or would be, done to it."""
    said = told(host, *units, is_check=is_check)
    assert "msg" not in said, said["msg"]
    return [f"{one['unit']} {one['action']}" for one in said["done"]]
