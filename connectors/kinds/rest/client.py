"""Requests with patience: paced, tried again where that may help, and told in words where it does not.

A body of an error is never repeated: it may hold a traceback, or what the request had in it.
"""

from __future__ import annotations

import contextlib
import logging
import random
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

from connectors.errors import SourceError
from connectors.kinds.rest.auth import GIVEN, auth_of
from connectors.kinds.rest.bounded import ENCODING, bounding
from connectors.kinds.rest.settings import RestSettings
from connectors.kinds.rest.tagged import MARK, plain
from connectors.secret import Secret, hide

ATTEMPTS = 3
FIRST_SECONDS = 0.5
LONGEST_WAIT = 20.0
"""A source that asks for more is left alone by the schedule, and not waited for here."""

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_PLAIN = frozenset({"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"})
_WORD = re.compile(r"[^\s=;,]{8,}")

_REMEDIES = {
    401: "see user and secrets",
    403: "let the connector's user read this",
    404: "see `url` and `path`",
    405: "see `method`",
}


class Client:
    """Asks one source."""

    def __init__(
        self,
        settings: RestSettings,
        secrets: Mapping[str, Secret],
        folder: Path,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        # They log each URL, which may hold a key.
        for chatty in ("httpx", "httpcore"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._settings = settings
        self._sleep = sleep
        self._last = 0.0
        trusted = True if settings.ca_file is None else ssl.create_default_context(cafile=folder / settings.ca_file)
        self._client = httpx.Client(
            auth=auth_of(settings.auth, settings.url, secrets),
            headers={"Accept": "application/json", "Accept-Encoding": ENCODING, **settings.headers},
            timeout=settings.timeout,
            verify=trusted,
            follow_redirects=False,
            event_hooks={"response": [bounding(settings.timeout)]},
        )

    def ask(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        reason: Callable[[Any], str] | None = None,
        good: frozenset[int] = frozenset({httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE}),
    ) -> httpx.Response:
        """The answer; `SourceError` where there is none, or one that is an error and not among the `good` ones.

        `reason` finds in the body of an error what is told of it.
        """
        content = None if body is None else orjson.dumps(body)
        sent = {**(headers or {}), **({} if content is None else {"Content-Type": "application/json"})}
        for attempt in range(1, ATTEMPTS + 1):
            self._pace()
            try:
                response = self._client.request(method, url, params=params or None, headers=sent, content=content)
            except (httpx.TransportError, httpx.TooManyRedirects) as error:
                if attempt == ATTEMPTS:
                    raise SourceError(f"can't reach {_bare(url)}: {error or type(error).__name__}") from None
                self._pause(attempt, 0.0)
                continue
            except (httpx.InvalidURL, UnicodeError) as error:
                raise SourceError(f"can't ask {_bare(url)}: {error}; see `path` and `headers`") from None
            asked = _asked(response)
            if response.status_code in good:
                return response
            if response.status_code not in _AGAIN or attempt == ATTEMPTS or asked > LONGEST_WAIT:
                return _good(response, url, asked, reason)
            self._pause(attempt, asked)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        """Closes connections."""
        self._client.close()

    def _pace(self) -> None:
        if self._settings.rate is not None:
            due = self._last + 1 / self._settings.rate
            if (wait := due - time.monotonic()) > 0:
                self._sleep(wait)
            self._last = time.monotonic()

    def _pause(self, attempt: int, asked: float) -> None:
        self._sleep(max(asked, FIRST_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)))


def json_of(response: httpx.Response, url: str) -> Any:
    """The answer as JSON; `SourceError` where it is none."""
    try:
        answer = orjson.loads(response.content)
        return plain(answer) if MARK in response.content else answer
    except orjson.JSONDecodeError:
        kind = response.headers.get("content-type", "nothing that says what it is")
        raise SourceError(f"{_bare(url)} did not answer in JSON ({kind}); see `url` and `path`") from None


def _good(response: httpx.Response, url: str, asked: float, reason: Callable[[Any], str] | None) -> httpx.Response:
    code = response.status_code
    if code < httpx.codes.MULTIPLE_CHOICES:
        return response
    remedy = f"; {_REMEDIES[code]}" if code in _REMEDIES else ""
    if response.is_redirect:
        remedy = "; it leads elsewhere, which is not followed with credentials: see `url`"
    told = ""
    if reason is not None:
        with contextlib.suppress(orjson.JSONDecodeError):
            told = reason(orjson.loads(response.content))
    message = f"{_bare(url)} answered {code} {response.reason_phrase}{told}{remedy}"
    raise SourceError(hide(message, given(response.request)), asked)


def given(request: httpx.Request) -> Iterator[Secret]:
    """What was given to the source to know who asks: a token too that it gave out itself."""
    yield Secret(request.extensions.get(GIVEN, ""))
    for name, value in request.headers.items():
        if name not in _PLAIN:
            yield from (Secret(word) for word in _WORD.findall(value))


def _asked(response: httpx.Response) -> float:
    """For how many seconds the source asks to be left alone."""
    value = response.headers.get("retry-after", "")
    with contextlib.suppress(ValueError):
        return max(0.0, float(value))
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    return 0.0


def _bare(url: str) -> str:
    """A URL without its parameters, which may hold a key."""
    return url.partition("?")[0]
