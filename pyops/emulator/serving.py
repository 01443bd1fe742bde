"""Serves a stand-in on a free port of the loopback interface."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pyops.emulator.azure import StandIn
from pyops.emulator.protocol import Provider

_WORKERS = 32
_GRACE_SECONDS = 10
_LARGEST_MESSAGE = 400 * 1024 * 1024  # the engine's own limit


@contextmanager
def served(azure: StandIn) -> Iterator[int]:
    """Answers for the length of a `with` block, and finishes then what it is at; yields the port."""
    server = grpc.server(
        ThreadPoolExecutor(_WORKERS),
        options=[
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(azure), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(_GRACE_SECONDS).wait()
