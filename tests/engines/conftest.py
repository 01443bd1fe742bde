"""Projects of the tests' own."""

from pathlib import Path

import pytest

from tests.engines.sample import Sample


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return Sample(tmp_path)
