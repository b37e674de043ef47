"""A relay before a system: it can hold answers back, and have the system killed in the middle of one."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from tests.servers import free_port

CHUNK = 65_536
PAGE = 300
"""An answer has at least so many bytes when it has records in it."""


class Relay:
    """Takes connections on a port of its own, and hands on what is said in both directions."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.pause = 0.0
        """Seconds that each answer is held back."""
        self.cut = threading.Event()
        """Set as soon as the system was killed in the middle of an answer."""
        self._target = target
        self._kill: Callable[[], None] | None = None
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_next(self, kill: Callable[[], None]) -> None:
        """Calls `kill` in the middle of the next answer with records, of which half is handed on."""
        self._kill = kill

    def close(self) -> None:
        """Takes no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as system:
            asked = threading.Event()
            back = threading.Thread(target=self._answer, args=(system, client, asked), daemon=True)
            back.start()
            while data := client.recv(CHUNK):
                asked.set()
                system.sendall(data)
            back.join()

    def _answer(self, system: socket.socket, client: socket.socket, asked: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := system.recv(CHUNK):
                if asked.is_set():
                    asked.clear()
                    time.sleep(self.pause)
                if self._kill is not None and len(data) >= PAGE:
                    client.sendall(data[: len(data) // 2])
                    self._cut(self._kill)
                    break
                client.sendall(data)
        for end in (client, system):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _cut(self, kill: Callable[[], None]) -> None:
        self._kill = None
        kill()
        self.cut.set()
