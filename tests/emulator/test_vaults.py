"""Settings of vaults that go one way."""

from collections.abc import Callable
from typing import Any

import pytest

from pyops.emulator.azure import StandIn
from tests.emulator.conftest import MARKED, group, refusal, urn

_SECURITY = "securitySettings"
_RECOVERY = "recoveryservices:Vault"
_BACKUP = "dataprotection:BackupVault"

Make = Callable[..., str]


def _vault(path: str, value: str) -> dict[str, Any]:
    *above, last = path.split(".")
    nested: dict[str, Any] = {last: value}
    for name in reversed(above):
        nested = {name: nested}
    return group(vaultName="rsv", sku={"name": "RS0"}, properties={"storageSettings": [], **nested})


@pytest.mark.parametrize(
    ("token", "path", "final", "other"),
    [
        (_RECOVERY, f"{_SECURITY}.immutabilitySettings.state", "Locked", "Unlocked"),
        (_RECOVERY, f"{_SECURITY}.softDeleteSettings.softDeleteState", "AlwaysON", "Enabled"),
        (_RECOVERY, f"{_SECURITY}.softDeleteSettings.enhancedSecurityState", "AlwaysON", "Enabled"),
        (_RECOVERY, "redundancySettings.crossRegionRestore", "Enabled", "Disabled"),
        (_RECOVERY, "encryption.infrastructureEncryption", "Enabled", "Disabled"),
        (_BACKUP, f"{_SECURITY}.immutabilitySettings.state", "Locked", "Unlocked"),
        (_BACKUP, f"{_SECURITY}.softDeleteSettings.state", "AlwaysOn", "On"),
        (_BACKUP, "featureSettings.crossRegionRestoreSettings.state", "Enabled", "Disabled"),
    ],
)
def test_what_goes_one_way_is_not_taken_back(
    azure: StandIn, made: Make, token: str, path: str, final: str, other: str
) -> None:
    vault = made(token, _vault(path, other))
    azure.update(urn(token), vault, MARKED, _vault(path, final))
    words = f"{vault}: properties.{path} is {final}, which cannot be taken back"
    assert refusal(azure.update, urn(token), vault, MARKED, _vault(path, other)) == words
    assert refusal(azure.update, urn(token), vault, MARKED, _vault("unrelated", other)) == words
