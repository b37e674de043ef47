"""The lots that questions are asked of, as an MES would send them, and a hub that has taken them in.

A lot is of a material, stored in a zone, and made from two lots of the level below; there are six levels, so that a
lot of the highest has a genealogy of five. A hundred lots lie at each line.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bench import client
from bench.sample import PREFIX
from tests.system.hub_process import HubProcess

LEVELS = 6
STATUSES = ("RELEASED", "AWAITING_RELEASE", "BLOCKED", "IN_PROCESS", "SHIPPED")

_A_LINE = 100
_LINES_AN_AREA = 10
_ZONES = 50
_A_MESSAGE = 100
_AT_ONCE = 500
"""Messages that are waited for together: to be patient with all of them at once would hide that a hub has stopped."""

_BEGAN = datetime(2026, 1, 5, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plant:
    """So many lots, the same each time."""

    count: int

    @property
    def lines(self) -> int:
        return max(1, self.count // _A_LINE)

    @property
    def materials(self) -> int:
        return max(1, self.count // _A_LINE)

    def level(self, level: int) -> range:
        """The numbers of the lots of a level; the last is the highest."""
        size = self.count // LEVELS
        return range(level * size, self.count if level == LEVELS - 1 else (level + 1) * size)

    def messages(self) -> Iterator[tuple[str, bytes]]:
        """Topics and payloads: what lots refer to comes before them."""
        yield from _arrays("acme", "equipment", [{"id": f"ZONE-{z}", "name": f"Zone {z}"} for z in range(_ZONES)])
        materials = [{"id": f"MAT-{m}", "name": f"Material {m}"} for m in range(self.materials)]
        yield from _arrays("acme", "material-definition", materials)
        for level in range(LEVELS):
            by_path: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
            for number in self.level(level):
                by_path[self.path(number)].append(self._lot(number, level))
            for path, lots in by_path.items():
                yield from _arrays(path, "material-lot", lots)

    def path(self, number: int) -> str:
        line = number % self.lines
        return f"acme/north/area-{line // _LINES_AN_AREA:03}/line-{line:04}"

    def area(self, number: int) -> str:
        return self.path(number).rpartition("/")[0]

    def _lot(self, number: int, level: int) -> dict[str, Any]:
        below = self.level(level - 1) if level else range(0)
        parts = random.Random(number).sample(below, min(2, len(below)))
        return {
            "id": lot_id(number),
            "name": f"Lot {number} of oat bars",
            "status": STATUSES[number // self.lines % len(STATUSES)],
            "quantity": {"value": 100.5 + number % 400, "unit": "kg"},
            "producedAt": (_BEGAN + timedelta(minutes=number)).isoformat(),
            "definition": f"MAT-{number % self.materials}",
            "storedAt": f"ZONE-{number % _ZONES}",
            "assembledFrom": [{"id": lot_id(part), "quantity": {"value": 12.5, "unit": "kg"}} for part in parts],
        }


def lot_id(number: int) -> str:
    return f"LOT-{number:07}"


async def fill(hub: HubProcess, broker: int, plant: Plant) -> None:
    """Publishes a plant to a hub; returns when all is in the graph and announced."""
    packets = [client.publication(number, *message) for number, message in enumerate(plant.messages())]
    with client.connect(broker, "bench-mes") as link:
        for start in range(0, len(packets), _AT_ONCE):
            await asyncio.to_thread(client.publish, link, packets[start : start + _AT_ONCE])
            await hub.settled()


def _arrays(path: str, kind: str, things: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, bytes]]:
    topic = f"{PREFIX}/{path}/_source/mes/{kind}"
    for start in range(0, len(things), _A_MESSAGE):
        said = [{**thing, "observedAt": "2026-02-01T00:00:00Z"} for thing in things[start : start + _A_MESSAGE]]
        yield topic, orjson.dumps(said)
