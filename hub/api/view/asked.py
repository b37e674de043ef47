"""What an HTTP request asks for: the parameters of GraphQL over HTTP, from a body or from an address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from hub.api import json_values
from hub.api.view.refused import Refused

MAX_PARAMETERS = 20
"""Parameters of an address; there are five that mean something."""

_EXAMPLE = 'send {"query": "…", "variables": {…}}'

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One well-formed request."""

    query: str | None
    """The document; None where it is named by its id."""
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None


def header(headers: Headers, name: bytes) -> str:
    """A header's value, several of one name in one; empty where there is none."""
    found = [value for key, value in headers if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else b",".join(found).decode("latin-1")


async def body(receive: Receive, headers: Headers, limit: int) -> bytes:
    """The body of a request, up to a size; `Refused` where it is larger."""
    said = header(headers, b"content-length")
    if said.isdigit() and len(said) < 20 and int(said) > limit:
        raise _too_large(limit)
    message = await receive()
    found: bytes = message.get("body", b"")
    more = message.get("more_body", False)
    chunks = [found]
    size = len(found)
    while more and size <= limit:
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        more = message.get("more_body", False)
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    if size > limit:
        raise _too_large(limit)
    return found if len(chunks) == 1 else b"".join(chunks)


def check_content(headers: Headers) -> None:
    """Refuses a body that is not said to be JSON in UTF-8.

    Only that type makes a browser ask the hub before it sends what a page of another site wrote.
    """
    kind, *parameters = (part.strip().lower() for part in header(headers, b"content-type").split(";"))
    if kind != "application/json":
        raise Refused(
            415, f"the request's Content-Type is {kind or 'missing'!r}; send it as application/json", _ACCEPT_POST
        )
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            raise Refused(415, f"the request is said to be {value.strip()!r}; send it in UTF-8", _ACCEPT_POST)
    coding = header(headers, b"content-encoding").strip().lower()
    if coding not in ("", "identity"):
        raise Refused(415, f"the request is compressed as {coding!r}; send it plain", {"Accept-Encoding": "identity"})


_ACCEPT_POST = {"Accept-Post": "application/json"}


def from_body(data: bytes, batch: int = 0) -> Asked | list[Asked]:
    """What a body asks for: one request, or in an array up to `batch` of them."""
    try:
        found = json_values.loads(data)
    except JSONDecodeError as error:
        raise Refused(400, f"the request is no JSON: {error}") from None
    return _several(found, batch) if isinstance(found, list) else _one(found)


def from_address(query_string: bytes) -> Asked:
    """What an address asks for. A parameter that is empty is not given."""
    try:
        pairs = parse_qsl(
            query_string.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except UnicodeDecodeError:
        raise Refused(400, "the address holds what is not UTF-8; encode its parameters as UTF-8") from None
    except ValueError:
        raise Refused(400, f"the address has more than {MAX_PARAMETERS} parameters") from None
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name in given:
            raise Refused(400, f"the address gives `{name[:40]}` more than once; give it once")
        given[name] = value
    query, document_id = given.get("query") or None, given.get("documentId") or None
    if query is None and document_id is None:
        raise Refused(400, "the address has no `query`; ask as /graphql?query={…}, or by POST")
    return Asked(
        query,
        _in_address(given, "variables"),
        given.get("operationName") or None,
        _in_address(given, "extensions"),
        document_id,
    )


def asks(query_string: bytes) -> bool:
    """Whether an address asks for anything."""
    return any(part.startswith((b"query=", b"documentId=")) for part in query_string.split(b"&"))


def _several(found: list[object], batch: int) -> list[Asked]:
    if not batch:
        raise Refused(400, f"the request is an array, and this hub takes one at a time (`limits.batch`); {_EXAMPLE}")
    if not 1 <= len(found) <= batch:
        raise Refused(400, f"the array holds {len(found)} requests; send 1 to {batch} (`limits.batch`)")
    return [_one(each) for each in found]


def _one(found: object) -> Asked:
    if not isinstance(found, dict):
        raise Refused(400, f"the request is no JSON object; {_EXAMPLE}")
    query, document_id = _text(found, "query"), _text(found, "documentId")
    if not query and not document_id:
        raise Refused(400, f"the request has no `query`; {_EXAMPLE}")
    return Asked(
        query or None,
        _object(found.get("variables"), "variables"),
        _text(found, "operationName") or None,
        _object(found.get("extensions"), "extensions"),
        document_id or None,
    )


def _text(found: dict[str, Any], name: str) -> str | None:
    value = found.get(name)
    if value is None or isinstance(value, str):
        return value
    raise Refused(400, f"`{name}` is {_kind(value)}; it is text")


def _object(value: object, name: str) -> dict[str, Any] | None:
    if value is None or isinstance(value, dict):
        return value
    raise Refused(400, f"`{name}` is {_kind(value)}; it is an object by name, or null")


def _in_address(given: dict[str, Any], name: str) -> dict[str, Any] | None:
    text = given.get(name)
    if not text:
        return None
    try:
        found = json_values.loads(text)
    except JSONDecodeError as error:
        raise Refused(400, f"`{name}` in the address is no JSON: {error}") from None
    return _object(found, name)


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "null")


def _too_large(limit: int) -> Refused:
    return Refused(413, f"the request is larger than {limit} bytes; send less, or split it")
