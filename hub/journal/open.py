from __future__ import annotations

from pathlib import Path

from hub.errors import JournalError
from hub.journal.port import Journal
from hub.journal.sqlite import SqliteJournal

_SQLITE = "sqlite:///"


async def open_journal(url: str) -> Journal:
    """Opens the journal that a URL names and brings its tables to this version.

    `sqlite:///unshub-data/journal.db` is relative to the working folder, `sqlite:////var/lib/unshub/journal.db`
    absolute. The folder must exist. `JournalError` says what stands in the way.
    """
    if not url.startswith(_SQLITE) or url == _SQLITE:
        raise JournalError(
            f"can't open the journal {url!r}: no form of the journal has such a URL; write {_SQLITE}<path of a file>"
        )
    journal = await SqliteJournal.open(Path(url.removeprefix(_SQLITE)))
    try:
        await journal.migrate()
    except BaseException:
        await journal.close()
        raise
    return journal
