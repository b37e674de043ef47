"""A hub with a mosquitto of its own, which accepts nothing: `mosquitto_process.py BINARY FOLDER PORT`."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from connectors.wire.address import Address
from connectors.wire.messages import Inbound
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.mosquitto import MosquittoBroker


async def main(binary: str, folder: str, port: int) -> None:
    ended = asyncio.Event()

    async def accept(message: Inbound) -> None:
        await ended.wait()

    listen = Address("127.0.0.1", port)
    broker = MosquittoBroker(Path(binary), listen, Path(folder), "hub-1", BrokerLimits(), "uns/v1")
    await broker.start(accept)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    print("started", flush=True)
    await ended.wait()
    await broker.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
