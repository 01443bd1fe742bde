"""Addresses that Azure minted reach the file beside the estate, and nothing else does."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from pyops.environments.recording import record_gateways
from pyops.errors import Refused
from pyops.estate import load
from tests.engines.sample import Sample

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
GATEWAYS = {
    "uksouth": [
        {"public": "192.0.2.11", "peering": "10.100.0.13"},
        {"public": "192.0.2.10", "peering": "10.100.0.12"},
    ],
    "ukwest": [
        {"public": "192.0.2.20", "peering": "10.101.0.12"},
        {"public": "192.0.2.21", "peering": "10.101.0.13"},
    ],
}
"""The ends of the first in another order than the recorded one."""


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "inventories" / "production", tmp_path / "production")
    return tmp_path / "production"


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return Sample(tmp_path)


def export(sample: Sample, gateways: Any) -> None:
    sample.up(f"pulumi.export('gateways', {gateways!r})")


def test_what_is_new_is_told_once_and_written(inventory: Path, sample: Sample) -> None:
    export(sample, GATEWAYS)
    assert [change.words for change in record_gateways(load(inventory), sample.project)] == [
        "the Azure side gains gateway of uksouth: "
        "public 192.0.2.10, peering 10.100.0.12, public 192.0.2.11, peering 10.100.0.13",
        "the Azure side gains gateway of ukwest: "
        "public 192.0.2.20, peering 10.101.0.12, public 192.0.2.21, peering 10.101.0.13",
    ]
    assert (inventory / "gateways.yml").read_text().splitlines()[2:] == [
        "uksouth:",
        "  - {public: 192.0.2.10, peering: 10.100.0.12}",
        "  - {public: 192.0.2.11, peering: 10.100.0.13}",
        "ukwest:",
        "  - {public: 192.0.2.20, peering: 10.101.0.12}",
        "  - {public: 192.0.2.21, peering: 10.101.0.13}",
    ]
    before = (inventory / "gateways.yml").stat()
    assert record_gateways(load(inventory), sample.project) == []
    assert (inventory / "gateways.yml").stat() == before


@pytest.mark.parametrize(
    ("gateways", "says"),
    [
        (None, "program/lab: output gateways: is missing, the network must be applied first"),
        (
            {"uksouth": [{"public": None, "peering": "10.100.0.12"}]},
            "program/lab: output gateways: uksouth[0].public: nothing, must be an IPv4 address, as in 10.10.20.11",
        ),
        (
            {"uksouth": [GATEWAYS["uksouth"][0]]},
            "program/lab: output gateways.uksouth: 1 ends, a hub's gateway has 2",
        ),
    ],
)
def test_what_is_not_wholly_known_is_not_written(inventory: Path, sample: Sample, gateways: Any, says: str) -> None:
    before = (inventory / "gateways.yml").read_bytes()
    export(sample, gateways)
    with pytest.raises(Refused) as refused:
        record_gateways(load(inventory), sample.project)
    assert str(refused.value) == says
    assert (inventory / "gateways.yml").read_bytes() == before


def test_an_estate_that_names_no_file_has_none_to_write(sample: Sample) -> None:
    with pytest.raises(Refused) as refused:
        record_gateways(load(ROOT / "inventories" / "lab"), sample.project)
    rule = "azure.gateways: is missing, it names the file that addresses are recorded in"
    assert str(refused.value) == f"{ROOT}/inventories/lab/estate.yml: {rule}"
