from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.journal.letters import LISTED, ListedLetter, Wanted, listed

_COLUMNS = LISTED.format(head="substr(payload, 1, %(head)s)", size="length(payload)")


def matching(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The statement that gives letters that may be wanted, the newest first, and what the filter binds in it.

    It is given `head`, how much of payloads to show, `before` and `floor`, between which numbers to look, and `most`.
    """
    conditions = ["number < %(before)s", "number >= %(floor)s"]
    bound: dict[str, Any] = {}
    if wanted.waiting:
        conditions.append("replayed IS NULL")
    if wanted.range is not None:
        conditions.append("(topic = %(below)s OR topic >= %(from)s AND topic < %(to)s)")
        bound |= dict(zip(("below", "from", "to"), map(str.encode, wanted.range), strict=True))
    if wanted.spoken:
        names = {f"spoken{place}": part.encode() for place, part in enumerate(wanted.spoken)}
        ways = (f"position(%({name})s::bytea IN topic || '/'::bytea) > 0" for name in names)
        conditions.append(f"({' OR '.join(ways)})")
        bound |= names
    if wanted.written is not None:
        conditions.append("position(%(reason)s::bytea IN reasons) > 0")
        bound["reason"] = wanted.written
    for name, sign, time in (("since", ">=", wanted.since), ("until", "<", wanted.until)):
        if time is not None:
            conditions.append(f"received {sign} %({name})s")
            bound[name] = time
    where = " AND ".join(conditions)
    return f"SELECT {_COLUMNS} FROM dead_letter WHERE {where} ORDER BY number DESC LIMIT %(most)s", bound


def listed_letter(row: Sequence[Any]) -> ListedLetter:
    """A letter from the columns `LISTED`, where texts are bytes."""
    number, topic, *rest, content_type, retained, replayed = row
    came_as = None if content_type is None else content_type.decode()
    return listed((number, topic.decode(), *rest, came_as, retained, replayed))
