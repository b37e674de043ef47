"""One network connection to a broker, from CONNECT until it is lost. The only file that knows gmqtt.

gmqtt reads and writes the packets. Its reconnecting, its store of unacknowledged messages and its acknowledging are not
used: a connection is opened once and never revived, so that an acknowledgement can't reach a later connection, where
its packet identifier may mean another message, and so that identifiers of lost messages can't leak.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any

import gmqtt
from gmqtt.mqtt.constants import MQTTCommands, MQTTv50, MQTTv311
from gmqtt.mqtt.handler import MQTTConnectError, MqttPackageHandler

from connectors.wire.address import Url
from connectors.wire.errors import BrokerError, PublishError, Unpublishable
from connectors.wire.identity import Identity, shown, target, why
from connectors.wire.messages import Inbound, Outbound
from connectors.wire.tls import NO_TLS, failure
from connectors.wire.topics import SHARE, check_publishable

log = logging.getLogger(__name__)

CONNECT_SECONDS = 15.0
PUBLISH_SECONDS = 20.0
CLOSE_SECONDS = 5.0
KEEPALIVE_SECONDS = 30
ASK_SECONDS = 5.0
WRITE_BUFFER = 4 * 1_048_576
WINDOW = 1000

_REFUSED = 0x80
_UNSUPPORTED_VERSION = 132
_REASONS = {
    0x80: "refused",
    0x87: "not authorised",
    0x8B: "the broker shuts down",
    0x8D: "the broker heard nothing for too long",
    0x8E: "another client has connected with the same client id",
    0x93: "more messages in flight than agreed",
    0x95: "a packet was too large",
    0x97: "a quota is used up",
    0x98: "an administrator's action",
    0x9E: "it shares no subscriptions",
}

Take = Callable[["Connection", Inbound, int | None], None]
"""Gets a message and, for QoS 1, the identifier to acknowledge it by on that connection. Must return at once."""


class Connection:
    """An open connection. `lost` is done, with the reason in words, once it is of no more use."""

    def __init__(self, client: gmqtt.Client, take: Take) -> None:
        self._client = client
        self._take = take
        self._pending: dict[int, asyncio.Future[None]] = {}
        self._subscribed: dict[int, asyncio.Future[tuple[int, ...]]] = {}
        self._shares = False
        self._window = asyncio.Semaphore(WINDOW)
        self._max_packet: int | None = None
        self._paused = False
        self._listening_since = 0.0
        self.session_present = False
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_unsubscribe = self._on_subscribe
        handler: MqttPackageHandler = client._package_handler
        handler._reconnect_callback = _stay_closed
        handler._handle_publish_packet = self._on_publish
        handler._handle_puback_packet = self._on_puback

    @classmethod
    async def open(cls, url: Url, identity: Identity, take: Take) -> Connection:
        """Connects with MQTT 5, or 3.1.1 where the broker has nothing newer. `BrokerError` says what failed."""
        # What it warns of ends here as an exception or a reason, with the address.
        logging.getLogger("gmqtt").setLevel(logging.ERROR)
        connection = cls(_client(url, identity), take)
        if not await connection._connect(url, identity, MQTTv50):
            connection = cls(_client(url, identity), take)
            if not await connection._connect(url, identity, MQTTv311):
                raise BrokerError(f"{shown(url)} speaks neither MQTT 5 nor MQTT 3.1.1")
        return connection

    @property
    def certificate(self) -> bytes | None:
        """The broker's certificate in DER; None without TLS."""
        secured = self._transport.get_extra_info("ssl_object")
        return secured.getpeercert(binary_form=True) if secured else None

    @property
    def silent(self) -> float:
        """Seconds since the broker last sent anything; it is asked every few seconds. 0 while nothing is read."""
        if self._paused or self.lost.done():
            return 0.0
        heard: float = self._client._connection._last_data_in
        return time.monotonic() - max(heard, self._listening_since)

    @property
    def version(self) -> str:
        """The protocol's version as people write it."""
        return "5" if self._client._connection_state.protocol_version == MQTTv50 else "3.1.1"

    async def subscribe(self, filters: Sequence[str]) -> None:
        """Subscribes with QoS 1; `BrokerError` where the broker refuses one.

        With MQTT 5, what this client publishes doesn't come back, and retained messages come only when the subscription
        is new. For a filter that begins with `SHARE` neither holds: what this client publishes may come back, and
        retained messages never come.
        """
        if any(each.startswith(SHARE) for each in filters) and not self._shares:
            raise BrokerError(
                f"the broker shares no subscriptions over MQTT {self.version}; leave `group` out, or use one that does"
            )
        new = [self._subscription(each) for each in filters]
        for granted, topic_filter in zip(await self._answer(self._client.subscribe, new), filters, strict=False):
            if granted >= _REFUSED:
                why = _REASONS.get(granted, f"reason code {granted:#x}")
                raise BrokerError(
                    f"the broker refused the subscription to {topic_filter!r} ({why}); allow the hub to read it"
                )

    async def unsubscribe(self, filters: Sequence[str]) -> None:
        """Ends subscriptions, also of earlier connections; one that is not there is no error."""
        # gmqtt counts characters where bytes are meant.
        await self._answer(self._client.unsubscribe, [each.encode() for each in filters])

    def _subscription(self, topic_filter: str) -> gmqtt.Subscription:
        # gmqtt sends these options to a broker of 3.1.1 too, where they are a malformed packet.
        if self.version != "5":
            return gmqtt.Subscription(topic_filter, qos=1)
        if topic_filter.startswith(SHARE):
            # Mosquitto would send retained messages at every start of every member.
            return gmqtt.Subscription(topic_filter, qos=1, retain_handling_options=2)
        return gmqtt.Subscription(topic_filter, qos=1, no_local=True, retain_handling_options=1)

    async def _answer(self, send: Callable[[Any], int], what: Any) -> tuple[int, ...]:
        """The broker's codes for a list of filters, one each."""
        if self.lost.done():
            raise BrokerError(f"can't subscribe: {self.lost.result()}")
        answer: asyncio.Future[tuple[int, ...]] = asyncio.get_running_loop().create_future()
        self._subscribed[send(what)] = answer
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await answer
        except TimeoutError:
            raise BrokerError(
                f"the broker did not answer a subscription within {CONNECT_SECONDS:.0f} s; look into its log"
            ) from None

    async def publish(self, message: Outbound) -> None:
        """Sends a message; returns, for QoS 1, when the broker has acknowledged it. `PublishError` if it does not."""
        check_publishable(message.topic)
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._room()
                if message.qos == 0:
                    self._send(message)
                    return
                await self._window.acquire()
                await self._send_waiting(message)
        except TimeoutError:
            raise PublishError(
                f"the broker did not acknowledge the message on {message.topic!r} within {PUBLISH_SECONDS:.0f} s"
            ) from None

    def acknowledge(self, identifier: int) -> None:
        """Tells the broker that the message is in safe hands. Does nothing once the connection is lost."""
        if not self.lost.done():
            self._client._send_command_with_mid(MQTTCommands.PUBACK, identifier, False)

    def pause(self) -> None:
        """Stops reading, so that the broker has to wait."""
        if not self.lost.done():
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Reads on."""
        if self._paused and not self.lost.done():
            self._paused = False
            self._listening_since = time.monotonic()
            self._transport.resume_reading()

    async def close(self) -> None:
        """Disconnects in good order; the broker keeps the session and does not publish the will."""
        if not self.lost.done():
            self._lose("closed by the hub")
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._client.disconnect()
            except TimeoutError:
                self._abort()
            except OSError as error:
                # A broker that had still something to send when TLS was closed; what it was comes again.
                log.debug("the connection did not end in good order: %s", error)

    async def _connect(self, url: Url, identity: Identity, version: int) -> bool:
        """False where the broker doesn't know this version of the protocol."""
        where = target(url, identity.tls)
        attempt = asyncio.ensure_future(self._client.connect(*where, KEEPALIVE_SECONDS, version))
        attempt.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        connected = False
        try:
            await asyncio.wait({attempt, self.lost}, timeout=CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if attempt.done():
                await attempt
                connected = True
                return True
            if self._client._connection_state.protocol_version != version:
                return False
            reason = f"no answer within {CONNECT_SECONDS:.0f} s"
            if self.lost.done():
                reason = self.lost.result() + await why(url, identity.tls)
        except MQTTConnectError as error:
            if version == MQTTv50 and error._code == _UNSUPPORTED_VERSION:
                return False
            reason = str(error.message)
        except ssl.SSLError as error:
            reason = failure(error, identity.tls)
        except ConnectionResetError as error:
            reason = NO_TLS if url.scheme == "mqtts" else error.strerror or str(error)
        except OSError as error:
            reason = error.strerror or str(error)
        finally:
            if not connected:
                attempt.cancel()
                self._abort()
        raise BrokerError(f"can't connect to {shown(url)}: {reason}")

    @property
    def _transport(self) -> asyncio.Transport:
        transport: asyncio.Transport = self._client._connection._transport
        return transport

    def _abort(self) -> None:
        if self._client._connection is not None:
            self._client._connection._keep_connection_callback.cancel()
            self._transport.abort()

    async def _room(self) -> None:
        while not self.lost.done() and self._transport.get_write_buffer_size() > WRITE_BUFFER:
            await asyncio.sleep(0.005)

    async def _send_waiting(self, message: Outbound) -> None:
        """Sends and waits; the place in the window is given back when the broker answers or the connection is lost."""
        try:
            identifier = self._send(message)
        except PublishError:
            self._window.release()
            raise
        answer = self._pending[identifier] = asyncio.get_running_loop().create_future()
        await answer

    def _send(self, message: Outbound) -> int:
        if self.lost.done():
            raise PublishError(f"can't publish on {message.topic!r}: {self.lost.result()}")
        properties: dict[str, Any] = {}
        if message.properties:
            properties["user_property"] = list(message.properties.items())
        if message.content_type is not None:
            properties["content_type"] = message.content_type
        packet = gmqtt.Message(message.topic, message.payload, int(message.qos > 0), message.retain, **properties)
        if self._max_packet is not None and packet.payload_size + len(packet.topic) + 64 > self._max_packet:
            raise Unpublishable(
                f"can't publish on {message.topic!r}: its {packet.payload_size} bytes are more than the broker takes, "
                f"{self._max_packet}; raise the broker's packet limit"
            )
        identifier, _ = self._client._connection.publish(packet)
        return identifier or 0

    def _lose(self, reason: str) -> None:
        if self.lost.done():
            return
        self.lost.set_result(reason)
        for answer in self._pending.values():
            self._window.release()
            if not answer.done():
                answer.set_exception(PublishError(f"the connection was lost before the broker acknowledged: {reason}"))
        for subscribed in self._subscribed.values():
            if not subscribed.done():
                subscribed.set_exception(BrokerError(f"the connection was lost while subscribing: {reason}"))
        self._pending.clear()

    def _on_connect(self, _client: Any, session_present: int, _result: int, properties: dict[str, Any]) -> None:
        self.session_present = bool(session_present)
        # A list is what the broker said; the hub's own properties are in the same mapping as plain values.
        said = {name: value[0] for name, value in properties.items() if isinstance(value, list)}
        self._max_packet = said.get("maximum_packet_size")
        self._shares = self.version == "5" and bool(said.get("shared_subscription_available", 1))
        window = min(WINDOW, self._client._package_handler.id_generator._max - 2)
        self._window = asyncio.Semaphore(max(1, window))
        self._ask()

    def _ask(self) -> None:
        """Asks for a sign of life, again and again. gmqtt's own keep-alive notices only after a minute."""
        if not self.lost.done():
            self._client._connection._send_ping_request()
            asyncio.get_running_loop().call_later(ASK_SECONDS, self._ask)

    def _on_disconnect(self, _client: Any, packet: Any, _error: Any = None) -> None:
        code = packet[0] if isinstance(packet, bytes) and packet else None
        reason = "the network connection ended" if code is None else _REASONS.get(code, f"reason code {code:#x}")
        if not self.lost.done():
            self._lose(reason)
            self._abort()

    def _on_subscribe(self, _client: Any, identifier: int, granted: tuple[int, ...], *_properties: Any) -> None:
        answer = self._subscribed.pop(identifier, None)
        if answer is not None and not answer.done():
            answer.set_result(granted)

    def _on_puback(self, _command: int, packet: bytes) -> None:
        identifier = int.from_bytes(packet[:2], "big")
        reason = packet[2] if len(packet) > 2 else 0
        self._client._package_handler.id_generator.free_id(identifier)
        answer = self._pending.pop(identifier, None)
        if answer is None:
            return
        self._window.release()
        if answer.done():
            return
        if reason >= _REFUSED:
            answer.set_exception(
                PublishError(f"the broker refused the message: {_REASONS.get(reason, f'reason code {reason:#x}')}")
            )
        else:
            answer.set_result(None)

    def _on_publish(self, command: int, packet: bytes) -> None:
        length = 2 + int.from_bytes(packet[:2], "big")
        topic, rest, identifier = packet[2:length], packet[length:], None
        if command & 0x06:
            identifier, rest = int.from_bytes(rest[:2], "big"), rest[2:]
        try:
            message = self._message(topic, rest, bool(command & 0x01))
        except Exception:
            # Only a broker that breaks the protocol sends such a packet. Left alone it would come again for ever.
            log.exception("dropped a message that is not MQTT: topic %r, %d bytes", topic[:80], len(packet))
            if identifier is not None:
                self.acknowledge(identifier)
            return
        self._take(self, message, identifier)

    def _message(self, topic: bytes, rest: bytes, retained: bool) -> Inbound:
        properties, payload = self._client._package_handler._parse_properties(rest)
        if properties is None:
            raise ValueError("unknown property")
        return Inbound(
            topic.decode(),
            bytes(payload),
            time.time_ns() // 1000,
            dict(properties.get("user_property", ())),
            properties.get("content_type", [None])[0],
            retained,
        )


async def _stay_closed(delay: bool = False) -> None:
    """In place of gmqtt's own reconnecting."""


def _client(url: Url, identity: Identity) -> gmqtt.Client:
    will = identity.will
    limits = {} if identity.maximum_packet is None else {"maximum_packet_size": identity.maximum_packet}
    client = gmqtt.Client(
        identity.client_id,
        clean_session=not identity.lasting,
        will_message=gmqtt.Message(will.topic, will.payload, will.qos, will.retain) if will else None,
        session_expiry_interval=identity.expiry if identity.lasting else 0,
        receive_maximum=identity.receive_maximum,
        **limits,
    )
    if url.user is not None:
        client.set_auth_credentials(url.user, url.password)
    return client
