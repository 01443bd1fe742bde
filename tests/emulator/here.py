"""The stand-in in a test's own process: the SDK is loaded once for all runs of the engine, not once for each of them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pyops.emulator.azure import StandIn
from pyops.emulator.serving import served
from pyops.emulator.store import Store


@contextmanager
def attached_here(store: Path | None, stack: str | None) -> Iterator[dict[str, str]]:
    """What `pyops.emulator.attach.attached` does, but for the process."""
    with closing(Store(store)) as opened, served(StandIn(opened, stack, None)) as port:
        yield {"PULUMI_DEBUG_PROVIDERS": f"azure-native:{port}"}
