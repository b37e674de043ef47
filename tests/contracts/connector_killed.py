"""A process that is killed while it loads, and what the broker has heard by then."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.load import Connector
from tests.contracts.connector_plant import COUNT, PAGE, Plant
from tests.servers import Mosquitto
from tests.system.hub_process import PATIENCE, unshub

LOAD = 10 * COUNT
LOT = re.compile(r'"id":"(L\d+)"')


class KilledContract:
    """Every kind that reads."""

    @pytest.mark.slow
    def test_a_process_that_is_killed_in_mid_load_is_gone_on_from(
        self, plant: Plant, mes: Connector, mosquitto: Mosquitto, tmp_path: Path
    ) -> None:
        plant.put(0, LOAD)
        flags = ["--connectors", str(tmp_path), "--data", str(tmp_path / "data"), "--broker", mosquitto.url]
        command = unshub("connectors", "run", "mes", "--json", *flags)
        with listening(mosquitto, tmp_path / "heard") as heard:
            for least in (1, LOAD // 3):
                process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                while process.poll() is None and len(LOT.findall(heard.read_text())) < least:
                    time.sleep(0.01)
                process.kill()
                assert process.wait() != 0, "the run has ended before it could be killed"
            arrived = settled(heard)
            ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stderr
            read = json.loads(ran.stdout)["read"]
            settled(heard)
            told = LOT.findall(heard.read_text())
        assert len(arrived) < LOAD == len(set(told))
        # Of what the broker had acknowledged, the last page may not have been kept yet; its messages come again.
        assert read <= LOAD - len(arrived) + PAGE + plant.again
        assert len(told) <= LOAD + 2 * (2 * PAGE + plant.again)


@contextmanager
def listening(broker: Mosquitto, file: Path) -> Iterator[Path]:
    """A file with all payloads that the broker hears."""
    with file.open("wb") as heard:
        command = ["mosquitto_sub", "-p", str(broker.port), "-q", "1", "-t", "uns/#", "-t", "ready", "-v"]
        process = subprocess.Popen(command, stdout=heard)
    try:
        while not file.stat().st_size:
            subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-t", "ready", "-m", "ready"], check=True)
            time.sleep(0.02)
        yield file
    finally:
        process.terminate()
        process.wait()


def settled(heard: Path) -> set[str]:
    """The lots that were heard, when nothing more comes."""
    before = -1
    end = time.monotonic() + PATIENCE
    while (size := heard.stat().st_size) != before and time.monotonic() < end:
        before = size
        time.sleep(0.3)
    return set(LOT.findall(heard.read_text()))
