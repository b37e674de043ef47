"""One event to a thousand subscribers of an equal document, each on a WebSocket of its own, beside bare WebSockets."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import count, islice
from statistics import median

from bench import client, parts, sample
from bench.crowd import Crowd, resident
from bench.measure import Measure, Part, by_turns
from bench.shares import seconds
from tests.system.hub_process import HubProcess

SUBSCRIBERS = 1_000
EVENTS = 20

_QUERY = (
    'subscription { changes(kinds: ["MaterialLot"]) '
    "{ id change cursor entity { name ... on MaterialLot { status quantity { value unit } definition { id } } } } }"
)
_SAID = [
    json.dumps({"type": "connection_init"}),
    json.dumps({"id": "1", "type": "subscribe", "payload": {"query": _QUERY}}),
    json.dumps({"type": "ping"}),
]
_ANSWERS = 2
"""connection_ack and pong."""

_PAGE = 4096

Publish = Callable[[int], Awaitable[None]]
"""Makes an event, another one for each number."""


async def measure(runs: int, number: int | None) -> list[Measure]:
    """The time to the last delivery, and what each further subscriber costs the server."""
    subscribers = number or SUBSCRIBERS
    text = await _text()
    turns = (_of_hub(subscribers), _of_bare(subscribers, text))
    await by_turns(1, *turns)
    found = await by_turns(runs, *turns)
    of = "the same bytes to as many bare WebSockets"
    wanted = (
        (f"publish to the last of {subscribers} subscribers", "last", "ms"),
        ("the same, to a subscriber that is alone", "alone", "ms"),
        ("processor time for each further subscriber, an event", "cost", "µs"),
        ("memory for each further subscriber", "memory", "KiB"),
    )
    return [Measure(name, found[f"hub {key}"], unit, found[f"bare {key}"], of, runs) for name, key, unit in wanted]


async def _text() -> str:
    """What a subscriber is sent of an event."""
    with parts.folder() as path:
        async with HubProcess(path, "mosquitto") as hub:
            crowd = await _subscribed(hub)
            try:
                await _publications(hub)(0)
                await crowd.told(1)
                return crowd.newest.decode()
            finally:
                crowd.close()


def _of_hub(subscribers: int) -> Part:
    async def part() -> Mapping[str, float]:
        with parts.folder() as path:
            async with HubProcess(path, "mosquitto") as hub:
                assert hub.process is not None
                crowd = await _subscribed(hub)
                try:

                    async def grow() -> None:
                        await crowd.grow(subscribers, _SAID, _ANSWERS)

                    return await _figures("hub", hub.process.pid, crowd, grow, _publications(hub))
                finally:
                    crowd.close()

    return part


def _of_bare(subscribers: int, text: str) -> Part:
    async def part() -> Mapping[str, float]:
        async with _fanout() as (pid, port):
            crowd, speaker = Crowd(port, "/crowd"), Crowd(port, "/speaker")
            try:
                await speaker.grow(1, (), 0)
                await crowd.grow(1, (), 0)

                async def grow() -> None:
                    await crowd.grow(subscribers, (), 0)

                async def publish(_number: int) -> None:
                    speaker.say(text)

                return await _figures("bare", pid, crowd, grow, publish)
            finally:
                crowd.close()
                speaker.close()

    return part


async def _figures(
    name: str,
    pid: int,
    crowd: Crowd,
    grow: Callable[[], Awaitable[None]],
    publish: Publish,
) -> Mapping[str, float]:
    """What a server needs for one client, and for all."""
    numbers = count()
    await _events(crowd, publish, numbers)
    alone, least = await _spent(pid, crowd, publish, numbers)
    before = resident(pid)
    await grow()
    grown = resident(pid) - before
    await _events(crowd, publish, numbers)
    last, most = await _spent(pid, crowd, publish, numbers)
    more = len(crowd) - 1
    return {
        f"{name} alone": 1000 * median(alone),
        f"{name} last": 1000 * median(last),
        # Processor time is counted in hundredths of a second.
        f"{name} cost": 1_000_000 * max(most - least, 0.01) / (EVENTS * more),
        f"{name} memory": max(grown, _PAGE) / 1024 / more,
    }


async def _spent(pid: int, crowd: Crowd, publish: Publish, numbers: Iterator[int]) -> tuple[list[float], float]:
    """What `_events` gives, and the seconds of processor time that the server took meanwhile."""
    before = seconds(pid)
    times = await _events(crowd, publish, numbers)
    return times, seconds(pid) - before


async def _events(crowd: Crowd, publish: Publish, numbers: Iterator[int]) -> list[float]:
    """Seconds from each event to its last delivery."""
    times: list[float] = []
    for number in islice(numbers, EVENTS):
        began = time.monotonic()
        coming = asyncio.create_task(crowd.told(len(crowd)))
        await publish(number)
        times.append(await coming - began)
    return times


async def _subscribed(hub: HubProcess) -> Crowd:
    """One subscriber at a hub; others come with it."""
    crowd = Crowd(hub.http, "/graphql", "graphql-transport-ws")
    await crowd.grow(1, _SAID, _ANSWERS)

    async def listens() -> bool:
        return bool((await hub.get("/api/status"))["listeners"] == 1)

    await hub.until(listens, "the subscription has begun")
    return crowd


def _publications(hub: HubProcess) -> Publish:
    """Publishes the lot of a number, as a system would."""

    def send(number: int) -> None:
        topic, payload = list(sample.messages(number + 1, 1))[-1]
        with client.connect(hub.mqtt, "bench-publisher") as link:
            client.publish(link, [client.publication(0, topic, payload)])

    async def publish(number: int) -> None:
        await asyncio.to_thread(send, number)

    return publish


@asynccontextmanager
async def _fanout() -> AsyncIterator[tuple[int, int]]:
    """The bare server in a process of its own: its id and its port."""
    port = parts.address().port
    process = subprocess.Popen([sys.executable, "-m", "bench.fanout", str(port)])
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()
