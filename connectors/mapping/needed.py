"""Values that a record has to have: what is missing in it must not count as news of nothing."""

from __future__ import annotations

from typing import Any

from connectors.mapping.mapping import Make, Term, Trouble, Troubles
from connectors.records import Record
from schema.json import Json

_SHOWN = 12


def needed(term: Term, make: Make) -> Make:
    """The value, or a trouble where the record has none; a null that it has, or that a code means, is one."""
    expression = term.expression
    if expression is None:
        return make

    def of(context: Any, record: Record, troubles: Troubles) -> Json:
        before = len(troubles)
        made = make(context, record, troubles)
        if made is None and len(troubles) == before and expression.absent(context, record):
            where = context if isinstance(context, dict) else record
            troubles.append(Trouble(term.place, "", _absent(expression.text, where)))
        return made

    return of


def _absent(text: str, record: Record) -> str:
    has = [name for name in record if not name.startswith("_")]
    shown = ", ".join(has[:_SHOWN]) + (", …" if len(has) > _SHOWN else "")
    return f"`{text.strip().strip('`')}` is not in this record (has: {shown or 'nothing'})"
