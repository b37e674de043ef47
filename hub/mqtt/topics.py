"""Which topics the hub takes."""

from __future__ import annotations

from connectors.wire.topics import SHARE
from schema.errors import TopicError
from schema.topic import MAX_LEVELS, GoldenTopic, HubTopic, build, encode_id, parse

_TAKEN = ("source/", "tag/", "state/", "count/")


def for_hub(topic: str, prefix: str) -> bool:
    """Whether a message on this topic is for the hub.

    Its own topics are not (golden records and everything below `_hub`): taking them would be a loop. A topic that
    breaks the grammar is, so that it is refused with a reason.
    """
    if not topic.startswith(prefix + "/"):
        return False
    mark = topic.find("/_", len(prefix))
    if mark >= 0 and topic.startswith(_TAKEN, mark + 2):
        return True
    if topic[len(prefix) + 1 :].split("/", 1)[0] == "_hub":
        return False
    try:
        return not isinstance(parse(topic, prefix), GoldenTopic)
    except TopicError:
        return True


def filters(prefix: str, group: str | None) -> tuple[str, ...]:
    """What a hub subscribes to: everything below the prefix; in a group, the broker gives each message to one member.

    A member would also be given what its group publishes, so that a group names the topics that it takes, at every
    depth: where nothing is taken, one level more than a location may have.
    """
    if group is None:
        return (f"{prefix}/#",)
    return tuple(f"{SHARE}{group}/{each}" for each in taken(prefix))


def taken(prefix: str) -> tuple[str, ...]:
    """The topics that a hub takes, a filter for each depth."""
    return tuple(f"{prefix}/{'+/' * depth}_{mark}#" for depth in range(MAX_LEVELS + 2) for mark in _TAKEN)


def status_topic(client_id: str, prefix: str) -> str:
    """Where a hub process says whether it is there, retained."""
    return build(HubTopic(("status", encode_id(client_id))), prefix)
