"""Recovery and backup vaults: settings that go one way, and redundancy.

Sources: Microsoft's documentation of immutable vaults and of soft delete (`Locked` and always-on cannot be taken back),
the azurerm provider (cross region restore needs geo-redundancy and cannot be switched off).
"""

from collections.abc import Callable, Iterator

from pyops.emulator.rules.rule import Rule, Rules, Write
from pyops.emulator.values import Properties, at

_SECURITY = "properties.securitySettings"
_REDUNDANCY = "properties.redundancySettings"
_FEATURES = "properties.featureSettings"
_RECOVERY = {
    f"{_SECURITY}.immutabilitySettings.state": "Locked",
    f"{_SECURITY}.softDeleteSettings.softDeleteState": "AlwaysON",
    f"{_SECURITY}.softDeleteSettings.enhancedSecurityState": "AlwaysON",
    f"{_REDUNDANCY}.crossRegionRestore": "Enabled",
    "properties.encryption.infrastructureEncryption": "Enabled",
}
_BACKUP = {
    f"{_SECURITY}.immutabilitySettings.state": "Locked",
    f"{_SECURITY}.softDeleteSettings.state": "AlwaysOn",
    f"{_FEATURES}.crossRegionRestoreSettings.state": "Enabled",
}
"""By path: the value that cannot be taken back."""


def _taken_back(one_way: dict[str, str]) -> Callable[[Write], Iterator[str]]:
    def check(write: Write) -> Iterator[str]:
        for path, final in one_way.items():
            if final in at(write.before or {}, path) and final not in at(write.inputs, path):
                yield f"{path} is {final}, which cannot be taken back"

    return check


def _recovery_redundancy(inputs: Properties) -> Iterator[str]:
    kinds = at(inputs, f"{_REDUNDANCY}.standardTierStorageRedundancy")
    restores = at(inputs, f"{_REDUNDANCY}.crossRegionRestore")
    yield from _needs_geo(restores, kinds, f"{_REDUNDANCY}.crossRegionRestore")


def _backup_redundancy(inputs: Properties) -> Iterator[str]:
    kinds = at(inputs, "properties.storageSettings[].type")
    restores = at(inputs, f"{_FEATURES}.crossRegionRestoreSettings.state")
    yield from _needs_geo(restores, kinds, f"{_FEATURES}.crossRegionRestoreSettings.state")


def _needs_geo(restores: list[str], kinds: list[str], path: str) -> Iterator[str]:
    if "Enabled" in restores and any(isinstance(kind, str) and kind != "GeoRedundant" for kind in kinds):
        yield f"{path}: Enabled, needs storage that is GeoRedundant"


_SOFT_DELETE_DAYS = range(14, 181)


def _soft_delete_days(inputs: Properties) -> Iterator[str]:
    paths = ("softDeleteRetentionPeriodInDays", "retentionDurationInDays")
    for path in (f"{_SECURITY}.softDeleteSettings.{name}" for name in paths):
        for days in at(inputs, path):
            if isinstance(days, (int, float)) and days not in _SOFT_DELETE_DAYS:
                yield f"{path}: {days}, must be between {_SOFT_DELETE_DAYS.start} and {_SOFT_DELETE_DAYS.stop - 1}"


_DAYS = Rule("soft delete outside of 14 to 180 days", alone=_soft_delete_days)
_WORDS = "taking back Locked, always-on soft delete, cross region restore"
_GEO = "cross region restore without geo-redundancy"
RULES: Rules = {
    "azure-native:recoveryservices:Vault": (
        Rule(f"{_WORDS}, infrastructure encryption", among=_taken_back(_RECOVERY)),
        Rule(_GEO, alone=_recovery_redundancy),
        _DAYS,
    ),
    "azure-native:dataprotection:BackupVault": (
        Rule(_WORDS, among=_taken_back(_BACKUP)),
        Rule(_GEO, alone=_backup_redundancy),
        _DAYS,
    ),
}
