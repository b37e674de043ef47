"""How a webhook is configured: how a request shows who sent it, and where the records are in its body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from connectors.mapping.settings import Strict
from connectors.push.settings import PushSettings, PushStream, Size
from connectors.settings import Expression, Seconds, StreamName

_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_PLACE = re.compile(r"\{([^{}]*)\}")
LARGEST = 64 * 1024**2


def _header(value: str) -> str:
    if not _HEADER.fullmatch(value):
        raise ValueError("is no name of a header; write letters, digits and -, as X-Signature")
    return value


def _signed(value: str) -> str:
    names = _PLACE.findall(value)
    if "body" not in names:
        raise ValueError("leaves out the body, so that anybody may change it; write {body} where it stands")
    for name in names:
        if not _HEADER.fullmatch(name):
            raise ValueError(f"has {{{name}}}; write {{body}}, {{timestamp}}, or a header as {{webhook-id}}")
    return value


Header = Annotated[str, AfterValidator(_header)]
Bytes = Annotated[Size, Field(le=LARGEST)]


class Algorithm(StrEnum):
    """The hash of an HMAC."""

    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"


class Encoding(StrEnum):
    """How bytes stand in a text."""

    HEX = "hex"
    BASE64 = "base64"


class SecretEncoding(StrEnum):
    """How the key stands in its file."""

    TEXT = "text"
    HEX = "hex"
    BASE64 = "base64"


class TimeForm(StrEnum):
    """How a time stands in a header."""

    EPOCH_S = "epoch-s"
    EPOCH_MS = "epoch-ms"
    ISO = "iso"


class Timestamp(Strict):
    """When a request was signed, against one that is sent again by somebody else."""

    header: Header | None = Field(None, description="The header that has it.", examples=["webhook-timestamp"])
    field: str | None = Field(
        None, description="Its name in the signature's own header, where that is a list.", examples=["t"]
    )
    format: TimeForm = Field(TimeForm.EPOCH_S, description="How it is written.", examples=["epoch-ms"])
    tolerance: Seconds = Field(
        300.0, description="How far it may be from the hub's clock, before or after.", examples=["5m"]
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Timestamp:
        if (self.header is None) == (self.field is None):
            raise ValueError("names neither or both of `header` and `field`; name the one that has the time")
        return self


class Signature(Strict):
    """An HMAC over the body as it was sent."""

    header: Header = Field(description="The header that has it.", examples=["X-Hub-Signature-256"])
    secret_file: Path = Field(description="A file with the key.", examples=["/run/secrets/shop"])
    secret_encoding: SecretEncoding = Field(
        SecretEncoding.TEXT, description="How the key stands in that file.", examples=["base64"]
    )
    algorithm: Algorithm = Field(Algorithm.SHA256, description="The hash.", examples=["sha512"])
    encoding: Encoding = Field(Encoding.HEX, description="How the signature is written.", examples=["base64"])
    prefix: str = Field("", description="What stands before it.", examples=["sha256=", "v1,"])
    field: str | None = Field(
        None, description="Its name, where the header is a list such as t=1,v1=ab.", examples=["v1"]
    )
    signed: Annotated[str, AfterValidator(_signed)] = Field(
        "{body}",
        description="What is signed: `{body}`, `{timestamp}`, and headers by their names in braces.",
        examples=["{timestamp}.{body}"],
    )
    timestamp: Timestamp | None = Field(None, description="When it was signed.", examples=[{"field": "t"}])

    @model_validator(mode="after")
    def _timed(self) -> Signature:
        stands = "{timestamp}" in self.signed
        if self.timestamp is not None and not stands:
            raise ValueError(
                "has a `timestamp` that is not signed, so that anybody may change it; write {timestamp} into `signed`"
            )
        if stands and self.timestamp is None:
            raise ValueError("has {timestamp} in `signed`, but no `timestamp`; say which header has it")
        if self.timestamp is not None and self.timestamp.field is not None and self.field is None:
            raise ValueError("has a `field` of the timestamp and none of its own; name both, as t and v1")
        return self


class Token(Strict):
    """A text that only the sender knows, in each request."""

    header: Header | None = Field(None, description="The header that has it.", examples=["X-Gitlab-Token"])
    parameter: str | None = Field(
        None,
        description="The parameter of the URL that has it, for senders that can send no header. Proxies write URLs "
        "into their logs.",
        examples=["token"],
    )
    prefix: str = Field("", description="What stands before it.", examples=["Bearer "])
    secret_file: Path = Field(description="A file with it.", examples=["/run/secrets/shop"])

    @model_validator(mode="after")
    def _one_of_them(self) -> Token:
        if (self.header is None) == (self.parameter is None):
            raise ValueError("names neither or both of `header` and `parameter`; name the one that has the token")
        return self


class Auth(Strict):
    """How a request shows who sent it."""

    signature: Signature | None = Field(None, description="An HMAC over its body.")
    token: Token | None = Field(None, description="A text that only the sender knows.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Auth:
        if (self.signature is None) == (self.token is None):
            raise ValueError("has neither or both of `signature` and `token`; give the one that the sender can do")
        return self


class Unmapped(StrEnum):
    """What becomes of a request with a record that can't be mapped."""

    KEEP = "keep"
    REFUSE = "refuse"


