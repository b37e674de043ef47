from __future__ import annotations

from typing import Any

from hub.journal.letters import LISTED, Wanted

_COLUMNS = LISTED.format(head="substr(payload, 1, ?)", size="length(payload)")


def matching(wanted: Wanted) -> tuple[str, list[Any]]:
    """The statement that gives letters that may be wanted, the newest first, and what the filter binds in it.

    It is given how much of payloads to show and the numbers between which to look before that, and the limit after it.
    """
    conditions = ["number < ?", "number >= ?"]
    bound: list[Any] = []
    if wanted.waiting:
        conditions.append("replayed IS NULL")
    if wanted.range is not None:
        conditions.append("(topic = ? OR topic >= ? AND topic < ?)")
        bound += wanted.range
    if wanted.spoken:
        ways = ["instr(topic || '/', ?) > 0"] * len(wanted.spoken)
        conditions.append(f"({' OR '.join(ways)})")
        bound += wanted.spoken
    if wanted.written is not None:
        conditions.append("instr(reasons, ?) > 0")
        bound.append(wanted.written)
    for sign, time in ((">=", wanted.since), ("<", wanted.until)):
        if time is not None:
            conditions.append(f"received {sign} ?")
            bound.append(time)
    where = " AND ".join(conditions)
    return f"SELECT {_COLUMNS} FROM dead_letter WHERE {where} ORDER BY number DESC LIMIT ?", bound
