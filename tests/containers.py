"""A folder in place of a container's file system: what the compose file mounts, run by the same programs without it.

The containers' paths and ports are replaced by those of the folder, and nothing else.
"""

from __future__ import annotations

import os
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.wire.address import SocketFile
from hub.cli.running import RunningHub
from hub.errors import HubError
from tests.servers import free_port, mosquitto_path, wait_for_port
from tests.servers.postgres import GUARDED, Postgres, postgres_folder
from tests.test_compose import HUBS, ROOT, SERVICES, make_secrets

PATIENCE = 20.0
PATHS = ("/run/secrets", "/run/unshub", "/run/mosquitto", "/etc/unshub", "/mosquitto/data")


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
    def run(
        self, command: list[str], log: str, variables: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A process that is ended after the block."""
        with (self.folder / log).open("ab") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=output, cwd=self.folder, env=environment() | dict(variables or {})
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def environment() -> dict[str, str]:
    """With Caddy and Mosquitto on the PATH."""
    path = (sysconfig.get_path("scripts"), str(Path(mosquitto_path()).parent), os.environ.get("PATH", ""))
    return {"PATH": os.pathsep.join(path)}


@contextmanager
def container(*systems: str) -> Iterator[Container]:
    """A folder with the secrets of these systems. Its path is short, since a socket's must be."""
    with tempfile.TemporaryDirectory(prefix="unshub-") as folder:
        place = Container(Path(folder), free_port())
        for path in PATHS:
            (place.folder / path[1:]).mkdir(parents=True)
        make_secrets(place.folder / "run" / "secrets", *systems)
        yield place


@contextmanager
def mosquitto_at(place: Container, port: int, memory: int = 900_000_000) -> Iterator[subprocess.Popen[bytes]]:
    """Mosquitto as the compose file starts it, with so many bytes of memory."""
    listener = f"listener {port} 127.0.0.1" + ("\nuser root" if os.geteuid() == 0 else "")
    place.mount("mosquitto", {"listener 1883": listener, "memory_limit 900000000": f"memory_limit {memory}"})
    with place.run(place.command("mosquitto"), "mosquitto.log") as process:
        wait_for_port(port, process)
        yield process


@contextmanager
def caddy_at(place: Container) -> Iterator[subprocess.Popen[bytes]]:
    """Caddy as the compose file starts it, asking after the hubs' health more often."""
    listener = f":{place.port} {{\n\tbind 127.0.0.1\n"
    place.mount("caddy", {":8080 {\n": listener, "health_interval 5s": "health_interval 200ms"})
    with place.run(place.command("caddy"), "caddy.log") as process:
        wait_for_port(place.port, process)
        yield process


@contextmanager
def database_at(place: Container, server: Postgres) -> Iterator[str]:
    """The journal's database as the compose file's script makes it; yields its URL, without the password.

    The script runs with another name for role and database, that of a role which this server asks for a password.
    """
    script = place.folder / "postgres.sql"
    source = (ROOT / "scripts" / "compose" / "postgres.sql").read_text(encoding="utf-8")
    script.write_text(place.inside(source.replace("unshub", GUARDED)))
    psql = postgres_folder() / "psql"
    command = [psql, "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-f", script, server.url("postgres")]
    server.execute(f"DROP ROLE {GUARDED}")
    try:
        subprocess.run(command, check=True, capture_output=True)
        yield server.url(GUARDED, GUARDED)
    finally:
        server.execute(f"DROP DATABASE IF EXISTS {GUARDED} WITH (FORCE)")
        server.execute(f"DROP ROLE IF EXISTS {GUARDED}")
        server.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'secret'")
