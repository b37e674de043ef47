"""What a subscriber missed: the things that the journal speaks of after its cursor, each once, as they are now.

    asides(after), read_assertions(after) ──> ids ──> the things that they name now ──> UPDATED, ENTERED, LEFT, DELETED

What happened to them meanwhile is not told one by one. Nor is it known what each was before: so one that is gone, or
does not meet the filter, is told of as DELETED or LEFT whether the subscriber knew it or not. An id under which another
thing is kept now is gone too: it may have been one of its own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Any

from graph.plan import Compare, Lookup, Operator, Own, Page, Paging, Plan, Select, Value
from graph.thing import Key
from hub.announcing.live import Change, ChangeType
from hub.api.choice import Choice
from hub.api.context import ApiContext
from hub.api.evaluation import Event
from hub.clock import now
from schema.identifier import of_id

_VALUES = (
    Value("path", Own.PATH),
    Value("placeholder", Own.PLACEHOLDER),
    Value("systems", Own.SYSTEMS),
    Value("id", Own.ID),
)
_LOOKED_UP_AT_ONCE = 50

Things = Mapping[Key, Mapping[str, Any]]


async def replay(context: ApiContext, choice: Choice, since: int) -> AsyncGenerator[Event, None]:
    """The events of what changed after a position. Each bears the position from which to go on if it is the last."""
    told: set[Key] = set()

    async def tell(named: set[Key], position: int) -> AsyncGenerator[Event, None]:
        things = await _things(context, named)
        for change in await _changes(choice, (named | things.keys()) - told, things, position):
            yield Event(change)
        told.update(named, things)

    # What is in the graph by now, or told by now to who listens already, is not told again after this.
    settled = context.changes.position
    position = since
    beside = {Key(aside.kind, aside.id) for aside in await context.journal.asides(after=since)}
    async for event in tell({key for key in beside if key.kind in choice.kinds}, position):
        yield event
    async for entries in context.journal.read_assertions(after=since):
        said = (entry.accepted.assertion for entry in entries)
        async for event in tell({Key(one.kind, one.id) for one in said if one.kind in choice.kinds} - told, position):
            yield event
        position = max(position, min(entries[-1].sequence, settled))


async def _changes(choice: Choice, keys: Iterable[Key], things: Things, position: int) -> list[Change]:
    met = await choice.meeting({key: thing["path"] for key, thing in things.items()})
    time = now()
    changes = []
    for key in sorted(keys):
        change, path, systems = ChangeType.DELETED, None, ()
        if (thing := things.get(key)) is not None:
            come = ChangeType.ENTERED if choice.narrow else ChangeType.UPDATED
            change = come if key in met else ChangeType.LEFT
            path, systems = thing["path"], tuple(thing["systems"] or ())
        changes.append(Change(key.kind, key.id, change, path, None, (), systems, time, position, replayed=True))
    return changes


async def _things(context: ApiContext, keys: Iterable[Key]) -> Things:
    """The things that these ids name now. Placeholders are none."""
    found: dict[Key, Mapping[str, Any]] = {}
    ids: dict[str, list[str]] = {}
    for key in keys:
        ids.setdefault(key.kind, []).append(key.id)
    for kind, wanted in ids.items():
        rows = await _by_id(context, kind, wanted)
        elsewhere = sorted(set(wanted) - rows.keys())
        for start in range(0, len(elsewhere), _LOOKED_UP_AT_ONCE):
            named = await _by_name(context, kind, elsewhere[start : start + _LOOKED_UP_AT_ONCE])
            rows |= {row["id"]: row for row in named.values()}
        found.update({Key(kind, id_): row for id_, row in rows.items() if not row["placeholder"]})
    return found


async def _by_id(context: ApiContext, kind: str, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    paging = Paging(Compare(Own.ID, Operator.IN, "ids"))
    plan = Plan((Page("it", Select(context.model.kind(kind), _VALUES), paging),))
    page = (await context.store.read(plan, {"ids": list(ids), "first": len(ids)}))["it"]
    return {row["node"]["id"]: row["node"] for row in page["rows"]}


async def _by_name(context: ApiContext, kind: str, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Things by an id that some system calls them by, which is not the one that they are kept under."""
    select = Select(context.model.kind(kind), _VALUES)
    plan = Plan(tuple(Lookup(f"it{number}", f"id{number}", select) for number in range(len(ids))))
    found = await context.store.read(plan, {f"id{number}": of_id(id_) for number, id_ in enumerate(ids)})
    return {id_: row for number, id_ in enumerate(ids) if (row := found[f"it{number}"]) is not None}
