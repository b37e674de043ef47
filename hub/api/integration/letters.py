"""`deadLetters`: what was refused, and why."""

from __future__ import annotations

import codecs
from datetime import datetime
from typing import Annotated

import strawberry

from hub.api import reading
from hub.api.common import PageInfo
from hub.api.context import ApiContext, Info
from hub.api.errors import RequestError
from hub.api.integration.paging import AFTER, CURSOR, FIRST, NO_TOTAL, Pages, size
from hub.api.scalars import DateTime
from hub.clock import instant
from hub.journal.letters import ListedLetter, Wanted
from schema import topic
from schema.errors import Reason, TopicError
from schema.provenance import micros

argument = strawberry.argument

SHOWN_BYTES = 2_000
"""How much of a payload is shown."""

_PAGES = Pages("dead letters")


@strawberry.type(description="One thing that is wrong with a message.")
class RefusalReason:
    path: str = strawberry.field(
        description="Where: a path in the payload, as `$.quantity.unit`; `topic`; or `user property eventTime`."
    )
    value: str = strawberry.field(description="What stands there, the first 200 characters of it.")
    expected: str = strawberry.field(description="What should stand there.")


@strawberry.type(
    description="A message that was refused. Set right what is wrong, in the system or in the hub's settings, and then "
    "try it again with `unshub dead-letters replay NUMBER`, or have the system send it anew."
)
class DeadLetter:
    number: strawberry.ID = strawberry.field(
        description="Its number, which `unshub dead-letters show` and `unshub dead-letters replay` take."
    )
    topic: str = strawberry.field(description="The topic that it came on.")
    path: str | None = strawberry.field(description="The location in the topic; null where the topic is none.")
    system: str | None = strawberry.field(description="The system that the topic names.")
    kind: str | None = strawberry.field(description="The kind that the topic names, where the model has it.")
    id: strawberry.ID | None = strawberry.field(description="The id that the topic names.")
    received: DateTime = strawberry.field(description="When it came.")
    reasons: list[RefusalReason] = strawberry.field(description="All that is wrong with it.")
    payload: str = strawberry.field(
        description=f"The beginning of its payload, {SHOWN_BYTES:,} bytes at most, what is not UTF-8 as `\\xff`. "
        "`unshub dead-letters show NUMBER` has it whole."
    )
    payload_bytes: int = strawberry.field(description="How many bytes its whole payload has.")
    content_type: str | None = strawberry.field(description="The content type that it came with.")
    retained: bool = strawberry.field(description="Whether the broker had kept it, for whoever subscribes.")
    accepted: bool = strawberry.field(
        description="Whether it was accepted, and could not be put into the graph; its payload is then as it was read."
    )
    replayed: DateTime | None = strawberry.field(
        description="When it was tried again and accepted; null while it waits."
    )


@strawberry.type(description="A dead letter in a list.")
class DeadLetterEdge:
    cursor: str = strawberry.field(description=CURSOR)
    node: DeadLetter = strawberry.field(description="The dead letter.")


@strawberry.type(
    description="A page of dead letters, the newest first. Where letters are picked by more than whether they wait, "
    "one page looks through 20,000 numbers at most: it may be short, or empty, and still have a next one. "
    f"{NO_TOTAL} How many wait is `hub {{ journal {{ refused }} }}`."
)
class DeadLetterConnection:
    nodes: list[DeadLetter] = strawberry.field(description="The dead letters on this page.")
    edges: list[DeadLetterEdge] = strawberry.field(description="The same dead letters, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")


async def _dead_letters(
    info: Info,
    first: Annotated[int | None, argument(description=FIRST)] = None,
    after: Annotated[str | None, argument(description=AFTER)] = None,
    system: Annotated[str | None, argument(description="Only those on topics of this system.")] = None,
    path: Annotated[
        str | None, argument(description="Only those on topics at this location or below it: `acme/north`.")
    ] = None,
    reason: Annotated[
        str | None,
        argument(description="Only those with a reason that holds this text, as it is written: `$.quantity.unit`."),
    ] = None,
    since: Annotated[DateTime | None, argument(description="Only those that came then or later.")] = None,
    until: Annotated[DateTime | None, argument(description="Only those that came before.")] = None,
    replayed: Annotated[bool, argument(description="Also those that were tried again and accepted.")] = False,
) -> DeadLetterConnection:
    context = info.context
    most, before = size(context, first), _PAGES.number(after)
    for name, text in (("system", system), ("reason", reason)):
        if text == "":
            raise RequestError(f"`{name}` is empty; leave it out to have those of any")
    where = reading.location(path)
    wanted = Wanted(
        waiting=not replayed,
        below="/".join((context.prefix, *where)) if where else None,
        system=system,
        reason=reason,
        since=_time(since),
        until=_time(until),
    )
    page = await context.journal.refused(wanted, most, before, head=SHOWN_BYTES)
    context.budget.give(len(page.found))
    nodes = [_letter(context, letter) for letter in page.found]
    edges = [DeadLetterEdge(cursor=_PAGES.cursor(node.number), node=node) for node in nodes]
    end = page.more or (page.found[-1].number if page.found else None)
    start = page.found[0].number if page.found else None
    return DeadLetterConnection(
        nodes=nodes, edges=edges, page_info=_PAGES.info(start, end, after, more=page.more is not None)
    )


def _letter(context: ApiContext, letter: ListedLetter) -> DeadLetter:
    place, system, kind, id_ = _named(context, letter.topic)
    return DeadLetter(
        number=strawberry.ID(str(letter.number)),
        topic=letter.topic,
        path=place,
        system=system,
        kind=kind,
        id=None if id_ is None else strawberry.ID(id_),
        received=DateTime(instant(letter.received)),
        reasons=[_reason(reason) for reason in letter.reasons],
        payload=_shown(letter.head, whole=letter.size <= len(letter.head)),
        payload_bytes=letter.size,
        content_type=letter.content_type,
        retained=letter.retained,
        accepted=letter.as_read,
        replayed=None if letter.replayed is None else DateTime(instant(letter.replayed)),
    )


def _reason(reason: Reason) -> RefusalReason:
    return RefusalReason(path=reason.path, value=reason.value, expected=reason.expected)


def _named(context: ApiContext, text: str) -> tuple[str | None, str | None, str | None, str | None]:
    """Location, system, kind and id that a topic names."""
    try:
        found = topic.parse(text, context.prefix)
    except TopicError:
        return None, None, None, None
    if isinstance(found, topic.HubTopic):
        return None, None, None, None
    place = "/".join(found.location)
    if isinstance(found, topic.SourceTopic):
        kind = context.model.by_topic.get(found.kind)
        return place, found.system, kind.name if kind else None, found.id
    return place, getattr(found, "system", None), None, None


def _shown(head: bytes, *, whole: bool) -> str:
    """The beginning of a payload as text; a character that is cut in two is left out."""
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    return decoder.decode(head, final=whole)


def _time(text: DateTime | None) -> int | None:
    return None if text is None else micros(datetime.fromisoformat(text))


@strawberry.type
class LettersQuery:
    dead_letters: DeadLetterConnection = strawberry.field(
        resolver=_dead_letters,
        description="Messages that were refused, with every reason, the newest first; those that wait, unless others "
        "are asked for.",
    )
