"""Visitors, who are nobody again after each test."""

from collections.abc import Iterator

import pytest
from testinfra.host import Host

from tests.roles.visitor import Visitor


@pytest.fixture
def visitor(host: Host) -> Iterator[Visitor]:
    """One of them; second factors and consents of the test are forgotten."""
    came = Visitor(host)
    yield came
    came.leave()
    host.check_output("find /var/lib/lemonldap-ng/psessions -type f -delete")
