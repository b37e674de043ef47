"""Who connects to a broker, and where that is."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

from connectors.wire.address import Address, Url
from connectors.wire.errors import BrokerError, TlsError
from connectors.wire.messages import Outbound
from connectors.wire.tls import Tls, failure

NEVER_EXPIRES = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Identity:
    """How a client introduces itself. The broker publishes `will`, where there is one, when the client vanishes.

    The broker keeps the session of one that is `lasting`, and the messages for it, while it is away; over MQTT 5 for
    `expiry` seconds. One of MQTT 5 drops packets of more than `maximum_packet` bytes, as if they had been delivered.
    `tls` is for a broker at `mqtts://`.
    """

    client_id: str
    will: Outbound | None
    receive_maximum: int
    lasting: bool = True
    expiry: int = NEVER_EXPIRES
    maximum_packet: int | None = None
    tls: Tls = field(default_factory=Tls)


def shown(url: Url) -> str:
    """The broker's address for people, without credentials."""
    return f"{url.scheme}://{Address(url.host, _port(url))}"


def target(url: Url, tls: Tls) -> tuple[str, int, ssl.SSLContext | bool]:
    """Host, port and TLS; `BrokerError` where a file that TLS needs will not do."""
    try:
        return url.host, _port(url), tls.context() if url.scheme == "mqtts" else False
    except TlsError as error:
        raise BrokerError(f"can't connect to {shown(url)}: {error}") from None


async def why(url: Url, tls: Tls) -> str:
    """What may lie behind a broker that hangs up unasked."""
    if url.scheme != "mqtts":
        return "; where that port speaks TLS, write mqtts://"
    refused = await tls.refused(url.host, _port(url))
    return f": {failure(refused, tls)}" if refused else ""


def _port(url: Url) -> int:
    return url.port or (8883 if url.scheme == "mqtts" else 1883)
