"""The tour in the README, run as a reader would run it, against a hub of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers import free_port, missing

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
STEP = re.compile(r"^<!-- tour: (\w+) -->\n```sh\n(.*?)^```\n(?:\n```json\n(.*?)^```)?", re.MULTILINE | re.DOTALL)
PATIENCE = 30.0

pytestmark = pytest.mark.slow


class Reader:
    """Types what the README says, with the ports of this hub in place of the usual ones."""

    def __init__(self, folder: Path) -> None:
        self.ports = {"8080": str(free_port()), "1883": str(free_port())}
        self._folder = folder
        self._environment = os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "UNSHUB_HTTP": f"127.0.0.1:{self.ports['8080']}",
            "UNSHUB_MQTT": f"127.0.0.1:{self.ports['1883']}",
        }

    def start(self, commands: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                commands.split(), cwd=self._folder, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )

    @contextmanager
    def hub(self, command: str) -> Iterator[None]:
        """A hub that is ready, while the block runs."""
        hub = self.start(command)
        try:
            _until(lambda: '"ready":true' in self.type("curl -s http://127.0.0.1:8080/readyz || true"), hub)
            yield
        finally:
            hub.send_signal(signal.SIGINT)
            assert hub.wait(PATIENCE) in (0, 130)

    def type(self, commands: str) -> str:
        for usual, own in self.ports.items():
            commands = re.sub(rf"\b{usual}\b", own, commands)
        ran = subprocess.run(
            ["bash", "-e", "-c", commands], cwd=self._folder, env=self._environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, f"{commands}\n{ran.stdout}{ran.stderr}{(self._folder / 'log').read_text()}"
        return ran.stdout


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader whose hub runs."""
    for program in ("mosquitto_pub", "curl"):
        if shutil.which(program) is None:
            missing(program, "install mosquitto-clients and curl")
    reader = Reader(tmp_path)
    (start,) = (commands for step, commands, _ in STEP.findall(README) if step == "start")
    with reader.hub(start):
        yield reader


def _until(holds: Any, hub: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert hub.poll() is None, "the hub ended"
        assert time.monotonic() < deadline, "the hub did not become ready"
        time.sleep(0.05)


def test_the_tour_shows_what_it_says(reader: Reader) -> None:
    steps = STEP.findall(README)
    assert {step for step, _, _ in steps} == {"start", "run", "answer"}
    for step, commands, expected in steps:
        if step == "run":
            reader.type(commands)
        elif step == "answer":
            assert _answer(reader, commands, json.loads(expected)) == json.loads(expected)


def _answer(reader: Reader, commands: str, expected: Any) -> Any:
    """The answer, asked again for a second: that is how long a message may take to be in the graph."""
    deadline = time.monotonic() + 1.0
    while (answer := json.loads(reader.type(commands))) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer
