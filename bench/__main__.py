"""The command line: `python -m bench NAME [--json] [--runs N] [--count N] [--largest] [--library]`."""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from bench import applied, bridge, connectors, growth, hubs, ingest, latency, mqtt, neo4j, subscribers
from bench.graphql import measured as graphql
from bench.measure import Measure, show
from hub import process

Benchmark = Callable[[int, int | None], Coroutine[Any, Any, list[Measure]]]
"""Takes how often each figure is measured, and how many lots a run takes, None for its own number."""

BENCHMARKS: dict[str, Benchmark] = {
    "ingest": ingest.measure,
    "applied": applied.measure,
    "latency": latency.measure,
    "mqtt": mqtt.measure,
    "neo4j": neo4j.measure,
    "bridge": bridge.measure,
    "connectors": connectors.measure,
    "hubs": hubs.measure,
    "growth": growth.measure,
    "graphql": graphql.measure,
    "subscribers": subscribers.measure,
}


def main() -> None:
    """Runs one benchmark, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the hub beside its floors.")
    parser.add_argument("name", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--json", action="store_true", help="one line of JSON a measure")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured; the median counts (5)")
    parser.add_argument("--count", type=int, help="how many lots a run takes; each benchmark has its own number")
    parser.add_argument("--largest", action="store_true", help="growth: a million lots too")
    parser.add_argument("--library", action="store_true", help="graphql: beside @neo4j/graphql too, which npm fetches")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    process.tune()
    benchmarks: dict[str, Benchmark] = {
        **BENCHMARKS,
        "growth": partial(growth.measure, largest=options.largest),
        "graphql": partial(graphql.measure, library=options.library),
    }
    for name, measure in benchmarks.items():
        if options.name in (name, "all"):
            show(asyncio.run(measure(options.runs, options.count)), as_json=options.json)


if __name__ == "__main__":
    main()
