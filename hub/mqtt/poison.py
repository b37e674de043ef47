"""Messages that can't be accepted whatever the state of the journal: tried a few times, then let go with a word."""

from __future__ import annotations

import logging
from collections import Counter
from hashlib import blake2b

from connectors.wire.messages import Inbound
from hub.errors import JournalError
from hub.journal.group import RowsError

log = logging.getLogger(__name__)

TRIES = 3
_REMEMBERED = 10_000
_SHOWN = 200


class Poison:
    """Tells an outage, during which every message must come again, from a message that would come again for ever.

    `accept` journals a message that is at fault as a refusal. Where it fails with anything but an outage of the
    journal, not even that could be done.
    """

    def __init__(self) -> None:
        self._tries: Counter[bytes] = Counter()

    def given_up(self, message: Inbound, error: BaseException) -> bool:
        """Whether a message that failed is to be acknowledged all the same, since it has failed often enough."""
        if isinstance(error, JournalError) and not isinstance(error, RowsError):
            return False
        if len(self._tries) > _REMEMBERED:
            self._tries.clear()
        digest = blake2b(message.topic.encode() + b"\0" + message.payload, digest_size=16).digest()
        self._tries[digest] += 1
        if self._tries[digest] < TRIES:
            return False
        del self._tries[digest]
        log.error(
            "lost a message of %d bytes on %r: its refusal could not be kept in %d tries; report this: %r, payload %r",
            len(message.payload),
            message.topic,
            TRIES,
            error,
            message.payload[:_SHOWN],
        )
        return True
