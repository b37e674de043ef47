"""What the compose file mounts into its containers, run by the same programs without containers.

The containers' paths and ports are replaced by those of a temporary folder, and nothing else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from hub.address import SocketFile, Url
from hub.cli.running import RunningHub
from hub.errors import BrokerError, HubError, PublishError
from hub.messages import Outbound
from hub.mqtt.connection import Connection
from hub.mqtt.identity import Identity
from tests.servers import free_port, missing, mosquitto_path, wait_for_port
from tests.servers.postgres import GUARDED, Postgres, postgres_folder
from tests.test_compose import HUBS, ROOT, SERVICES, make_secrets

PATIENCE = 20.0
PATHS = ("/run/secrets", "/run/unshub", "/run/mosquitto", "/etc/unshub", "/mosquitto/data")
AT_NORTH = "uns/v1/acme/north/"


@dataclass(frozen=True)
class Container:
    """A folder in place of a container's file system, with the service's port on the loopback address."""

    folder: Path
    port: int

    def mount(self, service: str, changes: dict[str, str]) -> None:
        """Puts the files of a service where the compose file says."""
        mounts = (mount.split(":") for mount in SERVICES[service]["volumes"] if mount.startswith("./"))
        for source, target, _ in mounts:
            text = self.inside((ROOT / source).read_text(encoding="utf-8"))
            for old, new in changes.items():
                text = text.replace(old, new)
            (self.folder / target[1:]).write_text(text, encoding="utf-8")

    def inside(self, text: str) -> str:
        """Text of a container as it is for this folder."""
        for path in PATHS:
            text = text.replace(path, f"{self.folder}{path}")
        return text

    def secret(self, name: str) -> str:
        return (self.folder / "run" / "secrets" / name).read_text()

    @property
    def users(self) -> dict[str, str]:
        """The passwords for MQTT by user."""
        return dict(line.split(":") for line in self.secret("mqtt_users").splitlines())

    def command(self, service: str) -> list[str]:
        return [self.inside(word) for word in SERVICES[service]["command"]]

    def health_check(self, service: str, port: str) -> int:
        """The exit code of the service's health check."""
        test = SERVICES[service]["healthcheck"]["test"][1:]
        words = [self.inside(word).replace("$$", "$").replace(f":{port}", f":{self.port}") for word in test]
        extra = ["-p", str(self.port)] if "mosquitto_sub" in words else []
        return subprocess.run([*words, *extra], env=environment(), capture_output=True, check=False).returncode

    def ready(self, hub: str) -> bool:
        """Whether a hub says at its socket file that it is ready."""
        place = SocketFile.parse(self.inside(HUBS[hub]["environment"]["UNSHUB_HTTP"]))
        try:
            return bool(RunningHub(place).get("/readyz")["ready"])
        except HubError:
            return False

    @contextmanager
    def run(self, command: list[str], log: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process that is ended after the block."""
        with (self.folder / log).open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, cwd=self.folder, env=environment())
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def environment() -> dict[str, str]:
    """With Caddy and Mosquitto on the PATH."""
    path = (sysconfig.get_path("scripts"), str(Path(mosquitto_path()).parent), os.environ.get("PATH", ""))
    return {"PATH": os.pathsep.join(path)}


@pytest.fixture
def container() -> Iterator[Container]:
    """Its path is short, since a socket's must be."""
    with tempfile.TemporaryDirectory(prefix="unshub-") as folder:
        place = Container(Path(folder), free_port())
        for path in PATHS:
            (place.folder / path[1:]).mkdir(parents=True)
        make_secrets(place.folder / "run" / "secrets", "mes")
        yield place


@pytest.fixture
def broker(container: Container) -> Iterator[Container]:
    """Mosquitto as the compose file starts it."""
    listener = f"listener {container.port} 127.0.0.1" + ("\nuser root" if os.geteuid() == 0 else "")
    container.mount("mosquitto", {"listener 1883": listener})
    with container.run(container.command("mosquitto"), "log") as process:
        wait_for_port(container.port, process)
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


def test_the_brokers_health_check(broker: Container) -> None:
    if shutil.which("mosquitto_sub") is None:
        missing("mosquitto_sub", "run `apt-get install mosquitto-clients`, or scripts/test as root")
    assert broker.health_check("mosquitto", "1883") == 0


def test_no_plain_password_is_kept_where_the_broker_reads_them(broker: Container) -> None:
    held = (broker.folder / "run" / "mosquitto" / "users").read_text()
    assert [line.split(":")[0] for line in held.splitlines()] == list(broker.users)
    assert not any(password in held for password in broker.users.values())


def test_the_hubs_role_in_the_journals_server(postgres: Postgres, container: Container) -> None:
    """The script runs with another name for the role, one that this server asks for a password."""
    script = container.folder / "postgres.sql"
    source = (ROOT / "scripts" / "compose" / "postgres.sql").read_text(encoding="utf-8")
    script.write_text(container.inside(source.replace("unshub", GUARDED)))
    psql = (postgres_folder() / "initdb").resolve().with_name("psql")
    options = ["-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-f", script, postgres.url("postgres")]
    postgres.execute(f"DROP ROLE {GUARDED}")
    try:
        subprocess.run([psql, *options], check=True, capture_output=True)
        url = f"postgresql://{GUARDED}:{container.secret('journal_password')}@127.0.0.1:{postgres.port}/{GUARDED}"
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert row == (False, False, False)
            connection.execute("CREATE TABLE own (id int)")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(":" + container.secret("journal_password"), ":wrong"))
    finally:
        postgres.execute(f"DROP DATABASE IF EXISTS {GUARDED} WITH (FORCE)")
        postgres.execute(f"DROP ROLE IF EXISTS {GUARDED}")
        postgres.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'secret'")


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
    listener = f":{container.port} {{\n\tbind 127.0.0.1\n"
    container.mount("caddy", {":8080 {\n": listener, "health_interval 5s": "health_interval 200ms"})
    with ExitStack() as stack:
        hubs = {name: stack.enter_context(run_hub(container, name)) for name in HUBS}
        caddy = stack.enter_context(container.run(container.command("caddy"), "log"))
        wait_for_port(container.port, caddy)
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
