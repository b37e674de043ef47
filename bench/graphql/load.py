"""Clients that ask over and over, in a process of its own: `python -m bench.graphql.load PORT`.

Each of the clients has a connection that stays open, and asks again as soon as it has its answer. Requests come on
standard input as they go over the wire, and a client that has asked the last begins again. One thread and one selector
serve all: a client must cost little, for it shares the machine with what is measured.
"""

from __future__ import annotations

import asyncio
import json
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

CLIENTS = 16

_BURST = 1 << 18
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Failed(RuntimeError):
    """An answer is not what it should be."""


@dataclass(frozen=True, slots=True)
class Served:
    """What was answered within the seconds that count."""

    rate: float
    """Answers a second."""
    median: float
    """Milliseconds that half of the answers took at most."""
    processor: float
    """Microseconds of processor time that the clients took for an answer."""


async def run(port: int, seconds: float, requests: Sequence[bytes]) -> Served:
    """Asks for so many seconds."""
    arguments = [sys.executable, "-m", "bench.graphql.load", str(port), str(seconds)]
    process = await asyncio.create_subprocess_exec(
        *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate(orjson.dumps([request.decode() for request in requests]))
    if process.returncode:
        raise Failed(f"the clients ended with {process.returncode}")
    return Served(**json.loads(output))


def request(path: str, body: Any) -> bytes:
    """A POST of JSON as it goes over the wire."""
    content = orjson.dumps(body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class _Client:
    def __init__(self, port: int, requests: Sequence[bytes], first: int) -> None:
        self.link = socket.create_connection(("127.0.0.1", port))
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = requests
        self._next = first
        self._got = bytearray()
        self._end = 0

    def ask(self) -> None:
        self.asked = time.perf_counter()
        self._got.clear()
        self._end = 0
        self.link.sendall(self._requests[self._next % len(self._requests)])
        self._next += 1

    def take(self) -> bool:
        """Takes what has come; whether the answer is whole."""
        part = self.link.recv(_BURST)
        if not part:
            raise Failed("the server ended the connection")
        self._got += part
        if not self._end and (head := self._got.find(_HEAD_END)) >= 0:
            self._end = head + len(_HEAD_END) + self._length(bytes(self._got[:head]).lower())
        if not self._end or len(self._got) < self._end:
            return False
        if b'"errors"' in self._got:
            raise Failed(f"answered {bytes(self._got)!r}")
        return True

    def _length(self, head: bytes) -> int:
        if not head.startswith(b"http/1.1 200 "):
            raise Failed(f"answered {bytes(self._got)!r}")
        at = head.find(_LENGTH) + len(_LENGTH)
        return int(head[at:].partition(b"\r")[0])


def main(port: int, seconds: float, requests: Sequence[bytes]) -> dict[str, float]:
    apart = len(requests) // CLIENTS
    clients = [_Client(port, requests, number * apart) for number in range(CLIENTS)]
    times: list[float] = []
    with selectors.EpollSelector() as selector:
        for client in clients:
            selector.register(client.link, selectors.EVENT_READ, client)
        began, processor = time.perf_counter(), time.process_time()
        until = began + seconds
        for client in clients:
            client.ask()
        while (moment := time.perf_counter()) < until or not times:
            for key, _ in selector.select(1.0):
                client = key.data
                if client.take():
                    moment = time.perf_counter()
                    times.append(moment - client.asked)
                    client.ask()
        taken, processor = moment - began, time.process_time() - processor
    times.sort()
    return {
        "rate": len(times) / taken,
        "median": 1000 * times[len(times) // 2],
        "processor": 1e6 * processor / len(times),
    }


if __name__ == "__main__":
    wire = [text.encode() for text in orjson.loads(sys.stdin.buffer.read())]
    print(json.dumps(main(int(sys.argv[1]), float(sys.argv[2]), wire)))
