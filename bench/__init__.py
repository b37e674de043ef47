"""Benchmarks: what the hub does, each measured beside the least that the work could cost on the same machine.

    python -m bench ingest | applied | latency | mqtt | neo4j | bridge | hubs | growth | all
                    [--json] [--runs N] [--count N] [--largest]

A floor is measured in the same run as its figure, by turns, so that a busy machine slows both. `docs/performance.md`
says how to read them.
"""
