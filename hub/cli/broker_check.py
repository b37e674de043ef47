"""Whether a broker that runs elsewhere lets the hub in, and until when the certificates are valid."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from connectors.wire.address import Url
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError
from connectors.wire.identity import Identity
from hub.cli.finding import Finding, Level
from hub.mqtt import certificate
from hub.settings import Settings
from hub.settings.named_files import broker_tls

SOON = timedelta(days=30)


def external_broker(settings: Settings, url: Url) -> Iterator[Finding]:
    """Connects as the hub would, under a client id of its own, and reads the certificates."""
    try:
        product, presented = asyncio.run(_connect(settings, url))
    except BrokerError as error:
        yield Finding("broker", Level.WARN, str(error), "see the reason given; the hub keeps trying")
    else:
        yield Finding("broker", Level.OK, f"{url} takes connections, {product}")
        if presented is not None:
            yield _validity("broker certificate", [presented], "have it renewed there")
    tls = broker_tls(settings)
    for check, file in (("broker authority", tls.ca), ("hub certificate", tls.certificate)):
        if file is not None:
            yield _in_file(check, file)


async def _connect(settings: Settings, url: Url) -> tuple[str, bytes | None]:
    identity = Identity(
        f"{settings.name}-doctor-{uuid4().hex[:8]}",
        will=None,
        receive_maximum=1,
        lasting=False,
        tls=broker_tls(settings),
    )
    connection = await Connection.open(url, identity, lambda *_: None)
    try:
        return f"MQTT {connection.version}", connection.certificate
    finally:
        await connection.close()


def _in_file(check: str, file: Path) -> Finding:
    try:
        return _validity(check, certificate.in_file(file), f"renew {file}; the hub reads it at its next connection")
    except (OSError, ValueError) as error:
        return Finding(check, Level.WARN, f"{file} can't be read as a certificate: {error}", "name a file in PEM")


def _validity(check: str, certificates: list[bytes], remedy: str) -> Finding:
    until = min(map(certificate.valid_until, certificates))
    left = until - datetime.now(UTC)
    day = f"{until:%Y-%m-%dT%H:%M:%SZ}"
    if left < timedelta(0):
        return Finding(check, Level.FAIL, f"expired at {day}", remedy)
    if left < SOON:
        return Finding(check, Level.WARN, f"valid until {day}, {left.days} days more", remedy)
    return Finding(check, Level.OK, f"valid until {day}")
