"""A hub that only takes messages, to be killed: `hub_process.py URL FILE` writes each payload as a line of the file."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from connectors.wire.address import Url
from connectors.wire.messages import Inbound
from hub.mqtt.client import MqttClient
from hub.mqtt.limits import BrokerLimits


async def main(url: str, path: str) -> None:
    journal = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def accept(message: Inbound) -> None:
        await asyncio.sleep(0.005)
        os.write(journal, message.payload + b"\n")

    broker = MqttClient(Url.parse(url), client_id="hub-1", prefix="uns/v1", limits=BrokerLimits(in_flight=100))
    await broker.start(accept)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    await broker.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
