"""Publishing: into the broker, like everyone else."""

from __future__ import annotations

from typing import Annotated

import orjson
import strawberry

from hub.api.connector_mutation import ConnectorMutation
from hub.api.context import ApiContext, Info
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


_Topic = Annotated[str, argument(description="`uns/v1/acme/north/_source/mes/material-lot/LOT-1`.")]
_EventTime = Annotated[
    DateTime | None,
    argument(
        description="When it was so; without one, what the payload says in `observedAt`, or when the hub gets the "
        "message. Give it wherever the message may be sent again."
    ),
]
_MessageId = Annotated[
    str | None,
    argument(
        description="Names the message: of two from one system with the same event time, the greater one as text "
        "counts. Sending again changes nothing only where event time and message id are both the same."
    ),
]


async def _publish(
    info: Info,
    topic: _Topic,
    payload: Annotated[
        Json, argument(description="What is said: an object, or what the topic takes. `withdraw` takes it back.")
    ],
    event_time: _EventTime = None,
    message_id: _MessageId = None,
) -> Publication:
    _check(topic, info.context.prefix)
    return await _send(info.context, topic, orjson.dumps(payload), event_time, message_id)


async def _withdraw(
    info: Info, topic: _Topic, event_time: _EventTime = None, message_id: _MessageId = None
) -> Publication:
    parsed = _check(topic, info.context.prefix)
    if not (isinstance(parsed, SourceTopic) and parsed.id is not None):
        raise RequestError(
            f"nothing can be withdrawn on `topic` {topic!r}: it does not end in a thing's id, as "
            "`…/_source/mes/material-lot/LOT-1` does"
        )
    return await _send(info.context, topic, b"", event_time, message_id)


async def _send(
    context: ApiContext, topic: str, data: bytes, event_time: DateTime | None, message_id: str | None
) -> Publication:
    given = {"eventTime": event_time, "messageId": message_id}
    await context.publish(topic, data, {name: value for name, value in given.items() if value is not None})
    return Publication(topic=topic, bytes=len(data))


@strawberry.type(description="What can be done. Everything that is said of the plant goes through the broker.")
class Mutation(ConnectorMutation):
    publish: Publication = strawberry.mutation(
        resolver=_publish,
        description="Publishes a message and returns when the broker has it. The hub then takes it from the broker "
        "like any other: refused messages are listed as dead letters.",
    )
    withdraw: Publication = strawberry.mutation(
        resolver=_withdraw,
        description="Withdraws all that a system said of a thing: publishes an empty message on the thing's topic, and "
        "returns when the broker has it.",
    )


def _check(topic: str, prefix: str) -> topics.Topic:
    try:
        parsed = topics.parse(topic, prefix)
    except TopicError as error:
        raise RequestError(f"`topic` can't be published to: {error}") from None
    if isinstance(parsed, GoldenTopic | HubTopic):
        raise RequestError(
            f"`topic` {topic!r} is the hub's own; publish below `_source/<system>`, `_tag`, `_state` or `_count`"
        )
    return parsed
