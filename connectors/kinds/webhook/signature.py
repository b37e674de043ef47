"""Whether a request comes from whom it must: an HMAC over its body, or a token.

What a request has is compared with what it must have in the same time, whether it is nearly right or not at all.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime

from connectors.errors import SourceError
from connectors.kinds.webhook.settings import Encoding, SecretEncoding, Signature, TimeForm, Timestamp, Token
from connectors.push.doors import Posted
from connectors.secret import Secret

_PLACE = re.compile(r"\{([^{}]*)\}")


def has_token(settings: Token, secret: Secret, posted: Posted) -> bool:
    """Whether a request has the token."""
    given = (
        posted.query.get(settings.parameter or "")
        if settings.header is None
        else posted.headers.get(settings.header.lower())
    )
    if given is None or not given.startswith(settings.prefix):
        return False
    return _same(given.removeprefix(settings.prefix), secret.reveal())


class Signatures:
    """The signatures of one sender."""

    def __init__(self, settings: Signature, secret: Secret) -> None:
        """`SourceError` where the key is not written as the settings say."""
        self._settings = settings
        self._key = _key(settings, secret)

    def wrong(self, posted: Posted, body: bytes) -> str:
        """Why a request is not signed as it must be, for the hub's log; empty where it is."""
        settings = self._settings
        given = posted.headers.get(settings.header.lower())
        if given is None:
            return f"it has no {settings.header}"
        signed_at = ""
        if settings.timestamp is not None:
            signed_at = _told(settings.timestamp, given, posted.headers)
            if wrong := _too_far(settings.timestamp, signed_at):
                return wrong
        places = {"timestamp": signed_at.encode(), "body": body}
        wanted = self._written(hmac.digest(self._key, self._signed(places, posted.headers), settings.algorithm))
        # Each is compared, also behind one that is right.
        right = [_same(each, wanted) for each in self._candidates(given)]
        return "" if any(right) else f"its {settings.header} is not that of its body"

    def _signed(self, places: Mapping[str, bytes], headers: Mapping[str, str]) -> bytes:
        parts = _PLACE.split(self._settings.signed)
        return b"".join(
            (places[part] if part in places else headers.get(part.lower(), "").encode()) if odd % 2 else part.encode()
            for odd, part in enumerate(parts)
        )

    def _written(self, digest: bytes) -> str:
        return digest.hex() if self._settings.encoding is Encoding.HEX else base64.b64encode(digest).decode()

    def _candidates(self, given: str) -> Iterator[str]:
        """The signatures in a header: while a key is changed, a sender may write two."""
        field, prefix = self._settings.field, self._settings.prefix
        values = given.split() if field is None else [value for name, value in _pairs(given) if name == field]
        for value in values:
            if value.startswith(prefix):
                value = value.removeprefix(prefix)
                yield value.lower() if self._settings.encoding is Encoding.HEX else value


def _key(settings: Signature, secret: Secret) -> bytes:
    try:
        key = _decoded(settings.secret_encoding, secret.reveal())
    except (ValueError, binascii.Error):
        raise SourceError(
            f"the key in {settings.secret_file} is not {settings.secret_encoding}; see `secretEncoding`"
        ) from None
    if not key:
        raise SourceError(
            f"the key in {settings.secret_file} is empty, so that anybody could sign; write the key into it"
        )
    return key


def _decoded(encoding: SecretEncoding, text: str) -> bytes:
    match encoding:
        case SecretEncoding.HEX:
            return bytes.fromhex(text)
        case SecretEncoding.BASE64:
            return base64.b64decode(text, validate=True)
    return text.encode()


def _told(timestamp: Timestamp, given: str, headers: Mapping[str, str]) -> str:
    if timestamp.header is not None:
        return headers.get(timestamp.header.lower(), "")
    return next((value for name, value in _pairs(given) if name == timestamp.field), "")


def _too_far(settings: Timestamp, text: str) -> str:
    try:
        seconds = _seconds(settings.format, text)
    except (ValueError, OverflowError):
        return f"it was signed at {text[:40]!r}, which is no time in the form {settings.format}"
    far = abs(time.time() - seconds)
    if not far <= settings.tolerance:
        return f"it was signed {far:.0f} s away from now by the hub's clock"
    return ""


def _seconds(form: TimeForm, text: str) -> float:
    match form:
        case TimeForm.EPOCH_S:
            return float(text)
        case TimeForm.EPOCH_MS:
            return float(text) / 1000
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment.timestamp()


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        yield name, value


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())
