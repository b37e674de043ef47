"""How the API publishes: as a client of its own, so that the hub takes the message from the broker like anyone's.

What the hub publishes on its own connection does not come back to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.wire.address import Url
from connectors.wire.messages import Outbound
from hub.api.context import Publish
from hub.mqtt.sending import send
from hub.settings import Settings


def publisher(settings: Settings) -> Publish:
    """Publishes to the broker of these settings, on a connection for each message."""
    choice = settings.broker
    url = choice if isinstance(choice, Url) else Url("mqtt", settings.mqtt.host, settings.mqtt.port)

    async def publish(topic: str, payload: bytes, properties: Mapping[str, str]) -> None:
        await send(url, "unshub-api", Outbound(topic, payload, properties=properties))

    return publish
