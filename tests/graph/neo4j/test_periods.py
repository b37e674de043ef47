"""Walks within a window of time on Neo4j, held to the contract of every graph store."""

from __future__ import annotations

from tests.contracts.graph_periods import PERIODS, GraphPeriodsContract
from tests.graph.neo4j.on_server import OnServer


class TestNeo4jPeriods(OnServer, GraphPeriodsContract):
    model = PERIODS
