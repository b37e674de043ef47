"""A plant that never rests, as a sequence of messages: most say when they were true, some do not, some are tag values.

number mod 5    0 1 2  stories of lots, with event time and id of their own (`load`)
                3      an operator's words without an event time: true when they arrive
                4      a tag value with its time, each on a tag of its own
"""

from __future__ import annotations

import json
from datetime import timedelta

from tests.faults import load
from tests.faults.load import BEGIN, PREFIX
from tests.system.sender import Message

_EVERY = 5
_SHELVES = 5
TAGS = "acme/north/tags"


def message(number: int) -> Message:
    """The message of that number; no two say the same."""
    turn, part = divmod(number, _EVERY)
    if part == 3:
        return _now(turn)
    return _tag(number) if part == 4 else load.message(3 * turn + part)


def is_event(number: int) -> bool:
    """Whether it is a tag value, which goes to the journal and not into the graph."""
    return number % _EVERY == 4


def is_stamped(number: int) -> bool:
    """Whether it says when it was true."""
    return number % _EVERY != 3


def tag_name(number: int) -> str:
    return f"count-{number}"


def _now(turn: int) -> Message:
    """In turn a new pallet and a change of one of five shelves, of which the last word must count."""
    shelf = f"SHELF-{turn // 2 % _SHELVES}"
    if turn % 2:
        body = {"name": f"Pallet {turn}", "assembledFrom": [shelf, f"LOT-{turn // 10}"]}
        return _said(f"PALLET-{turn}", body)
    return _said(shelf, {"name": f"word {turn}", "properties": {"turn": turn}})


def _said(id_: str, body: object) -> Message:
    return f"{PREFIX}/acme/store/_source/operator/material-lot/{id_}", json.dumps(body).encode()


def _tag(number: int) -> Message:
    body = {"value": number, "timestamp": (BEGIN + timedelta(seconds=number)).isoformat()}
    return f"{PREFIX}/{TAGS}/_tag/{tag_name(number)}", json.dumps(body).encode()
