"""The hub put together: every long-lived part opened in one place, in order, and closed in the opposite one.

    journal -> graph store -> announcing -> projection -> ingest -> broker, which starts the flow

`open_hub` yields a running `Hub`; `serve` puts it behind HTTP, which answers from the first moment.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from graph.errors import StoreBusy, StoreUnavailable
from graph.open import open_store
from graph.store import GraphStore
from hub import consistency, dead_letters
from hub.announce import Announcer, Outbox
from hub.catchup import CatchUp
from hub.errors import JournalError
from hub.ingest import Ingest
from hub.journal.open import open_journal
from hub.journal.port import DeadLetter, Journal
from hub.live import Changes
from hub.messages import Broker
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.open import open_broker
from hub.named_files import broker_tls
from hub.projector import Projection, Projector
from hub.republish import Republish
from hub.settings import Settings
from hub.trail import Trail
from hub.upkeep import upkeep
from schema.contract import Contract
from schema.errors import Reason
from schema.events import EventContract
from schema.model import MODEL
from schema.registry import Model

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds before publishing what an earlier run left is tried again."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub: its parts, and what is asked of them together."""

    settings: Settings
    model: Model
    journal: Journal
    store: GraphStore
    broker: Broker
    changes: Changes
    ingest: Ingest
    projector: Projector
    outbox: Outbox
    caught_up: asyncio.Event
    """Set when what an earlier run had left unpublished is on its way to the broker."""

    async def replay(self, letter: DeadLetter, *, again: bool = False) -> tuple[Reason, ...]:
        """Tries a dead letter again; the reasons why it is still refused, none when it was accepted.

        One that was accepted before is refused, unless `again`.
        """
        return await dead_letters.replay(self.journal, self.ingest, letter, again=again)

    async def settled(self) -> None:
        """Returns when all that was accepted so far is in the graph and its golden records are on the broker."""
        await self.caught_up.wait()
        await self.projector.idle()
        await self.outbox.drained()


@asynccontextmanager
async def open_hub(settings: Settings, model: Model = MODEL) -> AsyncIterator[Hub]:
    """Opens every part and yields the hub, running. A `HubError` or `GraphError` says which could not be opened."""
    settings.data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        journal = await open_journal(settings.journal)
        stack.push_async_callback(journal.close)
        store = await open_store(str(settings.graph), model, password=settings.graph.password)
        stack.push_async_callback(store.close)
        await consistency.check(settings, model, journal, store)
        trail = await Trail.open(journal, model, settings.topic_prefix, settings.name)
        hub, announcer = _assemble(settings, model, journal, store, _broker(settings), trail)
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(hub.outbox.run())]
                try:
                    await hub.broker.start(hub.ingest.accept)
                    running.append(tasks.create_task(journal.watch(hub.projector.wake)))
                    running.append(tasks.create_task(hub.projector.run()))
                    running.append(tasks.create_task(upkeep(settings, journal, store)))
                    running.append(tasks.create_task(_publish(hub, announcer, trail)))
                    yield hub
                finally:
                    await hub.broker.stop()
                    for task in running:
                        task.cancel()
        except* Exception as group:
            # The group is the task group's own making; what went wrong is in it.
            raise group.exceptions[0] from None


async def _publish(hub: Hub, announcer: Announcer, trail: Trail) -> None:
    """Publishes the golden records that the broker may lack, all of them where it keeps none over a restart.

    Messages go into the graph meanwhile. Only afterwards is the trail shortened, and are those of other hubs followed.
    """
    settings = hub.settings
    republish = Republish(hub.store, hub.model, settings.authority, hub.outbox, settings.topic_prefix)
    last = CatchUp(hub.journal, republish)
    retains = (await hub.broker.status()).retains
    while not hub.caught_up.is_set():
        try:
            await (last.follow(trail) if retains else republish.everything())
            hub.caught_up.set()
        except (JournalError, StoreBusy, StoreUnavailable) as error:
            log.warning("publishing what an earlier run left: %s; trying again in %g s", error, PAUSE)
            await asyncio.sleep(PAUSE)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(announcer.keep_position())
        tasks.create_task(last.watch_for_the_gone(settings.name))


def _broker(settings: Settings) -> Broker:
    return open_broker(
        settings.broker,
        listen=settings.mqtt,
        data=settings.data,
        client_id=settings.name,
        limits=BrokerLimits(int(settings.max_payload), settings.receive_maximum),
        prefix=settings.topic_prefix,
        tls=broker_tls(settings),
        group=settings.group,
    )


def _assemble(
    settings: Settings, model: Model, journal: Journal, store: GraphStore, broker: Broker, trail: Trail
) -> tuple[Hub, Announcer]:
    changes = Changes()
    outbox = Outbox(broker.publish)
    announcer = Announcer(model, settings.topic_prefix, changes, outbox, trail)
    projector = Projector(
        Projection(journal, store, model, settings.authority, trail.before_commit),
        announcer,
        batch=settings.projection_batch,
        linger=settings.projection_linger,
    )
    rules = settings.rules()
    ingest = Ingest(
        journal,
        Contract(model, rules),
        EventContract(rules),
        prefix=settings.topic_prefix,
        accepted=projector.wake,
        refused=outbox.push,
    )
    hub = Hub(settings, model, journal, store, broker, changes, ingest, projector, outbox, asyncio.Event())
    return hub, announcer
