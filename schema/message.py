"""A message on its way through a contract, and how its payload is opened: plain or in a CloudEvents envelope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from schema.errors import Reason
from schema.provenance import (
    Envelope,
    Given,
    Provenance,
    check_time,
    from_properties,
    is_envelope,
    item_digest,
    message_digest,
)
from schema.reasons import Path, Reasons, of_validation
from schema.rules import Rules
from schema.topic import Topic

BOM = b"\xef\xbb\xbf"
"""Some Windows programs begin UTF-8 with it; RFC 8259 lets a reader pass over it."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Message:
    """What is known of a message so far, and the reasons to refuse it that were found."""

    __slots__ = ("_digest", "given", "payload", "provenance", "reasons", "root", "rules", "topic")

    def __init__(self, topic: Topic, payload: bytes, provenance: Provenance, rules: Rules) -> None:
        """Checks the size and the user properties. `Refused` at once where the payload is too large to be looked at."""
        self.topic = topic
        self.payload = payload.removeprefix(BOM)
        self.provenance = provenance
        self.rules = rules
        self.reasons = Reasons()
        self.given = from_properties(provenance, rules, self.reasons)
        self.root: Path = ()
        self._digest: bytes | None = None
        if len(payload) > rules.max_payload:
            expected = f"a payload has at most {rules.max_payload} bytes; send fewer things in one message"
            self.refuse(Reason("$", f"{len(payload)} bytes", expected))
        if b"\\u0000" in payload and _NUL.search(payload):
            self.reasons.add(Reason("$", r"\u0000", "a text holds the character U+0000; leave it out"))

    def item_digest(self, index: int) -> bytes:
        """What identifies one thing's place in this message."""
        if self._digest is None:
            self._digest = message_digest(self.topic, self.payload, self.given)
        return item_digest(self._digest, index)

    def take(self, envelope: Envelope[Any]) -> None:
        """Takes note of what an envelope says, where the user properties don't."""
        time, name = envelope.given
        if self.given.time is not None:
            time = self.given.time
        elif time is not None:
            check_time(time, self.provenance.latest, self.rules, "$.time", self.reasons)
        self.given = Given(time, self.given.message or name)
        self.root = ("data",)

    def refuse(self, *reasons: Reason) -> NoReturn:
        """Raises `Refused` with every reason found so far, and these."""
        for reason in reasons:
            self.reasons.add(reason)
        self.reasons.settle()
        raise AssertionError("a message is refused for a reason")


class Shape:
    """What payloads of one form look like. Prepared once, read often."""

    def __init__(self, form: Any, expected: str, hints: Mapping[str, str] | None = None) -> None:
        """`expected` describes a payload in a sentence, `hints` what members of it hold."""
        self._plain: TypeAdapter[Any] = TypeAdapter(form)
        self._enveloped: TypeAdapter[Envelope[Any]] = TypeAdapter(Envelope[form])
        self._plain_hints = {**(hints or {}), "": expected}
        self._enveloped_hints = {**(hints or {}), "data": expected}

    def read(self, message: Message) -> Any:
        """The payload, validated straight from its bytes; None for an envelope without data."""
        if is_envelope(message.payload, message.provenance.content_type):
            return self._open(message, _validated(self._enveloped, message, self._enveloped_hints))
        return _validated(self._plain, message, self._plain_hints)

    def _open(self, message: Message, envelope: Envelope[Any]) -> Any:
        message.take(envelope)
        if envelope.data is None and "data" in envelope.model_fields_set:
            message.refuse(Reason("$.data", "null", "null says nothing of the thing; leave data out to withdraw it"))
        return envelope.data


def _validated(form: TypeAdapter[Any], message: Message, hints: Mapping[str, str]) -> Any:
    try:
        return form.validator.validate_json(message.payload)
    except ValidationError as error:
        reasons = of_validation(error, message.payload, hints)
    message.refuse(*reasons)  # not inside `except`: a refusal must not carry pydantic's error, of any size, along
