from __future__ import annotations

import asyncio
import contextlib

import pytest
from neo4j import exceptions

from graph.errors import GraphError, ReadFailed, ReadTimeout, StoreBusy, StoreUnavailable, WriteFailed
from graph.neo4j.driver import Address, Server, meaning
from graph.neo4j.store import Neo4jStore
from tests.contracts.graph_world import WORLD
from tests.servers import free_port
from tests.servers.neo4j import Neo4jPool

SECONDS = 60
"""For what must not end by its limit: a server that has just started takes seconds to plan, on a busy machine."""

ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a * b AS c WHERE c < 0 RETURN count(c)"


@pytest.mark.parametrize(
    ("code", "reading", "writing"),
    [
        ("Neo.TransientError.Transaction.DeadlockDetected", StoreBusy, StoreBusy),
        ("Neo.TransientError.Transaction.LockClientStopped", StoreBusy, StoreBusy),
        ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", StoreBusy, StoreBusy),
        ("Neo.TransientError.General.DatabaseUnavailable", StoreUnavailable, StoreUnavailable),
        ("Neo.ClientError.Cluster.NotALeader", StoreBusy, StoreBusy),
        ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", StoreBusy, StoreBusy),
        ("Neo.ClientError.Security.Unauthorized", StoreUnavailable, StoreUnavailable),
        ("Neo.ClientError.Security.AuthenticationRateLimit", StoreUnavailable, StoreUnavailable),
        ("Neo.ClientError.Database.DatabaseNotFound", StoreUnavailable, StoreUnavailable),
        ("Neo.ClientError.Transaction.TransactionTimedOut", ReadTimeout, StoreBusy),
        ("Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", ReadTimeout, StoreBusy),
        ("Neo.TransientError.Transaction.LockAcquisitionTimeout", ReadTimeout, StoreBusy),
        ("Neo.ClientError.Statement.EntityNotFound", ReadFailed, StoreBusy),
        ("Neo.DatabaseError.Transaction.TransactionCommitFailed", StoreUnavailable, StoreUnavailable),
        ("Neo.DatabaseError.General.UnknownError", ReadFailed, WriteFailed),
        ("Neo.ClientError.Schema.ConstraintValidationFailed", ReadFailed, WriteFailed),
        ("Neo.ClientError.Statement.SyntaxError", ReadFailed, WriteFailed),
    ],
)
def test_every_refusal_of_the_server_has_a_meaning(
    code: str, reading: type[GraphError], writing: type[GraphError]
) -> None:
    error = exceptions.Neo4jError._hydrate_neo4j(code=code, message="it {says} so")
    for otherwise, kind in ((ReadFailed, reading), (WriteFailed, writing)):
        found = meaning(error, "doing {it}", otherwise)
        assert type(found) is kind
        assert "doing {it}" in str(found) and "it {says} so" in str(found)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.ServiceUnavailable("gone"), StoreUnavailable),
        (exceptions.SessionExpired("gone"), StoreUnavailable),
        (exceptions.IncompleteCommit("gone"), StoreUnavailable),
        (exceptions.RoutingServiceUnavailable("gone"), StoreUnavailable),
        (exceptions.DriverError("Driver closed"), StoreUnavailable),
        (ConnectionResetError("gone"), StoreUnavailable),
        (TimeoutError(), StoreUnavailable),
        (exceptions.ResultNotSingleError("two"), WriteFailed),
        (OverflowError("too big"), WriteFailed),
    ],
)
def test_every_fault_of_the_driver_has_a_meaning(error: Exception, kind: type[GraphError]) -> None:
    assert type(meaning(error, "doing it", WriteFailed)) is kind


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("bolt://127.0.0.1:7687", Address("bolt://127.0.0.1:7687", None)),
        ("neo4j+s://u:hunter%402@db.example/plant", Address("neo4j+s://db.example", "plant", "u", "hunter@2")),
        ("neo4j://u@[::1]:7688?policy=eu", Address("neo4j://[::1]:7688?policy=eu", None, "u", None)),
    ],
)
def test_reads_a_url(url: str, address: Address) -> None:
    assert Address.parse(url, None) == address
    assert Address.parse(url, "given").password == "given"
    assert "hunter" not in f"{address} {address!r}"


@pytest.mark.parametrize("parameters", [{"x": 10**30}, {"x": "\ud800"}, {"x": object()}])
async def test_values_that_do_not_travel_are_graph_errors(neo4j_pool: Neo4jPool, parameters: dict[str, object]) -> None:
    server = Server(Address.parse(neo4j_pool.server(0).url, None), SECONDS)
    with pytest.raises(ReadFailed):
        await server.read("RETURN $x", parameters, "test")
    with pytest.raises(WriteFailed):
        async with server.transaction("test", SECONDS) as transaction:
            await transaction.run("RETURN $x", parameters)
    assert await server.read("RETURN 1", {}, "test") == [[1]]
    await server.close()


