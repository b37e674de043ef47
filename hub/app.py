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

from graph.open import open_store
from graph.store import GraphStore
from hub import consistency, dead_letters
from hub.announce import Announcer, Outbox
from hub.catchup import CatchUp
from hub.ingest import Ingest
from hub.journal.open import open_journal
from hub.journal.port import DeadLetter, Journal
from hub.live import Changes
from hub.messages import Broker
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.open import open_broker
from hub.named_files import broker_tls
from hub.projector import Projection, Projector
from hub.settings import Settings
from hub.trail import Trail
from schema.contract import Contract
from schema.errors import Reason
from schema.events import EventContract
from schema.model import MODEL
from schema.registry import Model

log = logging.getLogger(__name__)


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
        await consistency.check(settings, journal, store)
        trail = await Trail.open(journal, model, settings.topic_prefix)
        hub, announcer = _assemble(settings, model, journal, store, _broker(settings), trail)
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(hub.outbox.run()), tasks.create_task(announcer.keep_position(trail))]
                try:
                    await hub.broker.start(hub.ingest.accept)
                    running.append(tasks.create_task(journal.watch(hub.projector.wake)))
                    running.append(tasks.create_task(_project(hub, trail)))
                    yield hub
                finally:
                    await hub.broker.stop()
                    for task in running:
                        task.cancel()
        except* Exception as group:
            # The group is the task group's own making; what went wrong is in it.
            raise group.exceptions[0] from None


async def _project(hub: Hub, trail: Trail) -> None:
    """Publishes the golden records that the broker may lack, all of them where it keeps none over a restart; projects.

    Catching up waits where the broker is away and much is to be published; questions are answered meanwhile.
    """
    settings = hub.settings
    since = None if (await hub.broker.status()).retains else 0
    last = CatchUp(hub.journal, hub.store, hub.model, settings.authority, hub.outbox, settings.topic_prefix)
    await last.run(trail, since)
    hub.caught_up.set()
    await hub.projector.run()


def _broker(settings: Settings) -> Broker:
    return open_broker(
        settings.broker,
        listen=settings.mqtt,
        data=settings.data,
        client_id=settings.name,
        limits=BrokerLimits(int(settings.max_payload), settings.receive_maximum),
        prefix=settings.topic_prefix,
        tls=broker_tls(settings),
    )


def _assemble(
    settings: Settings, model: Model, journal: Journal, store: GraphStore, broker: Broker, trail: Trail
) -> tuple[Hub, Announcer]:
    changes = Changes()
    outbox = Outbox(broker.publish)
    announcer = Announcer(model, settings.topic_prefix, changes, outbox)
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
