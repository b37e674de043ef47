"""What is done with every system: it is read by a hub, changed, robbed of a record, and it or the hub is killed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tests.system.hub_process import HubProcess

FILES = Path(__file__).parent / "connectors"


class Row(NamedTuple):
    """A line of the table at the end of the run."""

    system: str
    done: str
    records: int
    seconds: str
    lost: int
    doubled: int


Tell = Callable[[Row], None]


class Restartable(Protocol):
    """What can be killed and started again on the same port."""

    port: int

    def start(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True)
class Seen:
    """What GraphQL is to say of one thing."""

    field: str
    id: str
    selection: str
    expected: Any


class Gone(NamedTuple):
    """A thing that nobody is to speak of any more."""

    plural: str
    id: str


@dataclass(frozen=True)
class Case:
    """A system, and what a user of it does."""

    name: str
    system: Restartable
    settings: Callable[[int], str]
    """The connector's file, by the port that the system is reached at."""
    password: str
    holds: Callable[[], Mapping[str, Collection[str]]]
    """What it holds now, seen past its API: ids by the name of GraphQL's connection. The most numerous is the last."""
    change: Callable[[], Seen]
    """Changes a record by the system's own means; gives what is to be seen."""
    delete: Callable[[], Gone | Seen]
    """Deletes a record by the system's own means, or does what is done there instead."""
    refused: str
    """What is told of wrong credentials."""
    stream: str
    """The stream with the most records."""

    def unread(self, log: str) -> bool:
        """Whether no run over the most numerous records has come to its end, by the hub's log."""
        return re.search(rf" {self.name}/{self.stream}: \d+ records read", log) is None

    def write(self, folder: Path, port: int | None = None, password: str | None = None) -> Path:
        """A folder of connectors with this one in it."""
        connectors = folder / "connectors"
        connectors.mkdir(parents=True, exist_ok=True)
        secret = f"{self.name}.password"
        (connectors / secret).write_text(self.password if password is None else password)
        settings = self.settings(port or self.system.port).replace("PASSWORD", secret)
        (connectors / f"{self.name}.yaml").write_text(settings)
        return connectors


async def things(hub: HubProcess, plural: str) -> list[str]:
    """The ids of all things of a kind that a system speaks of, page by page, with those that come twice."""
    document = (
        f"query ($after: String) {{ {plural}(first: 1000, after: $after, where: {{placeholder: {{eq: false}}}}) "
        "{ nodes { id } pageInfo { hasNextPage endCursor } } }"
    )
    found: list[str] = []
    after = None
    while True:
        page = (await hub.ask(document, {"after": after}))[plural]
        found += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def total(hub: HubProcess, plural: str) -> int:
    """How many things of a kind a system speaks of."""
    found = await hub.ask(f"{{ {plural}(first: 1, where: {{placeholder: {{eq: false}}}}) {{ totalCount }} }}")
    return int(found[plural]["totalCount"])


async def all_there(hub: HubProcess, case: Case) -> None:
    """Returns when the hub has as many things as the system."""
    counts = {plural: len(ids) for plural, ids in case.holds().items()}

    async def holds() -> bool:
        return all([await total(hub, plural) >= count for plural, count in counts.items()])

    await hub.until(holds, f"{counts} things are in the graph")
    await hub.settled()


async def balance(hub: HubProcess, case: Case, done: str, began: float, tell: Tell) -> None:
    """Demands that the graph has exactly what the system holds, and tells a line of the table."""
    seconds = f"{time.monotonic() - began:.1f}"
    lost = doubled = records = 0
    for plural, ids in case.holds().items():
        found = await things(hub, plural)
        assert set(found) <= set(ids), sorted(set(found) - set(ids))[:5]
        records += len(ids)
        lost += len(set(ids) - set(found))
        doubled += len(found) - len(set(found))
    tell(Row(case.name, done, records, seconds, lost, doubled))
    assert (lost, doubled) == (0, 0)


async def comes(hub: HubProcess, expected: Seen | Gone) -> None:
    """Returns when GraphQL says of a thing what is expected."""
    await (_seen(hub, expected) if isinstance(expected, Seen) else _gone(hub, *expected))


async def _seen(hub: HubProcess, expected: Seen) -> None:
    query = f"query ($id: ID!) {{ {expected.field}(id: $id) {{ {expected.selection} }} }}"

    async def holds() -> bool:
        return bool((await hub.ask(query, {"id": expected.id}))[expected.field] == expected.expected)

    await hub.until(holds, f"{expected}")


async def _gone(hub: HubProcess, plural: str, id_: str) -> None:
    where = "{id: {eq: $id}, placeholder: {eq: false}}"
    query = f"query ($id: String!) {{ {plural}(first: 1, where: {where}) {{ totalCount }} }}"

    async def holds() -> bool:
        return bool((await hub.ask(query, {"id": id_}))[plural]["totalCount"] == 0)

    await hub.until(holds, f"{plural} {id_} is withdrawn")
