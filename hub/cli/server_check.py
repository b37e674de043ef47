"""Whether the servers of the journal and the graph let the hub in, and what they hold. Nothing is changed there."""

from __future__ import annotations

import asyncio

from connectors.wire.address import Url
from graph.errors import GraphError
from hub.cli.finding import Finding, Level
from hub.errors import JournalError
from schema.model import MODEL


def journal_server(url: Url) -> Finding:
    """Signs in as the hub would."""
    try:
        return Finding("journal", Level.OK, asyncio.run(_journal(url)))
    except JournalError as error:
        return Finding("journal", Level.FAIL, str(error), "see the reason given; the hub does not start without it")


def graph_server(url: Url) -> Finding:
    """Signs in as the hub would."""
    try:
        return Finding("graph", Level.OK, asyncio.run(_graph(url)))
    except GraphError as error:
        return Finding("graph", Level.FAIL, str(error), "see the reason given; the hub does not start without it")


async def _journal(url: Url) -> str:
    from hub.journal.postgres import PostgresJournal

    journal = await PostgresJournal.open(url)
    try:
        if journal.outstanding:
            return f"{url} lets the hub in; at its next start it runs {', '.join(journal.outstanding)}"
        return (await journal.status()).detail
    finally:
        await journal.close()


async def _graph(url: Url) -> str:
    from graph.open import open_store

    store = await open_store(str(url), MODEL, password=url.password, fit=False)
    try:
        return (await store.health()).detail
    finally:
        await store.close()
