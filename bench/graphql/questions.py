"""What is asked, in the words of each server, and what makes equal answers of theirs.

No times are asked for: `@neo4j/graphql` writes them by a function of APOC, a plugin that the server here has not.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.graphql.plant import LEVELS, STATUSES, Plant, lot_id
from schema.json import canonical

Variables = dict[str, Any]
Draw = Callable[[random.Random, Plant], Variables]

_ONES = ("definition", "storedAt")


@dataclass(frozen=True, slots=True)
class Question:
    """A question; what it is asked with is drawn anew each time."""

    name: str
    draw: Draw
    hub: str
    """For the hub, and for strawberry's resolvers by hand, whose schema is of the same form."""
    library: str
    """For `@neo4j/graphql`."""
    cypher: str
    """By hand: gives one row with what GraphQL would give as `data`."""

    def variables(self, plant: Plant, count: int) -> list[Variables]:
        """What it is asked with so often; the same each time."""
        draw = random.Random(self.name)
        return [self.draw(draw, plant) for _ in range(count)]


def comparable(answer: Any) -> Any:
    """An answer without what is a matter of form: connections, lists of one, the order of lists and members."""
    if isinstance(answer, list):
        return sorted((comparable(each) for each in answer), key=canonical)
    if not isinstance(answer, Mapping):
        return answer
    if answer.keys() == {"aggregate"}:
        return _figures(answer["aggregate"])
    if answer.keys() == {"nodes"}:
        return comparable(answer["nodes"])
    members: dict[str, Any] = {}
    for key, value in answer.items():
        if isinstance(value, Mapping) and value.keys() == {"value", "unit"}:
            members |= {key: value["value"], f"{key}_unit": value["unit"]}
        else:
            members[key] = _member(key, value)
    return members


def data(answer: Mapping[str, Any]) -> Any:
    """What the one root field of an answer gives; the one thing of a list where that is what was asked for."""
    ((_, found),) = answer["data"].items()
    found = comparable(found)
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def _member(key: str, value: Any) -> Any:
    if key in _ONES and isinstance(value, list):
        (value,) = value
    return comparable(value)


def _figures(aggregate: Mapping[str, Any]) -> Any:
    """What the library gives, in the hub's form. It adds up whatever unit: here all is in kilograms."""
    quantity = [{"value": aggregate["node"]["quantity"]["sum"], "unit": "kg"}]
    return {"count": aggregate["count"]["nodes"], "sum": {"quantity": quantity}}


def _any_lot(draw: random.Random, plant: Plant) -> Variables:
    return {"id": lot_id(draw.randrange(plant.count))}


def _finished_lot(draw: random.Random, plant: Plant) -> Variables:
    return {"id": lot_id(draw.choice(plant.level(LEVELS - 1)))}


def _line(draw: random.Random, plant: Plant) -> Variables:
    return {"path": plant.path(draw.randrange(plant.lines))}


def _area(draw: random.Random, plant: Plant) -> Variables:
    return {"path": plant.area(draw.randrange(plant.lines)), "status": draw.choice(STATUSES)}


def _nested(levels: int, opening: str, closing: str) -> str:
    """The parts of a lot, of its parts and so on, in GraphQL."""
    below = f" assembledFrom{opening} {_nested(levels - 1, opening, closing)} {closing}" if levels else ""
    return f"id name status{below}"


def _nested_cypher(levels: int, of: str) -> str:
    """The same as a map projection."""
    if not levels:
        return f"{of} {{.id, .name, .status}}"
    part = f"p{levels}"
    inner = _nested_cypher(levels - 1, part)
    return (
        f"{of} {{.id, .name, .status, assembledFrom: "
        f"COLLECT {{ MATCH ({of})-[:ASSEMBLED_FROM]->({part}:MaterialLot) RETURN {inner} }}}}"
    )


_ROW = "id name status quantity { value unit } path definition { id name } storedAt { id name }"
_LIBRARY_ROW = "id name status quantity quantity_unit path definition { id name } storedAt { id name }"
_ROW_CYPHER = (
    "n {.id, .name, .status, .path, quantity: {value: n.quantity, unit: n.quantity_unit}, "
    "definition: d {.id, .name}, storedAt: z {.id, .name}}"
)
_LINKS = "MATCH (n)-[:DEFINED_BY]->(d:MaterialDefinition) MATCH (n)-[:STORED_AT]->(z:Equipment)"
_DEPTH = LEVELS - 1

QUESTIONS: Sequence[Question] = (
    Question(
        "look-up with two links",
        _any_lot,
        f"query LookUp($id: ID!) {{ materialLot(id: $id) {{ {_ROW} }} }}",
        f"query LookUp($id: ID!) {{ materialLots(where: {{id: {{eq: $id}}}}) {{ {_LIBRARY_ROW} }} }}",
        f"MATCH (n:MaterialLot {{id: $id}}) {_LINKS} RETURN {{materialLot: {_ROW_CYPHER}}}",
    ),
    Question(
        "100 rows with two links",
        _line,
        "query List($path: String!) "
        f"{{ materialLots(where: {{path: {{eq: $path}}}}, first: 100) {{ nodes {{ {_ROW} }} }} }}",
        "query List($path: String!) { materialLots(where: {path: {eq: $path}}, limit: 100, sort: [{id: ASC}]) "
        f"{{ {_LIBRARY_ROW} }} }}",
        "MATCH (n:MaterialLot&Thing {path: $path}) WITH n ORDER BY n.id LIMIT 100 "
        f"{_LINKS} RETURN {{materialLots: {{nodes: collect({_ROW_CYPHER})}}}}",
    ),
    Question(
        "genealogy of five levels",
        _finished_lot,
        f"query Genealogy($id: ID!) {{ materialLot(id: $id) {{ {_nested(_DEPTH, '(first: 5) { nodes {', '} }')} }} }}",
        f"query Genealogy($id: ID!) {{ materialLots(where: {{id: {{eq: $id}}}}) {{ {_nested(_DEPTH, ' {', '}')} }} }}",
        f"MATCH (n:MaterialLot {{id: $id}}) RETURN {{materialLot: {_nested_cypher(_DEPTH, 'n')}}}",
    ),
    Question(
        "filtered figures",
        _area,
        "query Figures($path: String!, $status: MaterialLotStatus!) "
        "{ materialLotsAggregate(where: {path: {startsWith: $path}, status: {eq: $status}}) "
        "{ count sum { quantity { value unit } } } }",
        "query Figures($path: String!, $status: String!) "
        "{ materialLotsConnection(where: {path: {startsWith: $path}, status: {eq: $status}}) "
        "{ aggregate { count { nodes } node { quantity { sum } } } } }",
        "MATCH (n:MaterialLot&Thing) WHERE n.path STARTS WITH $path AND n.status = $status "
        "WITH n.quantity_unit AS unit, count(*) AS count, sum(n.quantity) AS value "
        "RETURN {materialLotsAggregate: "
        "{count: sum(count), sum: {quantity: collect({value: value, unit: unit})}}}",
    ),
)
