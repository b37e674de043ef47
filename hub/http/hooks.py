"""Requests for connectors that are told what happened: `POST /hooks/<connector>`, or `…/<connector>/<stream>`.

Each shows by itself who sent it, and the connector looks at that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.push.doors import Answered, Doors, Posted, TooLarge, TooMuch
from hub.http.web import problem

PATH = "/hooks/"
LATER_SECONDS = "30"
MOST_BYTES = 64 * 1024**2
"""So many bytes of bodies are there at once for one connector: whose they are is known only when they are whole."""
MOST_BYTES_OF_ALL = 4 * MOST_BYTES


class _Room:
    """Room for bodies, shared by all that are being read, or wait for their answer."""

    def __init__(self, size: int) -> None:
        self._left = size

    @contextmanager
    def part(self) -> Iterator[Callable[[int], None]]:
        """Gives what takes some of it, `TooMuch` where none is left; all of it is given back when the block ends."""
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            taken += size
            self._left -= size
            if self._left < 0:
                raise TooMuch

        try:
            yield take
        finally:
            self._left += taken


def routes(opened: Callable[[], Doors | str]) -> list[Route]:
    """The routes of connectors. `opened` gives their doors, or what the hub is doing while there are none."""
    room = _Room(MOST_BYTES_OF_ALL)
    rooms: dict[str, _Room] = defaultdict(lambda: _Room(MOST_BYTES))

    async def hook(request: Request) -> Response:
        name = request.path_params["connector"]
        doors = opened()
        if isinstance(doors, str):
            return _closed(f"the hub is {doors}")
        take = doors.of(name)
        if take is None:
            if name in doors.expected:
                return _closed("the connector is paused, or at work elsewhere")
            return problem(404, "Not Found", "there is no connector of this name that takes requests")
        try:
            # Until it is answered: what waits for the broker is there as well.
            with rooms[name].part() as own, room.part() as of_all:
                return _response(await take(_posted(request, own, of_all)))
        except ClientDisconnect:
            return Response(status_code=400)

    return [
        Route(f"{PATH}{{connector}}", hook, methods=["POST"]),
        Route(f"{PATH}{{connector}}/{{stream}}", hook, methods=["POST"]),
    ]


def _posted(request: Request, *rooms: Callable[[int], None]) -> Posted:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers.setdefault(name, value)

    async def body(most: int) -> bytes:
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > most:
            raise TooLarge
        read = bytearray()
        async for part in request.stream():
            read += part
            for take in rooms:
                take(len(part))
            if len(read) > most:
                raise TooLarge
        return bytes(read)

    return Posted(headers, dict(request.query_params), request.path_params.get("stream"), body)


def _closed(why: str) -> Response:
    response = problem(503, "Service Unavailable", f"{why}; send it again later")
    response.headers["retry-after"] = LATER_SECONDS
    return response


def _response(answered: Answered) -> Response:
    if answered.title:
        response = problem(answered.status, answered.title, answered.detail)
    else:
        response = JSONResponse(dict(answered.told), answered.status)
    response.headers.update(answered.headers)
    return response
