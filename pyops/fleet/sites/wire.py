"""How Dask's parties reach each other here: mutual TLS 1.3 or not at all, and no port but that."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from ssl import TLSVersion
from typing import Any, Literal

import dask.config
from distributed import Security

from pyops.fleet.sites.credentials import Credentials

_SETTINGS = {
    "distributed.comm.require-encryption": True,
    "distributed.comm.timeouts.connect": "4s",  # a reader calls again soon, and has waited little when somebody asks
    "distributed.scheduler.worker-ttl": "10s",  # a site without power does not say goodbye
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.blocked-handlers": ["run_function", "feed"],
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.admin.low-level-log-length": 10,  # answers would stay in it
    "distributed.worker.profile.enabled": False,
    "distributed.diagnostics.nvml": False,
}


@contextmanager
def configured(level: int) -> Iterator[None]:
    """Dask as it is to be here, whatever the user's own settings say; it logs from `level` on."""
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(level)
    with dask.config.set(_SETTINGS):
        yield


def security(credentials: Credentials, role: Literal["scheduler", "client", "worker"]) -> Security:
    """Both ends show a certificate of the one authority, or do not talk. Dask does not look at names."""
    own: dict[str, Any] = {f"tls_{role}_cert": str(credentials.certificate), f"tls_{role}_key": str(credentials.key)}
    return Security(
        require_encryption=True,
        tls_min_version=TLSVersion.TLSv1_3,
        tls_ca_file=str(credentials.authority),
        **own,
    )
