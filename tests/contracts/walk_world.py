"""A small model in which material goes from lots to lots, through jobs, runs and their steps, and genealogies in it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from graph.projection import project
from graph.store import GraphStore
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model.base import Entity, Flow, Quantity, Ref, RefObject, RefWith, attribute, declare, link
from schema.registry import Model, build

_TIMES = count(1_767_225_600_000_000)
"""Each message is newer than those before it."""


class Part(RefObject):
    """Some of a lot."""

    quantity: Quantity | None = attribute("How much.")


class Lot(Entity):
    """Material."""

    kind = declare("materials", plural="lots", source="made up")

    made_from: list[RefWith[Part]] | None = link(
        "MADE_FROM", "Lot", "madeInto", "From what.", inverse_description="Into what.", flow=Flow.IN
    )
    keeper: Ref | None = link("KEPT_BY", "Lot", "keeps", "Its keeper.", inverse_description="What it keeps.")


class Piece(Entity):
    """A part of a lot."""

    kind = declare("materials", plural="pieces", source="made up")

    lot: Ref | None = link("PART_OF", "Lot", "pieces", "Of what.", inverse_description="Its pieces.", flow=Flow.IN)


class Job(Entity):
    """Work that uses lots and makes lots."""

    kind = declare("work", plural="jobs", source="made up")

    used: list[RefWith[Part]] | None = link(
        "USED", "Lot", "usedBy", "What was used.", inverse_description="By what it was used.", flow=Flow.IN
    )
    made: list[Ref] | None = link(
        "MADE", "Lot", "madeBy", "What was made.", inverse_description="By what it was made.", flow=Flow.OUT
    )


class Phase(Entity):
    """A part of a job that uses lots."""

    kind = declare("work", plural="phases", source="made up")

    used: list[RefWith[Part]] | None = link(
        "USED", "Lot", "usedByPhases", "What was used.", inverse_description="By what it was used.", flow=Flow.IN
    )
    job: Ref | None = link("PART_OF", "Job", "phases", "Of what.", inverse_description="Its phases.", flow=Flow.OUT)


WALKS: Model = build((Lot, Piece, Job, Phase))


def said(kind: str, id_: str, **links: Any) -> Assertion:
    """What one system says of a thing: links as lists of ids, or of an id and a quantity."""
    cells = {
        name: [
            {"to": {"id": to[0]}, "with": {"quantity": {"value": to[1], "unit": "kg"}}}
            if isinstance(to, tuple)
            else {"to": {"id": to}}
            for to in targets
        ]
        for name, targets in links.items()
    }
    time = next(_TIMES)
    return Assertion("mes", kind, id_, Stamp(time, f"m-{time}"), cells)


async def tell(store: GraphStore, assertions: Iterable[Assertion]) -> None:
    """Projects one batch."""
    async with store.write() as tx:
        await project(tx, WALKS, EQUAL, assertions)
