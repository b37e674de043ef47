"""`unshub publish`: one message, checked, then handed to the broker like anyone's."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from connectors.wire.address import Url
from connectors.wire.errors import BrokerError, PublishError
from connectors.wire.messages import Outbound
from hub.cli.files import read_file
from hub.cli.message import inbound, judge
from hub.cli.options import with_settings
from hub.cli.output import err, out, show_notes, show_reasons
from hub.settings import Settings
from hub.settings.named_files import broker_tls

BROKER_FLAGS = (
    "broker",
    "mqtt",
    "broker_password_file",
    "broker_ca_file",
    "broker_certificate_file",
    "broker_key_file",
    "broker_key_password_file",
)


@with_settings(*BROKER_FLAGS, "topic_prefix", "max_payload", "future_tolerance")
def publish(
    settings: Settings,
    topic: Annotated[str, typer.Argument(help="The topic, uns/v1/…")],
    payload: Annotated[str, typer.Argument(help="JSON; @FILE reads a file, - the standard input.")] = "",
    event_time: Annotated[
        str | None, typer.Option(help="When it was so, RFC 3339 with an offset.", metavar="TIME")
    ] = None,
    message_id: Annotated[str | None, typer.Option(help="What tells this message from others.", metavar="ID")] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take back what the system said of the thing; without a payload.")
    ] = False,
) -> None:
    """Publish one message, where the hub would accept it. The exit code is 1 where it would not."""
    given = {"eventTime": event_time, "messageId": message_id}
    for name, text in (("TOPIC", topic), ("--event-time", event_time), ("--message-id", message_id)):
        _check_text(name, text or "")
    properties = {name: value for name, value in given.items() if value is not None}
    body = _payload(payload)
    if withdraw and body:
        raise typer.BadParameter("a withdrawal has no payload; leave one of them out", param_hint="--withdraw")
    if not body and not withdraw:
        remedy = "give one, or --withdraw to take back what the system said of the thing"
        raise typer.BadParameter(f"the payload is empty; {remedy}", param_hint="PAYLOAD")
    verdict = judge(settings, inbound(topic, body, properties))
    if verdict.reasons:
        err().print("not published: the hub would refuse this message", style="red")
        show_reasons(verdict.reasons)
        raise typer.Exit(1)
    show_notes(verdict.notes)
    from hub.mqtt.sending import send

    url = _broker(settings)
    try:
        asyncio.run(send(url, "unshub-publish", Outbound(topic, body, properties=properties), broker_tls(settings)))
    except PublishError as error:
        if not isinstance(error.__cause__, BrokerError):
            raise
        raise PublishError(f"{error}; `unshub up` starts a hub with a broker, and --broker names another one") from None
    done = f"withdrawn at {url}: {topic}" if withdraw else f"published to {url}: {len(body)} bytes on {topic}"
    out().print(done, markup=False)


def _payload(text: str) -> bytes:
    if text == "-":
        return sys.stdin.buffer.read()
    # Bytes that are no UTF-8 are told by the contract, with their place.
    return read_file(Path(text[1:])) if text.startswith("@") else os.fsencode(text)


def _check_text(name: str, text: str) -> None:
    """MQTT has topics and properties in UTF-8; an argument may be any bytes, which Python keeps as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise typer.BadParameter(
            f"character {error.start + 1} is not UTF-8; give it in UTF-8", param_hint=name
        ) from None


def _broker(settings: Settings) -> Url:
    if isinstance(settings.broker, Url):
        return settings.broker
    return Url("mqtt", settings.mqtt.host, settings.mqtt.port)
