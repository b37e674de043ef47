"""The hub put together: every long-lived part opened in one place, in order, and closed in the opposite one.

    journal -> graph store -> announcing -> projection -> ingest -> broker, which starts the flow -> connectors

Which of them a hub has, its role says (`hub.settings.Role`).

`open_hub` yields a running `Hub`; `serve` puts it behind HTTP, which answers from the first moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.push.doors import Doors
from connectors.wire.address import Url
from graph.store import GraphStore
from hub.announcing import change_message
from hub.announcing.announce import Announcer
from hub.announcing.catchup import CatchUp
from hub.announcing.live import Changes
from hub.announcing.newest import Newest
from hub.announcing.outbox import Outbox
from hub.announcing.peers import Peers
from hub.announcing.position import Common, keep_position
from hub.announcing.publishing import Publishing
from hub.announcing.republish import Republish
from hub.announcing.trail import Trail
from hub.connect.desk import Desk
from hub.connect.files import all_of
from hub.connect.running import doors_for, run_all
from hub.errors import HubError
from hub.group import roster
from hub.group.heirs import Heirs
from hub.intake import dead_letters
from hub.intake.arrivals import Arrivals
from hub.intake.ingest import Ingest
from hub.journal.open import open_journal
from hub.journal.port import DeadLetter, Journal
from hub.messages import Broker
from hub.mqtt.hearing import Hearing
from hub.mqtt.inherit import Inheritance
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.open import open_broker
from hub.projection.projector import Projection, Projector
from hub.settings import Role, Settings
from hub.settings.named_files import broker_tls
from hub.troubles import Troubles
from hub.upkeep import consistency
from hub.upkeep.duties import upkeep
from schema.contract import Contract
from schema.errors import Reason, innermost
from schema.events import EventContract
from schema.model import MODEL
from schema.registry import Model

Duty = Callable[[], Coroutine[Any, Any, None]]
"""What a hub does from its start until it is cancelled."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub: its parts, and what is asked of them together. Which parts it has, its role says."""

    settings: Settings
    model: Model
    journal: Journal
    graph: GraphStore | None
    """None where the hub only takes messages."""
    broker: Broker
    changes: Changes
    ingest: Ingest
    projection: Projector | None
    """None where other hubs bring the graph up with the journal."""
    outbox: Outbox
    caught_up: asyncio.Event
    """Set when what an earlier run had left unpublished is on its way to the broker."""
    troubles: Troubles
    """What can't be written or published at present."""
    doors: Doors
    """Where requests for connectors come in."""
    desk: Desk
    """The connectors, wherever they run."""

    @property
    def store(self) -> GraphStore:
        """The graph; `HubError` where the hub has none open."""
        if self.graph is None:
            raise HubError(f"a hub with the role {self.settings.role} has no graph; ask one that answers")
        return self.graph

    @property
    def projector(self) -> Projector:
        """What brings the graph up with the journal; `HubError` where other hubs do."""
        if self.projection is None:
            raise HubError(f"a hub with the role {self.settings.role} does not project")
        return self.projection

    async def replay(self, letter: DeadLetter, *, again: bool = False) -> tuple[Reason, ...]:
        """Tries a dead letter again; the reasons why it is still refused, none when it was accepted.

        One that was accepted before is refused, unless `again`.
        """
        return await dead_letters.replay(self.journal, self.ingest, letter, again=again)

    async def settled(self) -> None:
        """Returns when all that was accepted so far is in the graph and its golden records are on the broker."""
        projector = self.projector
        await self.caught_up.wait()
        await projector.idle()
        await self.outbox.drained()


@asynccontextmanager
async def open_hub(settings: Settings, model: Model = MODEL) -> AsyncIterator[Hub]:
    """Opens every part and yields the hub, running. A `HubError` or `GraphError` says which could not be opened."""
    desk = _desk(settings)
    settings.data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        journal = await open_journal(settings.journal)
        stack.push_async_callback(journal.close)
        graph = None
        if settings.role is Role.INGEST:
            # Not while the graph is rebuilt or the journal moved: what is taken meanwhile would be missed there.
            async with roster.gate(journal):
                await roster.enrol(journal, settings.name)
        elif settings.role is not Role.CONNECT:
            graph = await consistency.open_graph(settings, model, journal)
            stack.push_async_callback(graph.close)
        stack.push_async_callback(desk.close)
        doors = doors_for(desk.connectors.values() if settings.role.connects else ())
        hub, duties = await _assemble(settings, model, journal, graph, doors, desk)
        if desk.connectors and settings.role.connects:
            duties = [*duties, partial(run_all, desk, doors)]
        try:
            async with asyncio.TaskGroup() as tasks:
                # What is given to the outbox leaves it from the first moment; the rest may need the broker.
                running = [tasks.create_task(hub.outbox.run())]
                try:
                    await hub.broker.start(hub.ingest.accept)
                    running += [tasks.create_task(duty()) for duty in duties]
                    yield hub
                finally:
                    await hub.broker.stop()
                    for task in running:
                        task.cancel()
        except* Exception as group:
            # Groups are the task groups' own making; what went wrong is in the innermost one.
            raise innermost(group) from None


