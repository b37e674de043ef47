"""Requests that go inside others: `/json/2/{model}/{method}` with a body becomes a call of JSON-RPC."""

from __future__ import annotations

import re
from functools import cache

from connectors.kinds.rest.fill import filled
from connectors.kinds.rest.settings import Asking, Envelope
from schema.json import Json

_PLACEHOLDER = re.compile(r"\\\{([a-z]+)\\\}")


def into(envelope: Envelope, asking: Asking, body: Json) -> Json:
    """The body that a request has inside the other; None where its path has not the form."""
    match = _form(envelope.form).fullmatch(asking.path)
    if match is None or asking.method != "POST":
        return None
    return filled(envelope.body, {**match.groupdict(), "body": body})


@cache
def _form(text: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(r"(?P<\1>[^/]+)", re.escape(text)))
