"""Who says so."""

from __future__ import annotations

import strawberry

from graph.questions.facts import Word
from hub.api.scalars import DateTime, Json
from hub.api.walk import spoken
from hub.clock import instant
from schema.registry import Model


@strawberry.type(description="One system's word that an answer rests on.")
class Statement:
    system: str = strawberry.field(description="The system.")
    id: strawberry.ID = strawberry.field(description="The id by which the system calls the thing.")
    attribute: str = strawberry.field(description="The attribute or link that it speaks of.")
    value: Json | None = strawberry.field(description="What it says; of a link the references.")
    since: DateTime = strawberry.field(description="When it was so: the event time of the word.")


def statement(model: Model, kind: str, word: Word) -> Statement:
    """A word on a thing of a kind."""
    return Statement(
        system=word.system,
        id=strawberry.ID(word.id),
        attribute=word.attribute,
        value=Json(spoken(model.kind(kind), word.attribute, word.value)),
        since=DateTime(instant(word.time)),
    )
