"""What the compose file mounts into its containers, each part by itself. All together is in `test_compose_site`."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest

from connectors.wire.address import Url
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError, PublishError
from connectors.wire.identity import Identity
from connectors.wire.messages import Inbound, Outbound
from tests import containers
from tests.containers import Container, caddy_at, database_at, mosquitto_at
from tests.servers import free_port, missing
from tests.servers.postgres import Postgres
from tests.test_compose import HUBS, ROOT

PATIENCE = 20.0
AT_NORTH = "uns/v1/acme/north/"


@pytest.fixture
def container() -> Iterator[Container]:
    with containers.container("mes") as place:
        yield place


@pytest.fixture
def broker(container: Container) -> Iterator[Container]:
    with mosquitto_at(container, container.port):
        yield container


async def publishes(broker: Container, user: str | None, topic: str, password: str | None = None) -> bool:
    """Whether the broker takes a message of a user on a topic."""
    url = Url("mqtt", "127.0.0.1", broker.port, user, password or broker.users.get(str(user)))
    connection = await Connection.open(url, Identity("test", None, 10, lasting=False), lambda *_: None)
    try:
        await connection.publish(Outbound(AT_NORTH + topic, b"{}"))
    except PublishError as error:
        assert "uthoris" in str(error)
        return False
    finally:
        await connection.close()
    return True


@pytest.mark.parametrize(
    ("user", "topic", "taken"),
    [
        ("mes", "_source/mes/material-lot/LOT-1", True),
        ("mes", "line-1/_source/mes/material-lot", True),
        ("mes", "_state/mes", True),
        ("mes", "line-1/cell/_count/mes", True),
        ("mes", "_tag/oven/temperature", True),
        ("mes", "_source/lims/material-lot/LOT-1", False),
        ("mes", "_state/lims", False),
        ("mes", "_material-lot/LOT-1", False),
        ("hub", "_material-lot/LOT-1", True),
    ],
)
async def test_a_system_writes_under_its_own_name(broker: Container, user: str, topic: str, taken: bool) -> None:
    assert await publishes(broker, user, topic) is taken


@pytest.mark.parametrize(("user", "password"), [(None, None), ("mes", "wrong"), ("hub", "hub"), ("stranger", "x")])
async def test_nobody_gets_in_without_a_password(broker: Container, user: str | None, password: str | None) -> None:
    with pytest.raises(BrokerError):
        await publishes(broker, user, "_source/mes/material-lot/LOT-1", password)


async def test_a_full_broker_refuses_messages_and_keeps_those_that_it_acknowledged(container: Container) -> None:
    """A hub is away for too long. With more memory, all that was acknowledged comes."""
    here = partial(Url, "mqtt", "127.0.0.1", container.port)
    systems, hubs = here("mes", container.users["mes"]), here("hub", container.users["hub"])
    kept: set[str] = set()
    came: set[str] = set()
    topic = f"{AT_NORTH}_source/mes/material-lot"

    async def say(connection: Connection, number: int) -> None:
        await connection.publish(Outbound(f"{topic}/{number}", b"x" * 200))
        kept.add(f"{topic}/{number}")

    def take(connection: Connection, message: Inbound, identifier: int | None) -> None:
        came.add(message.topic)
        assert identifier is not None
        connection.acknowledge(identifier)

    with mosquitto_at(container, container.port, memory=4_000_000):
        hub = await Connection.open(hubs, Identity("hub-1", None, 10), take)
        await hub.subscribe(["uns/v1/#"])
        await hub.close()
        system = await Connection.open(systems, Identity("mes", None, 10, lasting=False), lambda *_: None)
        said = await asyncio.gather(*(say(system, number) for number in range(20_000)), return_exceptions=True)
        assert any(isinstance(each, PublishError) for each in said)
        await system.close()
    assert len(kept) > 1000
    with mosquitto_at(container, container.port):
        hub = await Connection.open(hubs, Identity("hub-1", None, 10), take)
        async with asyncio.timeout(PATIENCE):
            while not kept <= came:
                await asyncio.sleep(0.05)
        await hub.close()


def test_the_brokers_health_check(broker: Container) -> None:
    if shutil.which("mosquitto_sub") is None:
        missing("mosquitto_sub", "run `apt-get install mosquitto-clients`, or scripts/test as root")
    assert broker.health_check("mosquitto", "1883") == 0


def test_no_plain_password_is_kept_where_the_broker_reads_them(broker: Container) -> None:
    held = (broker.folder / "run" / "mosquitto" / "users").read_text()
    assert [line.split(":")[0] for line in held.splitlines()] == list(broker.users)
    assert not any(password in held for password in broker.users.values())


def test_the_hubs_role_in_the_journals_server(postgres: Postgres, container: Container) -> None:
    with database_at(container, postgres) as place:
        url = place.replace("@", f":{container.secret('journal_password')}@")
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert row == (False, False, False)
            connection.execute("CREATE TABLE own (id int)")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(place.replace("@", ":wrong@"))


class Site:
    """Caddy as the compose file starts it, before two hubs with embedded parts."""

    def __init__(self, container: Container, hubs: dict[str, subprocess.Popen[bytes]]) -> None:
        self.container, self.hubs = container, hubs
        credentials = ("hub", container.secret("web_password"))
        base = f"http://127.0.0.1:{container.port}"
        self.client = httpx.Client(base_url=base, auth=credentials, timeout=PATIENCE, trust_env=False)

    def answers(self) -> bool:
        """Whether a question is answered."""
        return self.client.post("/graphql", json={"query": "{__typename}"}).status_code == 200

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def site(container: Container) -> Iterator[Site]:
    with ExitStack() as stack:
        hubs = {name: stack.enter_context(run_hub(container, name)) for name in HUBS}
        stack.enter_context(caddy_at(container))
        found = Site(container, hubs)
        stack.enter_context(found.client)
        found.until(lambda: all(map(container.ready, HUBS)))
        found.until(found.answers)
        yield found


def run_hub(container: Container, name: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    listen = container.inside(HUBS[name]["environment"]["UNSHUB_HTTP"])
    places = ["--http", listen, "--data", name, "--broker", "amqtt", "--mqtt", f"127.0.0.1:{free_port()}"]
    return container.run([sys.executable, "-m", "hub.cli", "up", *places], f"{name}.log")


@pytest.mark.slow
def test_the_proxy_signs_people_in_and_outlives_a_hub(site: Site) -> None:
    for credentials in (None, ("hub", "wrong"), ("admin", site.container.secret("web_password"))):
        for path in ("/graphql", "/readyz", "/api/status", "/api/dead-letters"):
            url = f"http://127.0.0.1:{site.container.port}{path}"
            assert httpx.get(url, auth=credentials, trust_env=False).status_code == 401
    assert site.container.health_check("caddy", "8080") == 0

    first, second = site.hubs.values()
    # What is under way in a hub that is killed fails, since it may be a mutation; nothing after it does.
    first.kill()
    first.wait(PATIENCE)
    assert all(site.answers() for _ in range(20))
    assert site.client.get("/api/status").json()["ready"] is True

    second.kill()
    second.wait(PATIENCE)
    answer = site.client.get("/graphql")
    assert answer.status_code in (502, 503)
    assert answer.json()["error"]["status"] == answer.status_code
    assert "/api/status" in answer.json()["error"]["detail"]
    assert site.container.health_check("caddy", "8080") == 0

    name = next(iter(HUBS))
    with run_hub(site.container, name):
        site.until(site.answers)


def test_the_proxys_file_is_valid_and_in_form() -> None:
    caddy = Path(sysconfig.get_path("scripts")) / "caddy"
    ran = subprocess.run(
        [caddy, "fmt", "--diff", ROOT / "scripts" / "compose" / "Caddyfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
