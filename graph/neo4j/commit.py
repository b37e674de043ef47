"""Marks round a commit, by which a read tells whether it saw one state of the graph.

Neo4j makes a commit visible bit by bit: first what is new, then what was changed, last what is found by an index. A
read may lie wholly within that, so nothing that the commit itself writes can tell of it. Two commits of their own do,
one before and one after: a node for each lane says which commit began last there, and which ended.

    write   begun = token      the batch is committed      ended = token
    read    ended of every lane      what is asked for      begun of every lane

Where the two lists are the same, nothing was on its way when the read began, and nothing has begun until its end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graph.cypher import quote
from graph.errors import GraphError, StoreUnavailable
from graph.neo4j.ddl import COMMIT
from graph.waiting import to_the_end

LASTING_SECONDS = 30
"""How long a commit can be on its way. A hub that is killed in one leaves a mark that counts no longer after this."""

BEGIN = (
    f"MERGE (m:{quote(COMMIT)} {{lane: $lane}}) ON CREATE SET m.ended = 0 "
    "SET m.begun = $token, m.at = timestamp() RETURN 0"
)
END = f"MATCH (m:{quote(COMMIT)} {{lane: $lane}}) WHERE m.begun = $token SET m.ended = $token RETURN 0"

FORGOTTEN_SECONDS = 3600

FORGET = f"MATCH (m:{quote(COMMIT)}) WHERE m.at < timestamp() - {FORGOTTEN_SECONDS * 1000} DELETE m"
"""Lets go of marks of lanes that nobody uses any more: each costs every read a little."""

_MARKS = f"MATCH (m:{quote(COMMIT)})"
ENDED = f"{_MARKS} WITH collect(m.ended) AS ended"
"""The beginning of a statement that reads; `ended` is to be kept until its end."""

WHOLE = (
    f"ended = COLLECT {{ {_MARKS} RETURN CASE WHEN m.at < timestamp() - {LASTING_SECONDS * 1000} "
    "THEN m.ended ELSE m.begun END } AS whole"
)
"""The last expression of a statement that reads: whether all else that it gives is of one state of the graph."""

Run = Callable[[str, Mapping[str, Any]], Awaitable[object]]
"""Runs a statement that is a transaction by itself."""


async def marked(run: Run, lane: int, token: int, commit: Callable[[], Awaitable[None]]) -> None:
    """Commits a batch that holds a lane, and marks when that began and ended.

    `token` is a number that no other commit has. A batch is committed although its end can't be marked: reads then take
    the commit for one on its way, until another commit of the lane or for `LASTING_SECONDS`.
    """
    mark = {"lane": lane, "token": token}
    try:
        await to_the_end(run(BEGIN, mark))
        await commit()
    except StoreUnavailable:
        raise  # nobody knows whether it is on its way
    except BaseException:
        await _end(run, mark)
        raise
    await _end(run, mark)


async def _end(run: Run, mark: Mapping[str, Any]) -> None:
    try:
        await to_the_end(run(END, mark))
    except GraphError:
        return
