"""Publishing: into the broker, like everyone else."""

from __future__ import annotations

from typing import Annotated

import orjson
import strawberry

from hub.api.context import Info
from hub.api.errors import RequestError
from hub.api.scalars import DateTime, Json
from schema import topic as topics
from schema.errors import TopicError
from schema.topic import GoldenTopic, HubTopic, SourceTopic

argument = strawberry.argument


@strawberry.type(description="A message that the broker has. What the hub makes of it shows in the graph.")
class Publication:
    topic: str = strawberry.field(description="The topic that it was published to.")
    bytes: int = strawberry.field(description="The size of its payload.")


async def _publish(
    info: Info,
    topic: Annotated[str, argument(description="`uns/v1/acme/north/_source/mes/material-lot/LOT-1`.")],
    payload: Annotated[
        Json | None,
        argument(description="The payload; left out, it withdraws what the system said of the thing."),
    ] = None,
    event_time: Annotated[
        DateTime | None, argument(description="When it was so; now, where nothing says otherwise.")
    ] = None,
    message_id: Annotated[
        str | None, argument(description="Names the message, so that sending it again changes nothing.")
    ] = None,
) -> Publication:
    _check(topic, payload, info.context.prefix)
    data = b"" if payload is None else orjson.dumps(payload)
    given = {"eventTime": event_time, "messageId": message_id}
    await info.context.publish(topic, data, {name: value for name, value in given.items() if value is not None})
    return Publication(topic=topic, bytes=len(data))


@strawberry.type(description="What can be done. Everything that is said of the plant goes through the broker.")
class Mutation:
    publish: Publication = strawberry.mutation(
        resolver=_publish,
        description="Publishes a message and returns when the broker has it. The hub then takes it from the broker "
        "like any other: refused messages are listed as dead letters.",
    )


def _check(topic: str, payload: object, prefix: str) -> None:
    try:
        parsed = topics.parse(topic, prefix)
    except TopicError as error:
        raise RequestError(f"`topic` can't be published to: {error}") from None
    if isinstance(parsed, GoldenTopic | HubTopic):
        raise RequestError(
            f"`topic` {topic!r} is the hub's own; publish below `_source/<system>`, `_tag`, `_state` or `_count`"
        )
    if payload is None and not (isinstance(parsed, SourceTopic) and parsed.id is not None):
        raise RequestError("`payload` is missing; only a topic that ends in a thing's id can be sent without one")
