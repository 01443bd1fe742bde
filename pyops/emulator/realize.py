"""What the lab makes real: four types of a site's own cluster. Every other type is a record and nothing else."""

from pathlib import Path
from typing import Any

from pyops.emulator.store import Store
from pyops.emulator.values import Properties


class Nothing:
    """Stands where there is no lab: resources are records alone."""

    def create(self, token: str, arm_id: str, inputs: Properties) -> None: ...

    def update(self, token: str, arm_id: str, inputs: Properties) -> None: ...

    def delete(self, token: str, arm_id: str, inputs: Properties) -> None: ...

    def read(self, token: str, arm_id: str, inputs: Properties) -> Properties | None:
        """The inputs as they are in truth; None when the thing is gone."""
        return inputs


def realizer(lab: Path | None, store: Store) -> Any:
    return Nothing()
