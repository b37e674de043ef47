"""How the API publishes: as a client of its own, so that the hub takes the message from the broker like anyone's.

What the hub publishes on its own connection does not come back to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from hub.address import Url
from hub.api.context import Publish
from hub.errors import BrokerError, PublishError
from hub.messages import Outbound
from hub.mqtt.connection import Connection, Identity
from hub.settings import Settings


def publisher(settings: Settings) -> Publish:
    """Publishes to the broker of these settings, on a connection for each message."""
    choice = settings.broker
    url = choice if isinstance(choice, Url) else Url("mqtt", settings.mqtt.host, settings.mqtt.port)

    async def publish(topic: str, payload: bytes, properties: Mapping[str, str]) -> None:
        identity = Identity(f"unshub-api-{uuid4().hex[:12]}", will=None, receive_maximum=1, lasting=False)
        try:
            connection = await Connection.open(url, identity, lambda *_: None)
        except BrokerError as error:
            raise PublishError(f"can't publish on {topic!r}: {error}") from error
        try:
            if properties and connection.version != "5":
                raise PublishError(
                    f"can't publish on {topic!r}: the broker speaks MQTT {connection.version}, which carries no "
                    f"{' and no '.join(properties)}; leave them out, and put `observedAt` into the payload"
                )
            await connection.publish(Outbound(topic, payload, properties=properties))
        finally:
            await connection.close()

    return publish
