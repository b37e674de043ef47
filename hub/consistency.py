"""Whether the journal, the graph and the settings fit together, seen to when the hub starts.

A graph that is gone, or was made under another order of authority, is made anew from the journal. A graph beside an
empty journal is left alone: nothing could say where its things come from, and a rebuild would lose them.
"""

from __future__ import annotations

import logging

from graph.store import GraphStore
from hub.errors import HubError
from hub.journal.port import Journal
from hub.settings import Settings
from hub.trail import Trail
from schema.authority import Authority
from schema.json import Json, canonical
from schema.registry import Model

log = logging.getLogger(__name__)

AUTHORITY = "authority"
"""The checkpoint with the order of authority that the graph was made under."""


async def check(settings: Settings, model: Model, journal: Journal, store: GraphStore) -> None:
    """Sees to it that the graph is that of the journal; `HubError` where only a person can tell what is right."""
    things = sum((await store.counts()).values())
    accepted = (await journal.status()).accepted
    if things and not accepted:
        raise HubError(
            f"the journal {settings.journal} is empty, but the graph {settings.graph} holds {things} things: they are "
            "not of one hub; restore the journal, or name another graph, or move this one away"
        )
    if not things and accepted:
        log.warning("the graph is empty; projecting all %d assertions of the journal", await journal.reset())
    elif accepted and await journal.checkpoint(AUTHORITY) not in (None, _text(settings.authority)):
        log.warning("the order of authority has changed; making the graph anew from %d assertions", accepted)
        await store.clear()
        await journal.reset()
        await (await Trail.open(journal, model, settings.topic_prefix, settings.name)).begin_anew()
    await keep_authority(journal, settings.authority)


async def keep_authority(journal: Journal, authority: Authority) -> None:
    """Keeps under which order of authority the graph is made from now on."""
    await journal.set_checkpoint(AUTHORITY, _text(authority))


def _text(authority: Authority) -> bytes:
    orders: list[Json] = [[list(scope), list(order)] for scope, order in authority.orders.items()]
    return canonical(sorted(orders, key=str))
