"""`unshub demo`: a hub and the ten systems of a plant, in one process.

hub up -> history published -> all of it in the graph -> questions asked over HTTP and printed -> the plant lives on
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from connectors.wire.address import Url
from connectors.wire.errors import PublishError
from hub.app import Hub
from hub.demo.disorder import disorder
from hub.demo.file import load
from hub.demo.fleet import Fleet, connect
from hub.demo.life import Life
from hub.demo.messages import Message, Writer
from hub.demo.plant import Plant
from hub.demo.show import Show
from hub.errors import HubError
from hub.http.serve import serve
from hub.settings import Settings

TAKEN_SECONDS = 120.0
"""How long the hub may take over the history before something must be wrong."""

STOPPING_SECONDS = 10.0
"""How long a hub may take to stop."""


MARKER = "made-by-unshub-demo"
"""The file in a data folder that says: what is in here is invented."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to run the demo. `once`: end after the questions. `speed`: how many plant seconds a second.

    `fixed`: keep the file's own times, so that every run is the same; else the plant's now is this moment.
    """

    once: bool = False
    speed: float = 1.0
    seed: int = 1
    fixed: bool = False


async def run(settings: Settings, options: Options, show: Show) -> None:
    """Runs the demo until it is interrupted, or until the questions are answered. `HubError` says what went wrong."""
    _claim(settings)
    clock = datetime.now(UTC).replace(microsecond=0)
    plant = load(None if options.fixed else clock, arrival=clock)
    settings = settings_for(plant, settings)
    started: asyncio.Queue[Hub] = asyncio.Queue(1)

    show.starting()
    serving = asyncio.create_task(serve(settings, started.put))

    async def play() -> None:
        await _play(await started.get(), plant, options, show)

    playing = asyncio.create_task(play())
    try:
        await asyncio.wait({serving, playing}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done() and isinstance(playing.exception(), PublishError):
            await asyncio.wait(
                {serving}, timeout=STOPPING_SECONDS
            )  # a hub that is told to stop closes its broker first
        await (serving if serving.done() else playing)
    finally:
        for task in (playing, serving):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _claim(settings: Settings) -> None:
    """Marks the data folder as the demo's; `HubError` where it holds the journal of a hub that is not the demo's."""
    marker = settings.data / MARKER
    if settings.journal.file.exists() and not marker.exists():
        raise HubError(
            f"the demo would mix an invented plant into {settings.journal.file}, which it did not make; "
            "give it another folder with --data, or none"
        )
    settings.data.mkdir(parents=True, exist_ok=True)
    marker.write_text("This folder holds the invented plant of `unshub demo`.\n", encoding="utf-8")


def settings_for(plant: Plant, settings: Settings) -> Settings:
    """The settings with the plant's order of authority, as its engineer would write it into `unshub.yaml`."""
    return settings if settings.authority.orders else settings.model_copy(update={"authority": plant.authority})


async def _play(hub: Hub, plant: Plant, options: Options, show: Show) -> None:
    random = Random(options.seed)
    writer = Writer(plant, hub.settings.topic_prefix)
    async with connect(plant.systems, Url("mqtt", hub.settings.mqtt.host, hub.settings.mqtt.port)) as fleet:
        await publish_history(hub, fleet, disorder(writer.history(), random), show)
        await show.answers(hub, plant)
        if not options.once:
            show.addresses(hub, plant)
            await _live(fleet, Life(plant, writer, random), options)


async def publish_history(hub: Hub, fleet: Fleet, messages: list[Message], show: Show) -> None:
    """Publishes the past and returns when the hub has taken all of it and its graph shows it."""
    before = _taken(hub)
    with show.progress(len(messages)) as progress:
        await fleet.publish_all(messages, progress)
    expected = before + sum(max(message.things, 1) for message in messages)
    try:
        async with asyncio.timeout(TAKEN_SECONDS):
            while _taken(hub) < expected:
                await asyncio.sleep(0.02)
            await hub.settled()
    except TimeoutError:
        raise HubError(
            f"the hub took {_taken(hub) - before} of the demo's {expected - before} things within "
            f"{TAKEN_SECONDS:.0f} s; see its log, or try `--broker amqtt`"
        ) from None


def _taken(hub: Hub) -> int:
    tally = hub.ingest.tally
    return tally.assertions + tally.events + tally.refused


async def _live(fleet: Fleet, life: Life, options: Options) -> None:
    """Publishes what happens, a second of the clock at a time."""
    while True:
        await asyncio.sleep(1.0)
        for message in life.tick(datetime.now(UTC), options.speed):
            await fleet.publish(message)
