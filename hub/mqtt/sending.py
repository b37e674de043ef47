"""One message, sent on a connection of its own."""

from __future__ import annotations

from uuid import uuid4

from connectors.wire.address import Url
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError, PublishError
from connectors.wire.identity import Identity
from connectors.wire.messages import Outbound
from connectors.wire.tls import Tls


async def send(url: Url, name: str, message: Outbound, tls: Tls | None = None) -> None:
    """Sends a message and returns when the broker has it; `name` begins the client id.

    `PublishError` where no broker answers, or where it would lose the message's properties without a word.
    """
    identity = Identity(f"{name}-{uuid4().hex[:12]}", will=None, receive_maximum=1, lasting=False, tls=tls or Tls())
    try:
        connection = await Connection.open(url, identity, lambda *_: None)
    except BrokerError as error:
        raise PublishError(f"can't publish on {message.topic!r}: {error}") from error
    try:
        if message.properties and connection.version != "5":
            raise PublishError(
                f"can't publish on {message.topic!r}: the broker speaks MQTT {connection.version}, which carries no "
                f"{' and no '.join(message.properties)}; leave them out, and put `observedAt` into the payload"
            )
        await connection.publish(message)
    finally:
        await connection.close()
