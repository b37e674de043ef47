"""Each benchmark runs and says what it measured, as people and as machines read it. Nothing here is timed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import BENCHMARKS
from bench.measure import Measure
from tests.servers import mosquitto_path

ROOT = Path(__file__).parents[2]


BY_HAND = {"graphql"}
"""Starts five servers, and is run by hand. With ten times as much to do as the machine has cores, it failed twice when
this was looked for: the hub that it starts was not ready in time beside a Neo4j that had just started."""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in BENCHMARKS if name not in BY_HAND])
def test_a_benchmark_prints_one_line_of_json_a_measure(name: str) -> None:
    mosquitto_path()
    command = [sys.executable, "-m", "bench", name, "--json", "--runs", "1", "--count", "20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines
    for line in lines:
        assert line.keys() - {"shares"} == {"name", "value", "unit", "floor", "ratio", "runs"}
        assert ("shares" in line) == (name == "hubs")
        assert line["value"] > 0 and line["floor"] > 0 and line["ratio"] > 0 and line["runs"] == 1


def test_a_ratio_is_that_of_the_pace() -> None:
    """Half the pace and twice the time are both 0.5."""
    assert Measure("a", 50, "objects/s", 100, "", 1).ratio == 0.5
    assert Measure("a", 20, "ms", 10, "", 1).ratio == 0.5
