"""Whether the journal, the graph and the settings fit together, seen to when the hub starts.

A graph that is gone, or was made under another order of authority, is made anew from the journal. A graph that the
journal can't account for is left alone: nothing could say where its things come from, and a rebuild would lose them.
Which graph is which the graph itself says (`hub.upkeep.origin`): one that is empty may be so because all was withdrawn.
"""

from __future__ import annotations

import asyncio
import logging

from graph.errors import StoreDamaged, StoreUnavailable
from graph.open import Embedded, open_store
from graph.store import GraphStore
from hub.announcing.trail import Trail
from hub.errors import HubError
from hub.group import roster
from hub.journal.port import Journal
from hub.settings import Settings
from hub.upkeep.origin import IDENTITY, Origin
from schema.authority import Authority
from schema.json import Json, canonical
from schema.registry import Model

log = logging.getLogger(__name__)

AUTHORITY = "authority"
"""The checkpoint with the order of authority that the graph was made under."""

UNFIT = "graph-unfit"
"""The checkpoint that is there while a graph is being cleared; one that is found must be cleared again."""

MIGRATION = "migration"
"""The checkpoint with how far a journal has been copied here, by `hub.upkeep.migrate`."""

FINISHED = b"finished"
"""What it says once the copy and its graph were compared with their source."""

PAUSE = 1.0


async def open_graph(settings: Settings, model: Model, journal: Journal) -> GraphStore:
    """Opens the graph and sees to it that it is that of the journal; errors as in `check`.

    One of the hub's own whose files are damaged is moved aside, and made anew from the journal.
    """
    try:
        return await _open_checked(settings, model, journal)
    except StoreDamaged as error:
        place = Embedded.of(str(settings.graph))
        if place is None or not place.is_graph():
            raise
        aside = place.set_aside("damaged")
        log.error("%s; it is moved to %s, and made anew from the journal", error, aside.path)
    try:
        return await _open_checked(settings, model, journal)
    except StoreUnavailable as error:
        log.error("%s; the damaged graph %s is removed to make room", error, aside.path)
        aside.remove()
    place.remove()
    return await _open_checked(settings, model, journal)


async def _open_checked(settings: Settings, model: Model, journal: Journal) -> GraphStore:
    store = await open_store(str(settings.graph), model, password=settings.graph.password)
    try:
        await check(settings, model, journal, store)
    except BaseException:
        await store.close()
        raise
    return store


async def check(settings: Settings, model: Model, journal: Journal, store: GraphStore) -> None:
    """Sees to it that the graph is that of the journal; `HubError` where only a person can tell what is right.

    From now on this hub holds its name. One hub at a time does this, and one whose order of authority differs from that
    of hubs that run waits until they are stopped: a graph can't be made under two.
    """
    while True:
        async with roster.gate(journal):
            await roster.enrol(journal, settings.name)
            others = await roster.running(journal, settings.name)
            if not others or not await _authority_differs(journal, settings.authority):
                await _fit(settings, model, journal, store)
                return
            await journal.release(settings.name)
        log.warning(
            "%s run under another order of authority; waiting until they are stopped, or restarted with the same",
            " and ".join(others),
        )
        await asyncio.sleep(PAUSE)


async def _fit(settings: Settings, model: Model, journal: Journal, store: GraphStore) -> None:
    if await journal.checkpoint(MIGRATION) not in (None, FINISHED):
        raise HubError(
            f"the journal {settings.journal} is a copy that `unshub migrate` has not finished; run it again to its end"
        )
    if await journal.checkpoint(UNFIT) is not None:
        log.warning("the graph was being cleared when that was cut off; clearing it again")
        await make_anew(journal, store)
    await _made_here(settings, journal, store)
    if await _authority_differs(journal, settings.authority):
        log.warning("the order of authority has changed; making the graph anew from the journal")
        await make_anew(journal, store)
        await (await Trail.open(journal, model, settings.topic_prefix, settings.name)).begin_anew()
    await (await Origin.of(journal)).note(store)
    await keep_authority(journal, settings.authority)


async def _made_here(settings: Settings, journal: Journal, store: GraphStore) -> None:
    """Sees to it that the graph was made from this journal, or is made from now on."""
    noted = await Origin.noted(store)
    things = sum((await store.counts()).values())
    accepted = (await journal.status()).accepted
    if things and not accepted:
        raise HubError(
            f"the journal {settings.journal} is empty, but the graph {settings.graph} holds {things} things: they are "
            "not of one hub; restore the journal, or name another graph, or move this one away"
        )
    identity = await journal.checkpoint(IDENTITY)
    if noted is not None and noted.journal.encode() != identity:
        if things:
            raise HubError(
                f"the graph {settings.graph} with its {things} things was made from another journal than "
                f"{settings.journal}: name the one that belongs to it, or run `unshub rebuild` to replace the graph"
            )
        await make_anew(journal, store)
    elif noted is None and not things and accepted:
        log.warning("the graph is new; projecting all %d assertions of the journal", await journal.reset())
    else:
        await _as_far(settings, journal, store, accepted, 0 if noted is None else noted.accepted)


async def _as_far(settings: Settings, journal: Journal, store: GraphStore, accepted: int, noted: int) -> None:
    """Sees to it that the graph has what the journal holds for applied, and no more than the journal has."""
    last = (await store.reached()).last
    seen = noted if await _holds(journal, last) else max(noted, last)
    if seen > accepted:
        raise HubError(
            f"the journal {settings.journal} has accepted {accepted} assertions, but the graph {settings.graph} was "
            f"made from {seen} of it: the journal is an older backup, or has lost its end; restore a newer one, or run "
            "`unshub rebuild`, which shows what the graph knows beyond it and makes it anew without that"
        )
    await make_up(journal, store)


async def make_up(journal: Journal, store: GraphStore) -> None:
    """Makes pending again what the journal holds for applied and the graph lacks, as where a backup was restored."""
    applied = await journal.applied_last()
    reached = await store.reached()
    if applied <= reached.last:
        return
    before = (await journal.status()).pending
    again = await journal.reset(after=reached.whole) - before
    log.warning(
        "the graph lacks assertions that it had before: it is older than the journal, as a restored backup is, or was "
        "damaged; projecting %d again",
        again,
    )


async def _holds(journal: Journal, sequence: int) -> bool:
    """Whether the journal has come as far as a sequence; numbers may be left out."""
    async for _ in journal.read_assertions(after=sequence - 1, batch=1):
        return True
    return not sequence


async def make_anew(journal: Journal, store: GraphStore) -> int:
    """Clears the graph and makes all of the journal pending; gives how many assertions. May be cut off anywhere."""
    await journal.set_checkpoint(UNFIT, b"")
    await store.clear()
    pending = await journal.reset()
    await journal.drop_checkpoint(UNFIT, b"")
    return pending


async def keep_authority(journal: Journal, authority: Authority) -> None:
    """Keeps under which order of authority the graph is made from now on."""
    await journal.set_checkpoint(AUTHORITY, authority_text(authority))


def authority_text(authority: Authority) -> bytes:
    """An order of authority as its checkpoint has it: equal orders have equal texts."""
    orders: list[Json] = [[list(scope), list(order)] for scope, order in authority.orders.items()]
    return canonical(sorted(orders, key=str))


async def _authority_differs(journal: Journal, authority: Authority) -> bool:
    return await journal.checkpoint(AUTHORITY) not in (None, authority_text(authority))