def _desk(settings: Settings) -> Desk:
    """The connectors; faulty files keep only a hub that is to run them from starting."""
    try:
        return Desk(settings, all_of(settings))
    except HubError as error:
        if settings.role.connects:
            raise
        return Desk(settings, (), str(error))


async def _assemble(
    settings: Settings, model: Model, journal: Journal, graph: GraphStore | None, doors: Doors, desk: Desk
) -> tuple[Hub, Sequence[Duty]]:
    """A hub that does not run yet, and what it does all the time once it runs."""
    broker = _broker(settings)
    troubles, changes, caught_up = Troubles(), Changes(), asyncio.Event()
    untold = change_message.missed(settings.topic_prefix, settings.name) if settings.beside_others else None
    outbox = Outbox(broker.publish, troubles=troubles, dropped=untold)
    arrivals = await Arrivals.open(journal)
    duties: list[Duty] = [
        partial(upkeep, settings, journal, graph, troubles),
        partial(arrivals.keep, journal, settings.name),
    ]
    projector = None
    if graph is not None:
        changes.reached(await journal.reached())
        newest = Newest()
        republish = Republish(graph, model, settings.authority, outbox, settings.topic_prefix, newest)
        announcer = None
        if settings.role.projects:
            trail = await Trail.open(journal, model, settings.topic_prefix, settings.name)
            noting = newest if settings.beside_others else None
            announcer = Announcer(model, settings.topic_prefix, changes, outbox, trail, noting)
            projector = Projector(
                Projection(journal, graph, model, settings.authority, announcer.before_commit, troubles),
                announcer,
                batch=settings.projection_batch,
                linger=settings.projection_linger,
            )
            gone = roster.Gone(journal, settings.name)
            publishing = Publishing(broker, CatchUp(journal, republish), announcer, trail, gone, caught_up)
            duties += [partial(journal.watch, projector.wake), projector.run, publishing.run]
        if settings.beside_others:
            peers = Peers(settings.name, changes, republish)
            common = _common(journal, changes, peers, settings.name, projector, announcer)
            duties += [partial(_hearing(settings).run, peers.hear, peers.began, peers.missed), peers.run, common.keep]
        else:
            duties.append(partial(keep_position, journal, changes))
    rules = settings.rules()
    ingest = Ingest(
        journal,
        Contract(model, rules),
        EventContract(rules),
        prefix=settings.topic_prefix,
        accepted=_nobody if projector is None else projector.wake,
        refused=outbox.push,
        troubles=troubles,
        arrivals=arrivals,
    )
    if settings.group is not None and settings.role.ingests:
        gone = roster.Gone(journal, settings.name)
        duties.append(Heirs(journal, gone, ingest.accept, partial(_session, settings, settings.group)).run)
    parts = (settings, model, journal, graph, broker, changes, ingest, projector, outbox, caught_up, troubles)
    return Hub(*parts, doors, desk), duties


def _common(
    journal: Journal,
    changes: Changes,
    peers: Peers,
    name: str,
    projector: Projector | None,
    announcer: Announcer | None,
) -> Common:
    if projector is None or announcer is None:
        # What this hub changes, which is nothing, is told.
        return Common(journal, changes, peers, name, lambda reached: reached, lambda position: None)
    return Common(journal, changes, peers, name, projector.told, announcer.told)


def _nobody() -> None:
    """Wakes nobody: hubs that project hear of what is appended from the journal."""


def _broker(settings: Settings) -> Broker:
    return open_broker(
        settings.broker,
        listen=settings.mqtt,
        data=settings.data,
        # The messages kept for one that takes them are not for one that doesn't.
        client_id=settings.name if settings.role.ingests else f"{settings.name}-{settings.role}",
        limits=_limits(settings),
        prefix=settings.topic_prefix,
        tls=broker_tls(settings),
        group=settings.group,
        takes=settings.role.ingests,
    )


def _limits(settings: Settings) -> BrokerLimits:
    return BrokerLimits(int(settings.max_payload), settings.receive_maximum)


def _session(settings: Settings, group: str, name: str) -> Inheritance:
    """What a hub of a group has left at the broker."""
    assert isinstance(settings.broker, Url)
    return Inheritance(
        settings.broker,
        name,
        group,
        prefix=settings.topic_prefix,
        limits=_limits(settings),
        tls=broker_tls(settings),
    )


def _hearing(settings: Settings) -> Hearing:
    assert isinstance(settings.broker, Url)
    client_id = f"{settings.name}-changes"
    return Hearing(settings.broker, client_id, change_message.topics(settings.topic_prefix), broker_tls(settings))