async def test_what_takes_too_long_ends(neo4j_pool: Neo4jPool) -> None:
    server = Server(Address.parse(neo4j_pool.server(0).url, None), 0.2)
    with pytest.raises(ReadTimeout, match="longer than its limit"):
        await server.read(ENDLESS, {}, "test")
    with pytest.raises(StoreBusy):
        async with server.transaction("test", 0.2) as transaction:
            await transaction.run(ENDLESS, {})
    assert await server.read("RETURN 1", {}, "test") == [[1]]
    await server.close()


async def test_a_write_is_read_at_once_by_the_routed_url_too(neo4j_pool: Neo4jPool) -> None:
    server = Server(Address.parse(neo4j_pool.server(0).routed_url, None), SECONDS)
    async with server.transaction("test", SECONDS) as transaction:
        await transaction.run("CREATE (:Probe {x: $x})", {"x": 1})
        await transaction.commit()
    assert await server.read("MATCH (p:Probe) RETURN p.x", {}, "test") == [[1]]
    await server.run("MATCH (p:Probe) DELETE p")
    await server.close()


async def test_the_server_knows_what_a_transaction_is_for(neo4j_pool: Neo4jPool) -> None:
    server = Server(Address.parse(neo4j_pool.server(0).url, None), SECONDS)
    rows = await server.read(
        "SHOW TRANSACTIONS YIELD metaData WHERE metaData.operation IS NOT NULL RETURN metaData", {}, "Orders"
    )
    assert [{"app": "unshub", "operation": "Orders"}] in rows
    await server.close()


async def test_a_read_that_nobody_waits_for_any_more_ends_at_the_server(neo4j_pool: Neo4jPool) -> None:
    server = Server(Address.parse(neo4j_pool.server(0).url, None), 120)
    listing = "SHOW TRANSACTIONS YIELD metaData WHERE metaData.operation = 'Endless' RETURN count(*)"

    async def become(count: int) -> None:
        async with asyncio.timeout(30):
            while await server.read(listing, {}, "test") != [[count]]:
                await asyncio.sleep(0.02)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(None) as limit:
            reading = asyncio.ensure_future(server.read(ENDLESS, {}, "Endless"))
            await become(1)
            limit.reschedule(asyncio.get_running_loop().time())
            await reading
    await become(0)
    await server.close()


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
async def test_a_server_that_is_not_there_is_unavailable_in_one_line(
    scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The package's own log would tell each try again, over many lines."""
    with pytest.raises(StoreUnavailable, match="can't be reached") as raised:
        await Neo4jStore.open(f"{scheme}://127.0.0.1:{free_port()}", WORLD)
    assert "\n" not in str(raised.value)
    assert caplog.records == []


async def test_a_read_on_connections_that_have_ended_is_made_again(neo4j_pool: Neo4jPool) -> None:
    server = Server(Address.parse(neo4j_pool.server(0).url, None), SECONDS)
    other = Server(Address.parse(neo4j_pool.server(0).url, None), SECONDS)
    wanted = [server.read("RETURN 1", {}, "test") for _ in range(3)]
    assert await asyncio.gather(*wanted) == [[[1]]] * 3
    with contextlib.suppress(GraphError):
        # It ends the connection that it is asked over, too.
        await other.run(
            "CALL dbms.listConnections() YIELD connectionId WITH collect(connectionId) AS ids "
            "CALL dbms.killConnections(ids) YIELD message RETURN count(*)"
        )
    assert await server.read("RETURN 1", {}, "test") == [[1]]
    await server.close()
    await other.close()


async def test_reads_given_up_at_any_moment_leave_no_connection_behind(neo4j_pool: Neo4jPool) -> None:
    watching = Server(Address.parse(neo4j_pool.server(0).url, None), SECONDS)
    for place in range(40):
        server = Server(Address.parse(neo4j_pool.server(0).url, None), SECONDS)
        reads = [asyncio.create_task(server.read("RETURN 1", {}, "test")) for _ in range(3)]
        await asyncio.sleep(place / 2_000)
        for read in reads:
            read.cancel()
        await asyncio.gather(*reads, return_exceptions=True)
        await server.close()
    (row,) = await watching.run(
        "CALL dbms.listConnections() YIELD userAgent WHERE userAgent = 'unshub' RETURN count(*)"
    )
    assert row == [1]
    await watching.close()


async def test_what_nobody_waits_for_any_more_ends_on_the_server(neo4j_pool: Neo4jPool) -> None:
    server = Server(Address.parse(neo4j_pool.server(0).url, None), SECONDS)
    read = asyncio.create_task(server.read(ENDLESS, {}, "endless"))
    while not await _running(server, "endless"):
        await asyncio.sleep(0.05)
    read.cancel()
    while await _running(server, "endless"):
        await asyncio.sleep(0.05)
    await server.close()


async def _running(server: Server, operation: str) -> bool:
    rows = await server.read("SHOW TRANSACTIONS YIELD metaData RETURN metaData.operation", {}, "watch")
    return [operation] in rows
