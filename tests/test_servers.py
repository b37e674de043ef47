"""The servers that tests start do what the tests rely on."""

from __future__ import annotations

import socket

import pytest

from tests.servers import Mosquitto


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_mosquitto_comes_back_on_its_port(mosquitto: Mosquitto, end: str) -> None:
    getattr(mosquitto, end)()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", mosquitto.port), timeout=1)
    mosquitto.start()
    socket.create_connection(("127.0.0.1", mosquitto.port), timeout=1).close()
