"""What connectors keep beside a journal in PostgreSQL, and whose hold on a connector ends with its session."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager

import pytest

from connectors.errors import StateError
from connectors.state import Server, State, Step
from connectors.wire.address import Url
from hub.journal.open import open_journal
from hub.journal.postgres_server import SESSION, Place
from tests.contracts.connector_state import StateContract
from tests.servers.postgres import Postgres


def server_of(url: str) -> Server:
    return Server(Place(Url.parse(url)).parameters, SESSION)


async def migrate(url: str) -> None:
    await (await open_journal(url)).close()


@contextmanager
def journal(postgres: Postgres) -> Iterator[Server]:
    """A database with a journal in it."""
    with postgres.schema() as url:
        asyncio.run(migrate(url))
        yield server_of(url)


class TestPostgresState(StateContract):
    """The database of a journal keeps the contract."""

    @pytest.fixture(autouse=True)
    def server(self, postgres: Postgres) -> Iterator[None]:
        with journal(postgres) as self._server:
            yield

    def fresh(self) -> AbstractContextManager[State]:
        return closing(State(self._server))

    again = fresh


def test_there_must_be_a_journal(postgres: Postgres) -> None:
    with (
        postgres.schema() as url,
        pytest.raises(StateError, match="tables are not made yet; start a hub"),
    ):
        State(server_of(url))


def test_a_journal_is_opened_beside_it(postgres: Postgres) -> None:
    with postgres.schema() as url:
        asyncio.run(migrate(url))
        State(server_of(url)).close()
        asyncio.run(migrate(url))


def test_a_session_that_ends_takes_the_hold_along_and_nothing_more_is_kept(postgres: Postgres) -> None:
    """Whoever held it was cut off, and another has taken it: what the first still does must not count."""
    with journal(postgres) as server, ExitStack() as stack:
        first, second = (stack.enter_context(closing(State(server))) for _ in range(2))
        hold = stack.enter_context(first.hold("mes"))
        stream = first.by(hold).stream("mes", "lots")
        stream.keep(Step(1, "first"))
        postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
        while second.held("mes"):  # a session ends a moment after it was told to
            time.sleep(0.01)
        other = stack.enter_context(second.hold("mes"))
        second.by(other).stream("mes", "lots").keep(Step(1, "second"))
        for _ in range(3):
            with pytest.raises(StateError):
                stream.keep(Step(2, "too late"))
            with pytest.raises(StateError):
                hold.check()
        # Reading goes on by other sessions.
        assert first.stream("mes", "lots").checkpoint().position == "second"


def test_a_server_that_comes_back_is_found_again(postgres: Postgres) -> None:
    with journal(postgres) as server, closing(State(server)) as state:
        state.pause("mes", True)
        postgres.stop()
        try:
            with pytest.raises(StateError, match="can't read what connectors keep"):
                state.paused("mes")
        finally:
            postgres.start()
        assert state.paused("mes")
