"""A relay before a system, which lets it be killed in the middle of an answer, and no sooner."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from tests.servers import free_port

CHUNK = 4096


class Relay:
    """Takes connections on a port of its own, and hands on what is said in both directions."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self.pause = 0.0
        """Seconds that each few thousand bytes from the system are held back."""
        self._left: int | None = None
        self._cut: Callable[[], None] | None = None
        self.cut = threading.Event()
        """Set as soon as it was cut."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int, kill: Callable[[], None]) -> None:
        """Calls `kill` when so many bytes more have come from the system, in the middle of an answer."""
        self._cut = kill
        self._left = count

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
            back = threading.Thread(target=self._from_system, args=(system, client), daemon=True)
            back.start()
            while data := client.recv(CHUNK):
                system.sendall(data)
            back.join()

    def _from_system(self, system: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := system.recv(CHUNK):
                time.sleep(self.pause)
                passed = self._until_cut(data)
                client.sendall(passed)
                if len(passed) < len(data):
                    break
        for end in (client, system):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _until_cut(self, data: bytes) -> bytes:
        if self._left is None:
            return data
        passed = data[: self._left]
        self._left -= len(passed)
        if len(passed) == len(data):
            return data
        self._left = None
        assert self._cut is not None
        self._cut()
        self.cut.set()
        return passed
