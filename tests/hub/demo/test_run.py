"""The demo from end to end: a hub over a real broker, the plant's systems, and the questions asked over HTTP."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from connectors.wire.address import Address
from hub.app import Hub
from hub.demo import answers
from hub.demo.plant import Plant
from hub.demo.run import Options, run
from hub.demo.show import LOOK, Show, ask
from hub.settings import Settings
from tests.servers import free_port, missing, mosquitto_path

SUPPLIERS = """\
SH-7003 to Seemarkt
└── 10,000 pcs  LEM-2603 Lemonade 0.5 L, made in JO-1009
    ├── 12,100 L  BEV-2602 Lemonade before filling, made in JO-1008
    │   ├── 4,000 kg  SYR-2602 Lemon syrup, made in JO-1007
    │   │   ├── 34 kg  CIT-2601 Citric acid E 330 · Citra Chemie CC-5531
    │   │   ├── 8 kg  FLA-2601 Lemon flavour B · Aroma Lindner AL-7781
    │   │   └── 3,960 kg  SOL-2602 Sugar solution, made in JO-1006
    │   │       ├── 3,000 kg  SUG-2601 Beet sugar · Seefeld Zucker ZK-88121
    │   │       ├── 2,280 kg  SUG-2602 Beet sugar · Seefeld Zucker ZK-88197
    │   │       └── 2,720 kg  WAT-2611 Treated water
    │   └── 16,800 kg  WAT-2611 Treated water
    ├── 24,060 pcs  BOT-2601 Bottle 0.5 L · Plastfix PF-51-1
    └── 24,100 pcs  CAP-2601 Screw cap · Plastfix PF-60-4
"""

FAILED = """\
R-2021  pH 3.31, allowed 2.8 to 3.2, measured 03-12 15:40
        lot LEM-2606, made in JO-1014
        pH meter, calibration ran out 03-08 08:00
R-2019  torque 0.85 N.m, allowed 1 to 1.8, measured 03-12 15:30
        lot LEM-2604, made in JO-1013
        Torque meter, calibrated until 07-31 08:00
R-2003  dry matter 67.4 %, allowed 64 to 66, measured 03-11 13:00
        lot SYR-2603, made in JO-1010
        Refractometer, calibrated until 06-11 08:00
"""

DISAGREEMENTS = """\
lot                      on its    system  says        since
LEM-2603 Lemonade 0.5 L  quantity  mes     13,940 pcs  03-12 09:05  counts
                                   erp     14,000 pcs  03-12 09:00
LEM-2603 Lemonade 0.5 L  status    qms     BLOCKED     03-13 06:30  counts
                                   lims    RELEASED    03-11 15:00
                                   mes     RELEASED    03-11 16:00
SUG-2602 Beet sugar      quantity  mes     1,628 kg    03-13 06:05  counts
                                   erp     1,740 kg    03-13 06:00
"""


def settings(folder: Path, broker: str) -> Settings:
    http, mqtt = Address("127.0.0.1", free_port()), Address("127.0.0.1", free_port())
    return Settings(data=folder, http=http, mqtt=mqtt, broker=broker)


@pytest.mark.parametrize("broker", ["amqtt", "mosquitto"])
async def test_it_answers_its_questions_over_either_broker(tmp_path: Path, broker: str) -> None:
    if broker == "mosquitto":
        mosquitto_path()
    console = Console(file=StringIO(), width=100, soft_wrap=True)
    async with asyncio.timeout(60):
        await run(settings(tmp_path, broker), Options(once=True, fixed=True), Show(console))
    assert isinstance(console.file, StringIO)
    printed = re.sub(r" +$", "", console.file.getvalue(), flags=re.MULTILINE)
    for answer in (SUPPLIERS, FAILED, DISAGREEMENTS):
        assert answer in printed
    for question in answers.questions():
        assert question.document in printed, "a question can't be pasted as it is printed"
    assert "6 messages refused" in printed


class Watched(Show):
    """Tells when the questions are answered, and gives the hub."""

    def __init__(self) -> None:
        super().__init__(Console(file=StringIO()))
        self.hub: asyncio.Queue[Hub] = asyncio.Queue()

    async def answers(self, hub: Hub, plant: Plant) -> None:
        await self.hub.put(hub)


async def test_it_lives_on_until_it_is_ended(tmp_path: Path) -> None:
    show = Watched()
    demo = asyncio.create_task(run(settings(tmp_path, "amqtt"), Options(speed=60), show))
    async with asyncio.timeout(60):
        hub = await show.hub.get()
        before = (await hub.journal.status()).events
        changes = hub.changes.subscribe()
        await anext(changes)
        hub.changes.leave(changes)
        while (await hub.journal.status()).events <= before:
            await asyncio.sleep(0.05)
        demo.cancel()
        with pytest.raises(asyncio.CancelledError):
            await demo


class Told(Show):
    """Gives the hub when all is printed; asks no questions."""

    def __init__(self) -> None:
        self.printed = StringIO()
        super().__init__(Console(file=self.printed, soft_wrap=True))
        self.hub: asyncio.Queue[Hub] = asyncio.Queue()

    async def answers(self, hub: Hub, plant: Plant) -> None:
        pass

    def addresses(self, hub: Hub, plant: Plant) -> None:
        super().addresses(hub, plant)
        self.hub.put_nowait(hub)


@pytest.mark.parametrize("client", ["mosquitto_pub", "unshub publish"])
async def test_the_command_it_shows_publishes_a_lot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    folders = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    program = shutil.which(client.split()[0], path=folders)
    if program is None:
        missing(client, "install Mosquitto's clients")
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / Path(program).name).symlink_to(program)
    show = Told()
    demo = asyncio.create_task(run(settings(tmp_path / "data", "amqtt"), Options(), show))
    async with asyncio.timeout(60):
        hub = await show.hub.get()
        (command,) = [line for line in show.printed.getvalue().splitlines() if line.startswith(client)]
        ran = await asyncio.create_subprocess_exec("/bin/sh", "-c", command)
        assert await ran.wait() == 0
        lot = {"quantity": {"value": 25, "unit": "kg"}, "sources": [{"system": "mes"}]}
        while (await asyncio.to_thread(ask, hub.settings.http.url, LOOK))["materialLot"] != lot:
            await asyncio.sleep(0.05)
        demo.cancel()
        with pytest.raises(asyncio.CancelledError):
            await demo
