"""Tables of the Ladybug store, derived from the model, and the statements that make a database fit them.

A node table a kind; a relationship table a relationship type, over all pairs of kinds that it joins; and three of the
store's own: `_Identifier` (which thing an identifier names), `_Withdrawn` (floors of withdrawn records), `_Model` (the
fingerprint of the tables, so that starting with nothing to do reads one row).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from graph.columns import Column, ColumnType, edge_columns, node_columns
from graph.cypher import quote
from graph.errors import SchemaMismatch
from graph.rows import IDENTIFIER, WITHDRAWN
from schema.json import canonical
from schema.registry import Link, Model

SQL_TYPES = {
    ColumnType.TEXT: "STRING",
    ColumnType.INTEGER: "INT64",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.BOOLEAN: "BOOL",
    ColumnType.INSTANT: "TIMESTAMP",
    ColumnType.TEXTS: "STRING[]",
    ColumnType.JSON: "STRING",
}

_TEXT = ColumnType.TEXT
IDENTIFIER_COLUMNS = (Column("key", _TEXT), Column("thing", _TEXT))
WITHDRAWN_COLUMNS = (Column("key", _TEXT), Column("record", _TEXT))
FINGERPRINT = "_Model"
FINGERPRINT_COLUMNS = (Column("key", _TEXT), Column("fingerprint", _TEXT))

Run = Callable[[str], Sequence[Sequence[Any]]]
"""Runs a statement and gives its rows."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Node tables and relationship tables with their columns' types, and the pairs that relationships join."""

    nodes: Mapping[str, Mapping[str, str]]
    edges: Mapping[str, Mapping[str, str]]
    pairs: Mapping[str, Sequence[tuple[str, str]]]

    @property
    def fingerprint(self) -> str:
        text: Any = asdict(self)
        return hashlib.sha256(canonical(text)).hexdigest()


def tables(model: Model) -> Tables:
    """The tables that a model needs; `SchemaMismatch` where two of its names can't stand in one database."""
    nodes = {kind.name: _types(kind.name, node_columns(kind)) for kind in model}
    for name, columns in (
        (IDENTIFIER, IDENTIFIER_COLUMNS),
        (WITHDRAWN, WITHDRAWN_COLUMNS),
        (FINGERPRINT, FINGERPRINT_COLUMNS),
    ):
        nodes[name] = _types(name, columns)
    edges = {name: _types(name, _of_all(links)) for name, links in model.relationships.items()}
    pairs = {name: [(link.source, link.target) for link in links] for name, links in model.relationships.items()}
    _check_names([*nodes, *edges])
    return Tables(nodes, edges, pairs)


def _of_all(links: Iterable[Link]) -> Iterator[Column]:
    return (column for link in links for column in edge_columns(link))


def _types(table: str, columns: Iterable[Column]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in columns:
        type_ = SQL_TYPES[column.type]
        if found.setdefault(column.name, type_) != type_:
            raise SchemaMismatch(
                f"{table}.{column.name} is declared as {found[column.name]} and as {type_}; "
                "give one of the link attributes another name"
            )
    _check_names(found)
    return found


def _check_names(names: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if (other := seen.setdefault(name.lower(), name)) != name:
            raise SchemaMismatch(f"{other!r} and {name!r} differ only in case, which Ladybug ignores; rename one")


def present(run: Run) -> Tables:
    """The tables that a database has."""
    found = [(row[1], row[2]) for row in run("CALL show_tables() RETURN *")]
    columns = {name: {row[1]: row[2] for row in run(f"CALL table_info('{name}') RETURN *")} for name, _ in found}
    return Tables(
        {name: columns[name] for name, type_ in found if type_ == "NODE"},
        {name: columns[name] for name, type_ in found if type_ == "REL"},
        {
            name: [(row[0], row[1]) for row in run(f"CALL show_connection('{name}') RETURN *")]
            for name, type_ in found
            if type_ == "REL"
        },
    )


def additions(wanted: Tables, there: Tables) -> tuple[str, ...]:
    """The statements that add to a database what it lacks; `SchemaMismatch` where a column has another type."""
    return (
        *_node_statements(wanted, there),
        *(statement for name in wanted.edges for statement in _edge_statements(name, wanted, there)),
    )


def drops(there: Tables) -> tuple[str, ...]:
    """The statements that remove every table, and empty the store's notes on itself.

    The engine keeps plans of statements that it has run, and fails at one of a table that was dropped since: that one
    is written with every batch.
    """
    tables = (name for name in (*there.edges, *there.nodes) if name != FINGERPRINT)
    emptied = [f"MATCH (m:{quote(FINGERPRINT)}) DELETE m"] if FINGERPRINT in there.nodes else []
    return (*(f"DROP TABLE {quote(name)}" for name in tables), *emptied)


def _node_statements(wanted: Tables, there: Tables) -> Iterator[str]:
    for name, columns in wanted.nodes.items():
        if name in there.nodes:
            yield from _columns_added(name, columns, there.nodes[name])
        else:
            key, *others = (f"{quote(column)} {type_}" for column, type_ in columns.items())
            yield f"CREATE NODE TABLE {quote(name)}({', '.join([f'{key} PRIMARY KEY', *others])})"


def _edge_statements(name: str, wanted: Tables, there: Tables) -> Iterator[str]:
    pairs, columns = wanted.pairs[name], wanted.edges[name]
    if name in there.edges:
        known = set(there.pairs[name])
        for pair in pairs:
            if pair not in known:
                yield f"ALTER TABLE {quote(name)} ADD {_pair(pair)}"
        yield from _columns_added(name, columns, there.edges[name])
    else:
        parts = [*map(_pair, pairs), *(f"{quote(column)} {type_}" for column, type_ in columns.items())]
        yield f"CREATE REL TABLE {quote(name)}({', '.join(parts)})"


def _pair(pair: tuple[str, str]) -> str:
    return f"FROM {quote(pair[0])} TO {quote(pair[1])}"


def _columns_added(table: str, wanted: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    for column, type_ in wanted.items():
        if column not in there:
            yield f"ALTER TABLE {quote(table)} ADD {quote(column)} {type_}"
        elif there[column] != type_:
            raise SchemaMismatch(
                f"{table}.{column} is {there[column]} in the graph and {type_} in the model; "
                "run `unshub rebuild` to make the graph anew from the journal"
            )
