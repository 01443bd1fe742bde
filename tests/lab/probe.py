"""Runs inside a lab host, with nothing but Python: listens on ports, or tries to reach others and says which answered.

listen ADDRESS SPEC...   answer at an address on every port (`443/tcp`, `53/udp`) that nothing else has taken, until killed
try                      read [[address, spec], ...] as JSON from standard input, print those that answered as JSON
"""

import asyncio
import contextlib
import json
import os
import socket
import struct
import sys
from typing import Any, cast

TIMEOUT = 3.0
ATTEMPTS = 3
TOGETHER = 200


async def listen(address: str, specs: list[str]) -> None:
    held: dict[str, object] = {}
    while True:  # a connection that was closed a moment ago may hold a port for a minute
        for spec in specs:
            if spec not in held:
                with contextlib.suppress(OSError):
                    held[spec] = await hold(address, *spec.split("/"))
        await asyncio.sleep(1)


async def hold(address: str, port: str, protocol: str) -> object:
    if protocol == "tcp":
        return await asyncio.start_server(lambda _, writer: writer.close(), address, int(port))
    return await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=(address, int(port)))


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.transport.sendto(data, address)


class Answer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.arrived = asyncio.Event()

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.arrived.set()


async def answers(address: str, spec: str) -> bool:
    port, protocol = spec.split("/")
    return await {"tcp": tcp, "udp": udp, "icmp": echo}[protocol](address, port)


async def tcp(address: str, port: str) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(address, int(port)), TIMEOUT)
    except (TimeoutError, OSError):
        return False
    writer.close()
    return True


async def udp(address: str, port: str) -> bool:
    loop = asyncio.get_running_loop()
    transport, answer = await loop.create_datagram_endpoint(Answer, remote_addr=(address, int(port)))
    try:
        for _ in range(ATTEMPTS):
            transport.sendto(b"probe")
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(answer.arrived.wait(), TIMEOUT / ATTEMPTS)
                return True
        return False
    finally:
        transport.close()


async def echo(address: str, _: str) -> bool:
    """An ICMP echo request of our own (RFC 792); every raw socket gets every answer, so the id tells them apart."""
    loop, mine = asyncio.get_running_loop(), struct.pack("!H", int.from_bytes(os.urandom(2), "big"))
    head = b"\x08\x00\x00\x00" + mine + b"\x00\x01"
    words = struct.unpack("!4H", head)
    total = sum(words)
    packet = head[:2] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[4:]
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.setblocking(False)
        for _attempt in range(ATTEMPTS):
            await loop.sock_sendto(raw, packet, (address, 0))
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(_reply(loop, raw, address, mine), TIMEOUT / ATTEMPTS)
                return True
    return False


async def _reply(loop: asyncio.AbstractEventLoop, raw: socket.socket, address: str, mine: bytes) -> None:
    while True:
        data, sender = await loop.sock_recvfrom(raw, 2048)
        inner = data[(data[0] & 15) * 4 :]
        if sender[0] == address and inner[0] == 0 and inner[4:6] == mine:
            return


async def attempt(targets: list[tuple[str, str]]) -> None:
    gate = asyncio.Semaphore(TOGETHER)

    async def one(address: str, spec: str) -> list[str] | None:
        async with gate:
            return [address, spec] if await answers(address, spec) else None

    found = await asyncio.gather(*(one(*target) for target in targets))
    print(json.dumps([pair for pair in found if pair]))


if __name__ == "__main__":
    asyncio.run(listen(sys.argv[2], sys.argv[3:]) if sys.argv[1] == "listen" else attempt(json.load(sys.stdin)))
