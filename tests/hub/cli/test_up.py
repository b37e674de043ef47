"""A hub that `unshub up` runs, and the commands that work beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.wire.address import Address
from hub.cli.running import RunningHub
from hub.errors import HubError
from tests.hub.cli.conftest import Run
from tests.servers import free_port

pytestmark = pytest.mark.slow

LOT = "uns/v1/acme/north/_source/mes/material-lot/LOT-1"
PATIENCE = 20.0


class Up:
    """`unshub up` in the working folder, with amqtt, which is always there."""

    def __init__(self) -> None:
        self.http, self.mqtt = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        self.api = RunningHub(Address.parse(self.http))
        with Path("log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub.cli", "up", "--log-format", "json", "--broker", "amqtt"],
                env=os.environ | {"UNSHUB_HTTP": self.http, "UNSHUB_MQTT": self.mqtt},
                stdout=log,
                stderr=log,
            )

    def until(self, path: str, *, says: str) -> None:
        """Returns when an answer of the hub's HTTP API holds a text."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if says in json.dumps(self.api.get(path)):
                    return
            except HubError:
                assert self.process.poll() is None, Path("log").read_text()
            assert time.monotonic() < deadline, Path("log").read_text()
            time.sleep(0.02)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture
def up(unshub: Run) -> Iterator[Up]:
    hub = Up()
    try:
        hub.until("/readyz", says='"ready": true')
        yield hub
    finally:
        if hub.process.poll() is None:
            hub.process.kill()
            hub.process.wait()


def test_a_life(unshub: Run, up: Up) -> None:
    """Publish, refuse, list, mend, replay, stop, rebuild: each command beside a real hub."""
    here = ["--http", up.http]
    assert unshub("publish", "--mqtt", up.mqtt, LOT, '{"status": "RELEASED"}').code == 0
    assert unshub("publish", "--mqtt", up.mqtt, "--future-tolerance", "99h", LOT, _tomorrow()).code == 0
    up.until("/api/dead-letters", says="$.observedAt")
    (letter,) = map(json.loads, unshub("dead-letters", "list", "--json", *here).out.splitlines())
    assert letter["topic"] == LOT
    assert unshub("dead-letters", "replay", *here, str(letter["number"])).code == 1
    assert "there is no dead letter 99" in unshub("dead-letters", "replay", *here, "99").err

    doctor = unshub("doctor", "--json", *here, "--mqtt", up.mqtt)
    assert doctor.code == 0, doctor.out
    assert "open in a hub that runs" in doctor.out
    ran = unshub("rebuild")
    assert (ran.code, "in use by process" in ran.err) == (1, True)

    up.until("/api/status", says='"pending": 0')
    assert up.stop() == 0
    assert "the hub is running" in Path("log").read_text()
    assert "amqtt" in Path("log").read_text()
    ran = unshub("rebuild", "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert (told["assertions"], told["differences"], told["old"]) == (1, [], None)
    assert "from 1 assertion in" in unshub("rebuild").out
    assert unshub("doctor").code == 0 or "port" in unshub("doctor").out


def _tomorrow() -> str:
    return json.dumps({"observedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))})


def test_log_lines_are_json(up: Up) -> None:
    assert up.stop() == 0
    lines = [json.loads(line) for line in Path("log").read_text().splitlines() if line.startswith("{")]
    assert lines
    assert all(line.keys() >= {"time", "level", "logger", "message"} for line in lines)


def test_a_taken_port_is_told_with_the_remedy(unshub: Run, up: Up) -> None:
    Path("second").mkdir()
    ran = subprocess.run(
        [sys.executable, "-m", "hub.cli", "up", "--http", up.http, "--mqtt", f"127.0.0.1:{free_port()}"],
        cwd="second",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 1
    assert "choose another with --http" in ran.stderr
    assert f"A hub on another data folder answers at http://{up.http}" in ran.stderr


def test_a_second_hub_on_the_same_data_is_told_which_runs_there(up: Up) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "hub.cli", "up", "--http", f"127.0.0.1:{free_port()}", "--broker", "amqtt"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 1
    expected = f"On unshub-data runs the hub 'unshub', process {up.process.pid}, at http://{up.http}"
    assert expected in ran.stderr
    assert up.stop() == 0
    assert not Path("unshub-data/hub.json").exists()


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5, 0.8, 1.1, 1.4])
def test_an_interrupt_at_any_moment_is_quiet(unshub: Run, seconds: float) -> None:
    """From the first moment that is the command's: while Python itself starts, the last word is Python's."""
    command = subprocess.Popen(
        [sys.executable, "-c", "from hub.start import main; print(flush=True); main()", "up", "--broker", "amqtt"],
        env=os.environ | {"UNSHUB_HTTP": f"127.0.0.1:{free_port()}", "UNSHUB_MQTT": f"127.0.0.1:{free_port()}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None
    command.stdout.readline()
    time.sleep(0.01 + seconds)
    command.send_signal(signal.SIGINT)
    _, told = command.communicate(timeout=PATIENCE)
    assert (command.returncode in (0, 1, 130), "Traceback" in told) == (True, False), (command.returncode, told)
