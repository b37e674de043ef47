"""A system over HTTP in a process of its own, whose lots are told by their number."""

from __future__ import annotations

import json
import multiprocessing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contracts.connector_plant import BEGIN, PAGE
from tests.servers import free_port

_CONTEXT = multiprocessing.get_context("spawn")


class ApiPlant:
    """The system; it keeps its port and its lots over a kill."""

    again = PAGE + 6

    def __init__(self) -> None:
        self.port = free_port()
        self._count = _CONTEXT.Value("i", 0)
        self._process: Any = None

    def config(self) -> dict[str, Any]:
        return {"kind": "rest", "url": f"http://127.0.0.1:{self.port}"}

    def stream(self) -> dict[str, Any]:
        return {
            "path": "/lots",
            "params": {"since": "{since}", "offset": "{offset}", "limit": "{size}"},
            "sinceFormat": "epoch-s",
            "records": "items",
            "pages": {"by": "offset", "size": PAGE},
            "key": "lot",
            "changed": "at",
            "changedFormat": "epoch-s",
            "ordered": True,
            "overlap": 5,
        }

    def put(self, first: int, count: int) -> None:
        self._count.value = first + count

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def start(self) -> None:
        ready = _CONTEXT.Event()
        self._process = _CONTEXT.Process(target=_serve, args=(self.port, self._count, ready))
        self._process.start()
        assert ready.wait(60)


def _serve(port: int, held: Any, ready: Event) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = {name: int(values[0]) for name, values in parse_qs(urlsplit(self.path).query).items()}
            begin = max(0, asked.get("since", BEGIN) - BEGIN) + asked["offset"]
            numbers = range(begin, min(held.value, begin + asked["limit"]))
            items = [{"lot": f"L{number}", "title": f"Lot {number}", "at": BEGIN + number} for number in numbers]
            body = json.dumps({"items": items}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    ready.set()
    server.serve_forever()
