"""Cursors of changes: a position in the journal, told from those of other journals.

A cursor says that its holder was told everything up to a sequence of the journal, or has read the graph since. It is of
one journal and of one order of authority: under another one, things are different without a word in the journal.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from hub.announcing.trail import ASIDES_KEPT
from hub.api.errors import RequestError
from hub.journal.port import Journal
from hub.upkeep.consistency import AUTHORITY
from hub.upkeep.origin import MOVED, Origin

OLDEST = ASIDES_KEPT
"""Assertions that may have come since a cursor. To tell of more of them takes longer than to read anew."""

_MARK = b"change"


@dataclass(frozen=True, slots=True)
class Positions:
    """Reads and writes the cursors of one graph."""

    origin: str

    @classmethod
    async def of(cls, journal: Journal) -> Positions:
        """Those of the graph that is made from a journal now."""
        identity = (await Origin.of(journal)).journal
        authority = await journal.checkpoint(AUTHORITY) or b""
        moved = await journal.checkpoint(MOVED) or b""
        return cls(hashlib.sha256(identity.encode() + authority + moved).hexdigest()[:12])

    def cursor(self, position: int) -> str:
        text = b":".join((_MARK, self.origin.encode(), str(position).encode()))
        return urlsafe_b64encode(text).rstrip(b"=").decode()

    def position(self, cursor: str, last: int) -> int:
        """The position that a cursor stands for, where the journal has come to `last`; else `RequestError`."""
        try:
            mark, origin, number = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).split(b":")
            position = int(number)
        except ValueError:
            mark, origin, position = b"", b"", 0
        if mark != _MARK or position < 0:
            raise RequestError("`since` is no cursor of a change; give the `cursor` of the last event that you took")
        if origin.decode(errors="replace") != self.origin:
            raise RequestError(
                "`since` is of another journal, or of a time before the order of authority changed; read anew, and "
                "subscribe without it"
            )
        if position > last:
            raise RequestError(
                "`since` is beyond the end of the journal, which may have been restored from a backup; read anew, and "
                "subscribe without it"
            )
        if last - position > OLDEST:
            raise RequestError(
                f"`since` is too old: {last - position} assertions came since, more than the {OLDEST} that are told "
                "of; read anew, and subscribe without it"
            )
        return position
