"""A system over HTTP as they are met in plants: every way to page and to sign in, and the bad habits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SECRET = "geheim-4711"


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: Any
    url: str

    def number(self, name: str, otherwise: int) -> int:
        return int(self.params.get(name, otherwise))


@dataclass
class Answer:
    """What is answered."""

    body: Any = None
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Answers = Callable[[Asked], Answer]


@dataclass
class Api:
    """The system. Its lots are in `lots`; a test may put an answer of its own before the usual ones."""

    port: int = 0
    lots: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    first: Answers | None = None
    most: int = 1000
    """So many records come at most, whatever is asked for."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if asked.path.startswith("/inputs/"):
            return self._inputs(unquote(asked.path.removeprefix("/inputs/")))
        if self.first is not None and (own := self.first(asked)).code:
            return own
        return getattr(self, asked.path.strip("/").replace("/", "_").replace("-", "_"))(asked)  # type: ignore[no-any-return]

    def _slice(self, offset: int, size: int) -> list[dict[str, Any]]:
        return self.lots[offset : offset + min(size, self.most)]

    def _inputs(self, lot: str) -> Answer:
        found = next((each for each in self.lots if each["no"] == lot), {})
        return Answer([{"lot": each} for each in found["inputs"]]) if "inputs" in found else Answer(None, 404)

    def bare(self, asked: Asked) -> Answer:
        return Answer(self.lots)

    def offset(self, asked: Asked) -> Answer:
        return Answer({"items": self._slice(asked.number("offset", 0), asked.number("limit", 50))})

    def more(self, asked: Asked) -> Answer:
        offset, limit = asked.number("offset", 0), asked.number("limit", 50)
        return Answer({"items": self._slice(offset, limit), "has_more": offset + limit < len(self.lots)})

    def page(self, asked: Asked) -> Answer:
        size = asked.number("size", 50)
        return Answer(self._slice(asked.number("page", 0) * size, size))

    def cursor(self, asked: Asked) -> Answer:
        begin = asked.number("after", 0)
        following = begin + 3 if begin + 3 < len(self.lots) else None
        return Answer({"data": self._slice(begin, 3), "meta": {"next": following}})

    def odata(self, asked: Asked) -> Answer:
        begin = asked.number("$skiptoken", 0)
        body: dict[str, Any] = {"value": self._slice(begin, 3)}
        if begin + 3 < len(self.lots):
            body["@odata.nextLink"] = f"odata?$skiptoken={begin + 3}"
        return Answer(body)

    def odata2(self, asked: Asked) -> Answer:
        begin = asked.number("$skip", 0)
        following = {"__next": f"{self.url}/odata2?$skip={begin + 3}"} if begin + 3 < len(self.lots) else {}
        return Answer({"d": {"results": self._slice(begin, 3), **following}})

    def link(self, asked: Asked) -> Answer:
        begin = asked.number("from", 0)
        following = {"Link": f'</link?from={begin + 3}>; rel="next"'} if begin + 3 < len(self.lots) else {}
        return Answer(self._slice(begin, 3), headers=following)

    def range(self, asked: Asked) -> Answer:
        begin, end = map(int, asked.headers["range"].removeprefix("items=").split("-"))
        if begin >= len(self.lots):
            return Answer(None, 416)
        return Answer(self._slice(begin, end - begin + 1), 206)

    def search(self, asked: Asked) -> Answer:
        """A query by POST, as Atlas has it."""
        assert asked.method == "POST"
        size = asked.body["pageSize"]
        assert isinstance(size, int)
        return Answer({"content": self._slice(asked.body["pageNum"] * size, size)})

    def since(self, asked: Asked) -> Answer:
        begin = asked.params.get("modified_since", "")
        found = [lot for lot in self.lots if lot["changed"] >= begin]
        offset = asked.number("offset", 0)
        return Answer({"items": found[offset : offset + asked.number("limit", len(found))]})

    def stuck(self, asked: Asked) -> Answer:
        """Ignores in silence which page is asked for."""
        return Answer({"items": self._slice(0, 3)})

    def refusing(self, asked: Asked) -> Answer:
        """Errors come with 200, as Odoo has them."""
        return Answer({"error": {"message": "no such field\nTraceback: password geheim", "code": 200}})

    def rpc(self, asked: Asked) -> Answer:
        domain, offset, limit = asked.body["params"]
        return (
            Answer({"id": asked.body["id"], "result": self._slice(offset, limit)})
            if domain == []
            else Answer(None, 400)
        )

    def whoami(self, asked: Asked) -> Answer:
        known = asked.headers.get("authorization") == "Basic " + base64.b64encode(f"reader:{SECRET}".encode()).decode()
        return Answer({"items": [{"authenticated": known}]})

    def empty_for_strangers(self, asked: Asked) -> Answer:
        known = "authorization" in asked.headers
        return Answer({"count": len(self.lots) if known else 0, "items": self.lots if known else []})

    def token(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body).items()}
        if form.get("client_secret") != SECRET and form.get("password") != SECRET:
            return Answer({"error": "invalid_client", "sent": form}, 401)
        number = sum(each.path == "/token" for each in self.asked)
        return Answer({"access_token": f"T{number}", "token_type": "Bearer", "expires_in": 3600})

    def login(self, asked: Asked) -> Answer:
        good = asked.body == {"code": "hub", "password": SECRET}
        return Answer(
            {"session": {"token": "S1"}} if good else {"detail": f"bad password {asked.body}"}, 200 if good else 403
        )

    def guarded(self, asked: Asked) -> Answer:
        """Takes each way to sign in."""
        signed = hmac.new(SECRET.encode(), f"{self.url}{asked.url}".encode(), hashlib.sha256).hexdigest()
        headers = asked.headers
        good = (
            headers.get("authorization")
            in (f"Bearer {SECRET}", f"token key:{SECRET}", "Bearer T1", "Session S1", signed)
            or headers.get("authorization") == "Basic " + base64.b64encode(f"reader:{SECRET}".encode()).decode()
            or headers.get("x-api-key") == SECRET
            or asked.params.get("apikey") == SECRET
        )
        return Answer(self.lots if good else {"sent": headers}, 200 if good else 401)


@contextmanager
def api() -> Iterator[Api]:
    """A system that runs."""
    system = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are written apart; each answer would wait for the client's acknowledgement of the head.
        disable_nagle_algorithm = True

        def _do(self) -> None:
            length = int(self.headers.get("content-length", 0))
            raw = self.rfile.read(length)
            parts = urlsplit(self.path)
            json_sent = "json" in self.headers.get("content-type", "")
            asked = Asked(
                self.command,
                parts.path,
                {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(raw) if raw and json_sent else raw.decode(),
                self.path,
            )
            answer = system.answer(asked)
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.code)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _do

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    system.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield system
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
