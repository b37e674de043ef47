"""Constraints and indexes of the Neo4j store, derived from the model, and what a database lacks of them.

Nodes have their kind as a label, and `Thing` besides. Five labels are the store's own: `_Identifier` (which thing an
identifier names), `_Withdrawn` (floors of withdrawn records), `_Lane` (what writes lock, see `write`), `_Commit` (which
commit of a lane began and ended last, see `commit`), and `_Model` (the types of the columns written, so that a type
that changed is noticed: Neo4j keeps values as they come).

    unique    id of each kind, key of the store's own nodes, number of lanes
    range     of each kind its enums, its instants, what people look for; the path, and what is the matter, of all
    text      the search text of all things, in trigrams, since a search finds any part of a word
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.columns import ISSUE, SEARCH, Column, columns_of, edge_columns, node_columns
from graph.cypher import quote
from graph.errors import SchemaMismatch
from graph.plan import Own
from graph.rows import IDENTIFIER, WITHDRAWN
from schema.registry import Attribute, AttributeType, Kind, Model

THING = "Thing"
LANE = "_Lane"
COMMIT = "_Commit"
MODEL = "_Model"

_FILTERED = frozenset({AttributeType.ENUM, AttributeType.INSTANT})
_PREFIX = "unshub"
_PATH = columns_of(Own.PATH)[0].name

PRESENT = "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint"
"""What `Index.of` reads."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index on one property of the nodes with a label; a unique one comes with its constraint."""

    label: str
    column: str
    type: str = "RANGE"
    unique: bool = False

    @property
    def name(self) -> str:
        return f"{_PREFIX}_{self.label}_{self.column}"

    @property
    def statement(self) -> str:
        """The statement that makes it where it is not."""
        on, what = f"FOR (n:{quote(self.label)})", f"n.{quote(self.column)}"
        if self.unique:
            return f"CREATE CONSTRAINT {quote(self.name)} IF NOT EXISTS {on} REQUIRE {what} IS UNIQUE"
        return f"CREATE {self.type} INDEX {quote(self.name)} IF NOT EXISTS {on} ON ({what})"

    @classmethod
    def of(cls, row: Sequence[Any]) -> tuple[str, Index] | None:
        """The name and the index that a row of `PRESENT` tells of; None for one on several or on relationships."""
        name, type_, labels, properties, constraint = row
        if len(labels or ()) != 1 or len(properties or ()) != 1:
            return None
        return name, cls(labels[0], properties[0], type_, constraint is not None)


MARKED = Index(THING, ISSUE.name)
"""The index of what things carry where something is the matter with them: see `graph.issues`."""


def indexes(model: Model) -> tuple[Index, ...]:
    """The indexes that a model needs; `SchemaMismatch` where a kind has the common label's name."""
    if THING in model.kinds:
        raise SchemaMismatch(f"a kind can't be named {THING!r}, the label of all things in Neo4j; give it another name")
    keyed = (Index(label, "key") for label in (IDENTIFIER, WITHDRAWN, MODEL))
    own = (*keyed, Index(LANE, "number"), Index(COMMIT, "lane"))
    return (
        *(Index(index.label, index.column, unique=True) for index in own),
        Index(THING, _PATH),
        Index(THING, SEARCH.name, "TEXT"),
        MARKED,
        *(index for kind in model for index in _of_kind(kind)),
    )


def _of_kind(kind: Kind) -> Iterator[Index]:
    yield Index(kind.name, "id", unique=True)
    for attribute in kind.attributes.values():
        if is_indexed(attribute):
            yield Index(kind.name, attribute.name)


def is_indexed(what: Attribute | Own) -> bool:
    """Whether things are found by an attribute, or by one of their own properties, in order of its values."""
    return what in (Own.ID, Own.PATH) if isinstance(what, Own) else what.sought or what.data_type in _FILTERED


def additions(wanted: Sequence[Index], present: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """The statements that add what a database lacks, from the rows of `PRESENT`."""
    there = {found[1] for row in present if (found := Index.of(row))}
    return tuple(index.statement for index in wanted if index not in there)


def drops(wanted: Sequence[Index], present: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """The statements that remove what this store once made and the model no longer needs."""
    found = (pair for row in present if (pair := Index.of(row)))
    return tuple(
        f"DROP {'CONSTRAINT' if index.unique else 'INDEX'} {quote(name)} IF EXISTS"
        for name, index in found
        if name == index.name and index not in wanted
    )


def types(model: Model) -> dict[str, str]:
    """The type of every column, by `<kind or relationship>.<column>`."""
    nodes = ((kind.name, column) for kind in model for column in node_columns(kind))
    edges = ((link.relationship, column) for link in model.links for column in edge_columns(link))
    return {_column_name(owner, column): column.type.value for owner, column in (*nodes, *edges)}


def _column_name(owner: str, column: Column) -> str:
    return f"{owner}.{column.name}"


def check_types(wanted: Mapping[str, str], there: Mapping[str, str]) -> None:
    """`SchemaMismatch` where a column was written with another type."""
    for name, type_ in wanted.items():
        if there.get(name, type_) != type_:
            raise SchemaMismatch(
                f"{name} is {there[name]} in the graph and {type_} in the model; "
                "run `unshub rebuild` to make the graph anew from the journal"
            )
