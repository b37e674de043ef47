"""A hub in a process of its own, as `unshub up` runs it, with its own data folder and free ports."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.servers import free_port

PATIENCE = 90.0
"""Seconds for anything that must happen at all; how fast is for the benchmarks."""


class HubProcess:
    """A hub that can be started, killed and started again on the same folder and ports."""

    def __init__(
        self,
        folder: Path,
        broker: str,
        *flags: str,
        http: int | None = None,
        mqtt: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`flags` go to every command that finds this hub; `environment` is added to that of the hub's process."""
        self._flags = flags
        self._environment = dict(environment or {})
        self.data = folder / "data"
        self.log = folder / "hub.log"
        self.http = http or free_port()
        self.mqtt = mqtt or free_port()
        self.broker = broker
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.http}", timeout=PATIENCE, trust_env=False)
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    async def __aenter__(self) -> Self:
        self.start()
        await self.ready()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        await self.client.aclose()

    def start(self) -> None:
        """Starts the process, which must not be running; returns at once."""
        assert self.process is None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                unshub("up", *self.places, "--mqtt", f"127.0.0.1:{self.mqtt}", "--broker", self.broker),
                cwd=self.data.parent,
                stdout=log,
                stderr=log,
                env=os.environ | self._environment,
            )

    @property
    def places(self) -> list[str]:
        """The flags by which other commands find this hub and its data."""
        return ["--data", str(self.data), "--http", f"127.0.0.1:{self.http}", *self._flags]

    def kill(self) -> None:
        """Ends the process as a power failure would; does nothing where it has ended."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> int:
        """Ends the process as an administrator would; gives the exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.process = None
        return code

    async def ready(self) -> None:
        """Returns when `/readyz` says so."""
        await self.until(self._is_ready, "the hub is ready")

    async def _is_ready(self) -> bool:
        try:
            return (await self.client.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def settled(self) -> None:
        """Returns when all that came is in the graph and published."""

        async def holds() -> bool:
            status = await self.get("/api/status")
            return status["caughtUp"] and not status["pending"] and not status["waitingToPublish"]

        await self.until(holds, "everything is in the graph and published")

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        """Returns when something holds; fails, with the log, when it does not or the hub ends."""
        deadline = time.monotonic() + PATIENCE
        while not await holds():
            assert self.process is not None and self.process.poll() is None, f"the hub ended:\n{self.words()}"
            assert time.monotonic() < deadline, f"not in {PATIENCE:.0f} s: {what}\n{self.words()}"
            await asyncio.sleep(0.02)

    def words(self) -> str:
        """What it logged, the end of it."""
        return self.log.read_text(errors="replace")[-8000:]

    async def get(self, path: str) -> Any:
        """The JSON at a path of the HTTP API."""
        response = await self.client.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """The answer to a GraphQL question."""
        response = await self.client.post("/graphql", json={"query": query, "variables": variables})
        body = response.json()
        assert not body.get("errors"), body["errors"]
        return body["data"]

    async def every(self, plural: str, selection: str) -> list[dict[str, Any]]:
        """All things of a kind, page by page."""
        document = (
            f"query ($after: String) {{ {plural}(first: 1000, after: $after) {{ "
            f"totalCount nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        found: list[dict[str, Any]] = []
        after = None
        while True:
            page = (await self.ask(document, {"after": after}))[plural]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                assert page["totalCount"] == len(found)
                return found
            after = page["pageInfo"]["endCursor"]


def unshub(*arguments: str) -> list[str]:
    """The command line of an `unshub` command."""
    return [sys.executable, "-m", "hub.cli", *arguments]


def run(*arguments: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs an `unshub` command to its end, which must be this exit code."""
    ran = subprocess.run(unshub(*arguments), cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ran.returncode == code, (ran.returncode, ran.stdout, ran.stderr)
    return ran


def rebuild(hub: HubProcess) -> Any:
    """What `unshub rebuild` finds, while the hub is stopped."""
    return json.loads(run("rebuild", "--json", "--data", str(hub.data), cwd=hub.data.parent).stdout)


@asynccontextmanager
async def running(folder: Path, broker: str) -> AsyncIterator[HubProcess]:
    """A hub that is ready."""
    async with HubProcess(folder, broker) as hub:
        yield hub


def processes_below(folder: Path) -> list[str]:
    """Command lines of running processes that name a folder: what a hub that has ended left behind."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        line = os.fsdecode(b" ".join(words))
        if str(folder) in line and int(process.name) != os.getpid():
            lines.append(line)
    return lines
