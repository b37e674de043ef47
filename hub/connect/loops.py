"""Connectors that would hear what the hub itself says: each message would lead to another, for ever."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from connectors.faults import Misfit
from connectors.kinds.mqtt.settings import MqttSettings
from connectors.load import Connector
from connectors.wire.address import Address, Url
from hub.connect.publisher import broker_of
from hub.settings import Settings

_PORTS = {"mqtt": 1883, "mqtts": 8883}


def loops(connector: Connector, settings: Settings) -> Iterator[Misfit]:
    """The topics of a connector that are the hub's own, at the hub's own broker."""
    own = connector.settings
    if not isinstance(own, MqttSettings) or _place(Url.parse(own.broker)) != _place(broker_of(settings)):
        return
    for name, patterns in own.patterns.items():
        for place, each in enumerate(patterns):
            if each.overlaps(settings.topic_prefix):
                yield Misfit(
                    ("streams", name, "topics", place),
                    f"{each.text!r} is also what the hub publishes, since {own.broker} is its own broker",
                    f"name topics that are not below {settings.topic_prefix}, or another broker",
                )


def _place(url: Url) -> tuple[str, int | None]:
    """Where a broker is; this machine by whatever name."""
    host = url.host.lower()
    here = Address(host, 0).loopback or host in ("0.0.0.0", "::", socket.gethostname().lower())
    return "localhost" if here else host, url.port or _PORTS.get(url.scheme)
