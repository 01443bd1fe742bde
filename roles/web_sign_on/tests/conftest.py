"""Visitors, who are nobody again after each test."""

from collections.abc import Iterator

import pytest
from testinfra.host import Host

from tests.roles.visitor import Visitor


@pytest.fixture
def visitor(host: Host) -> Iterator[Visitor]:
    """One of them."""
    came = Visitor(host)
    yield came
    came.leave()
