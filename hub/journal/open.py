from __future__ import annotations

from pathlib import Path

from connectors.wire.address import Url, redact
from hub.errors import JournalError
from hub.journal.port import Journal

FORMS = "sqlite:///<path of a file> or postgresql://<user>@<host>/<database>"

_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql://"


async def open_journal(url: str | Url) -> Journal:
    """Opens the journal that a URL names and brings its tables to this version.

    `sqlite:///unshub-data/journal.db` is relative to the working folder, `sqlite:////var/lib/unshub/journal.db`
    absolute; the folder must exist. `postgresql://unshub@db.example/unshub` is a database that must exist. A `Url` has
    its password with it, which its text has not. `JournalError` says what stands in the way.
    """
    journal = await _open(url)
    try:
        await journal.migrate()
    except BaseException:
        await journal.close()
        raise
    return journal


async def _open(url: str | Url) -> Journal:
    # Each form brings its driver, so only the one asked for is imported.
    text = str(url)
    if text.startswith(_SQLITE) and text != _SQLITE:
        from hub.journal.sqlite import SqliteJournal

        return await SqliteJournal.open(Path(text.removeprefix(_SQLITE)))
    if text.startswith(_POSTGRESQL):
        from hub.journal.postgres import PostgresJournal

        return await PostgresJournal.open(url if isinstance(url, Url) else _parsed(url))
    raise JournalError(f"can't open the journal {redact(text)!r}: no form of the journal has such a URL; write {FORMS}")


def _parsed(url: str) -> Url:
    try:
        return Url.parse(url)
    except ValueError as error:
        raise JournalError(f"can't open the journal {redact(url)!r}: the URL {error}") from None
