"""The command line: `python -m bench NAME [--json] [--runs N] [--count N]`."""

from __future__ import annotations

import argparse
import asyncio
import logging

from bench import applied, ingest, latency, mqtt
from bench.measure import show
from hub import process

BENCHMARKS = {"ingest": ingest.measure, "applied": applied.measure, "latency": latency.measure, "mqtt": mqtt.measure}


def main() -> None:
    """Runs one benchmark, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the hub beside its floors.")
    parser.add_argument("name", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--json", action="store_true", help="one line of JSON a measure")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured; the median counts (5)")
    parser.add_argument("--count", type=int, help="how many lots a run takes; each benchmark has its own number")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    process.tune()
    for name, measure in BENCHMARKS.items():
        if options.name in (name, "all"):
            show(asyncio.run(measure(options.runs, options.count)), as_json=options.json)


if __name__ == "__main__":
    main()