class WebhookStream(PushStream):
    """One kind of records in what is sent."""

    when: Expression | None = Field(
        None,
        description="An expression over the record; the stream takes those for which it is true, all unless given.",
        examples=["type = 'invoice.paid'", "_headers.`x-github-event` = 'push'"],
    )
    records: Expression | None = Field(
        None,
        description="Where the body has the records; unless given it is one, or a list of them.",
        examples=["items", "data.object"],
    )


class WebhookSettings(PushSettings):
    """Requests to the hub. Each record has `_headers` beside its own fields, where `headers` names some."""

    auth: Auth = Field(
        description="How a request shows who sent it.", examples=[{"token": {"header": "X-Token", "secretFile": "t"}}]
    )
    headers: tuple[Header, ...] = Field(
        (), description="Headers that records have in `_headers`, by their names in lower case.", examples=[["X-Topic"]]
    )
    delivery: Expression | None = Field(
        None,
        description="An expression over the body that names the delivery. One of a name that was taken in the last "
        "seven days is not taken again.",
        examples=["id", "_headers.`x-github-delivery`"],
    )
    form_field: str | None = Field(
        None, description="The field of a form that has the JSON, for senders that send one.", examples=["payload"]
    )
    path: StreamName | None = Field(
        None,
        description="What a sender adds to the URL by itself: `/hooks/<connector>/<path>` is then for all streams.",
        examples=["capture"],
    )
    max_body: Bytes = Field(1024**2, description="The largest body in bytes.", examples=["256KiB"])
    unmapped: Unmapped = Field(
        Unmapped.KEEP,
        description="`keep` sets a record aside that can't be mapped, and answers 202. `refuse` answers 422 with every "
        "reason, and takes nothing of the request.",
        examples=["refuse"],
    )
    streams: Mapping[StreamName, WebhookStream] = Field(
        min_length=1, description="What is taken, by a name of your own."
    )

    @model_validator(mode="after")
    def _no_secret_shown(self) -> WebhookSettings:
        shown = {name.lower() for name in self.headers}
        for name in _secret_headers(self.auth):
            if name.lower() in shown:
                raise ValueError(f"has the header {name} of `auth` in `headers`, where it would be kept; leave it out")
        return self

    def secret_files(self) -> Mapping[str, Path]:
        auth = self.auth
        owners = {"signature": auth.signature, "token": auth.token}
        return {f"auth.{name}.secretFile": owner.secret_file for name, owner in owners.items() if owner is not None}


def _secret_headers(auth: Auth) -> Iterator[str]:
    if auth.signature is not None:
        yield auth.signature.header
    if auth.token is not None and auth.token.header is not None:
        yield auth.token.header
