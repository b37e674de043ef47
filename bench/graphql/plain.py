"""GraphQL as strawberry's first steps have it: `python -m bench.graphql.plain PORT LADYBUG_FILE`.

A class for each kind, and a resolver for each link that runs a statement of its own; on a copy of the hub's graph.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import Enum
from typing import Any

import ladybug
import strawberry
import uvicorn
from starlette.applications import Starlette
from strawberry.asgi import GraphQL

_FIGURES = (
    "MATCH (l:MaterialLot) WHERE starts_with(l.path, $path) AND l.status = $status "
    "RETURN l.quantity_unit, count(*), sum(l.quantity)"
)
_LOT = "l.id, l.name, l.status, l.quantity, l.quantity_unit, l.path"


@strawberry.enum
class MaterialLotStatus(Enum):
    RELEASED = "RELEASED"
    AWAITING_RELEASE = "AWAITING_RELEASE"
    BLOCKED = "BLOCKED"
    IN_PROCESS = "IN_PROCESS"
    SHIPPED = "SHIPPED"


class Graph:
    """A file, open in this process alone."""

    def __init__(self, path: str) -> None:
        self._connection = ladybug.Connection(ladybug.Database(path))

    def rows(self, cypher: str, **parameters: Any) -> Sequence[Any]:
        result: Any = self._connection.execute(cypher, parameters)
        return list(result)

    def lots(self, cypher: str, first: int, **parameters: Any) -> list[MaterialLot]:
        """The lots `l` that the beginning of a statement finds, in order of id."""
        rows = self.rows(f"{cypher} RETURN {_LOT} ORDER BY l.id LIMIT $first", first=first, **parameters)
        return [self._lot(*row) for row in rows]

    def _lot(self, id_: str, name: str, status: str, value: float, unit: str, path: str) -> MaterialLot:
        quantity = Quantity(value=value, unit=unit)
        return MaterialLot(id=strawberry.ID(id_), name=name, status=status, quantity=quantity, path=path, graph=self)


@strawberry.type
class Named:
    id: strawberry.ID
    name: str


@strawberry.type
class Quantity:
    value: float
    unit: str


@strawberry.type
class MaterialLot:
    id: strawberry.ID
    name: str
    status: str
    quantity: Quantity
    path: str
    graph: strawberry.Private[Graph]

    @strawberry.field
    def definition(self) -> Named | None:
        return self._named("DEFINED_BY", "MaterialDefinition")

    @strawberry.field
    def stored_at(self) -> Named | None:
        return self._named("STORED_AT", "Equipment")

    @strawberry.field
    def assembled_from(self, first: int) -> MaterialLots:
        parts = "MATCH (:MaterialLot {id: $id})-[:ASSEMBLED_FROM]->(l:MaterialLot)"
        return MaterialLots(nodes=self.graph.lots(parts, first, id=self.id))

    def _named(self, relationship: str, kind: str) -> Named | None:
        found = f"MATCH (:MaterialLot {{id: $id}})-[:{relationship}]->(n:{kind}) RETURN n.id, n.name"
        rows = self.graph.rows(found, id=self.id)
        return Named(id=rows[0][0], name=rows[0][1]) if rows else None


@strawberry.type
class MaterialLots:
    nodes: list[MaterialLot]


@strawberry.type
class Sum:
    quantity: list[Quantity]


@strawberry.type
class Figures:
    count: int
    sum: Sum


@strawberry.input
class Text:
    eq: str | None = None
    starts_with: str | None = None


@strawberry.input
class Status:
    eq: MaterialLotStatus


@strawberry.input
class Where:
    path: Text
    status: Status | None = None


@strawberry.type
class Query:
    @strawberry.field
    def material_lot(self, info: strawberry.Info, id: strawberry.ID) -> MaterialLot | None:
        found = _graph(info).lots("MATCH (l:MaterialLot) WHERE l.id = $id", 1, id=id)
        return found[0] if found else None

    @strawberry.field
    def material_lots(self, info: strawberry.Info, where: Where, first: int) -> MaterialLots:
        return MaterialLots(
            nodes=_graph(info).lots("MATCH (l:MaterialLot) WHERE l.path = $path", first, path=where.path.eq)
        )

    @strawberry.field
    def material_lots_aggregate(self, info: strawberry.Info, where: Where) -> Figures:
        assert where.status is not None
        rows = _graph(info).rows(_FIGURES, path=where.path.starts_with, status=where.status.eq.value)
        quantity = [Quantity(value=value, unit=unit) for unit, _, value in rows]
        return Figures(count=sum(row[1] for row in rows), sum=Sum(quantity=quantity))


def _graph(info: strawberry.Info) -> Graph:
    found: Graph = info.context["graph"]
    return found


class _Api(GraphQL[Any, None]):
    def __init__(self, graph: Graph) -> None:
        super().__init__(strawberry.Schema(Query))
        self._graph = graph

    async def get_context(self, request: Any, response: Any) -> Any:
        return {"request": request, "response": response, "graph": self._graph}


def main(port: int, path: str) -> None:
    """Serves until it is killed."""
    app = Starlette()
    app.add_route("/graphql", _Api(Graph(path)))  # type: ignore[arg-type]
    uvicorn.run(app, port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
