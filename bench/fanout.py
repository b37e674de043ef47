"""The floor of many subscribers: `python -m bench.fanout PORT`, a server that sends what one client says to all others.

It speaks WebSocket by the same library as the hub, and does nothing besides.
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.http.sockets import Sockets

_listening: list[WebSocket] = []


async def crowd(socket: WebSocket) -> None:
    """One who listens."""
    await socket.accept()
    _listening.append(socket)
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def speaker(socket: WebSocket) -> None:
    """The one who speaks to all."""
    await socket.accept()
    try:
        while True:
            text = await socket.receive_text()
            for each in _listening:
                await each.send_text(text)
    except WebSocketDisconnect:
        return


def main(port: int) -> None:
    """Serves until it is ended."""
    app = Starlette(routes=[WebSocketRoute("/crowd", crowd), WebSocketRoute("/speaker", speaker)])
    uvicorn.run(app, host="127.0.0.1", port=port, ws=Sockets, log_level="critical", lifespan="off")


if __name__ == "__main__":
    main(int(sys.argv[1]))
