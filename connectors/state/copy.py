"""What connectors keep, copied whole from one place to another."""

from __future__ import annotations

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.engine import Connection, Engine

from connectors.state.tables import LETTER, RECORD, TABLES, reading, writing

BATCH = 5_000


def copy(source: Engine, target: Engine) -> int:
    """Puts what is in the source in the place of what is in the target, or changes nothing; gives how many records."""
    with reading(source) as from_, writing(target) as to:
        counts = {table: _copied(table, from_, to) for table in TABLES.sorted_tables}
    return counts[RECORD]


def _copied(table: Table, source: Connection, target: Connection) -> int:
    # The target numbers letters itself; their order stays.
    columns = [column for column in table.columns if column is not LETTER.c.number]
    target.execute(delete(table))
    found = source.execution_options(yield_per=BATCH).execute(select(*columns).order_by(*table.primary_key))
    count = 0
    for rows in found.mappings().partitions(BATCH):
        target.execute(insert(table), [dict(row) for row in rows])
        count += len(rows)
    return count
