"""A folder that is read.

A file is read when it has not been written to for a while, and once by its content: under another name, or touched, it
is not read again. One that was changed is read anew, whole, also where it is again as it was before: what was told in
between counts no more. A run that is cut off within a file goes on within it. A file is taken away when the position
behind it is kept; where that did not come about, the next run begins with it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from connectors.faults import nearest
from connectors.kind import NEVER_AGAIN, Look, Offer, Page
from connectors.kinds.file.aside import Aside, marker
from connectors.kinds.file.done import Done, Reading
from connectors.kinds.file.draft import drafts
from connectors.kinds.file.folder import Entry, Folder, LocalFolder, chosen
from connectors.kinds.file.remote import RemoteFolder
from connectors.kinds.file.rows import records
from connectors.kinds.file.settings import FileSettings, FileStream
from connectors.records import FAULT, Record
from connectors.secret import Secret
from schema.json import Json

_BLOCK = 1024 * 1024


@dataclass
class _Ended:
    """The files of a stream that were read to their end, and have not arrived as a whole."""

    done: Done
    entries: list[Entry] = field(default_factory=list)


class FileKind:
    """Folders."""

    name = "file"
    settings = FileSettings

    def open(self, settings: FileSettings, secrets: Mapping[str, Secret], folder: Path) -> FileSource:
        if "://" in settings.folder:
            return FileSource(settings, RemoteFolder(settings, secrets, folder))
        return FileSource(settings, LocalFolder(folder / Path(settings.folder).expanduser()))


class FileSource:
    """A folder that is read."""

    def __init__(self, settings: FileSettings, folder: Folder) -> None:
        self._settings = settings
        self._folder = folder
        self._seen: dict[Entry, float] = {}
        self._ended: dict[str, _Ended] = {}

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        present = self._folder.listed()
        yield Look("folder", f"{self._folder.shown} can be read")
        for name, stream in self._settings.streams.items():
            yield from self._look(name, stream, present, fields.get(name, frozenset()))

    def _look(self, name: str, stream: FileStream, present: list[Entry], fields: frozenset[str]) -> Iterator[Look]:
        files = _ordered(chosen(present, stream.files), stream)
        if not files:
            yield Look(name, f"no file is called {stream.files}, so that its fields can't be looked at")
            return
        record = self._first(files[-1], stream)
        if FAULT in record:
            yield Look(name, str(record[FAULT]), "mend the stream, or the file")
            return
        missing = sorted({*fields, *stream.key} - set(record))
        for each in missing:
            yield Look(name, f"{files[-1].name} has no field {each!r}", f"{nearest(each, record)}; or see `delimiter`")
        if not missing:
            # Those that are told beside a file's own begin with _.
            own = [each for each in record if not each.startswith("_")]
            count = "1 file" if len(files) == 1 else f"{len(files)} files"
            yield Look(name, f"{count}; {files[-1].name} has {len(own)} fields")

    def _first(self, entry: Entry, stream: FileStream) -> Record:
        with self._folder.here(entry) as path:
            if path is None:
                return {}
            with closing(records(path, entry, stream)) as found:
                return next(found, {})

    def discover(self) -> Iterator[Offer]:
        for entry, draft in drafts(self._folder):
            stream = FileStream.model_validate({**draft, "map": [{"kind": "Tag", "id": "x"}]})
            record = self._first(entry, stream)
            # Of a file that can't be read its fault is all there is to tell.
            told = {name: str(value) if name == FAULT else type(value).__name__ for name, value in record.items()}
            yield Offer(str(draft["files"]), told, draft)

    def read(self, stream: str, position: Json) -> Iterator[Page]:
        settings = self._settings.streams[stream]
        done = Done.of(position)
        aside = Aside(self._folder, settings)
        listed = self._folder.listed()
        self._seen = {entry: self._seen[entry] for entry in listed if entry in self._seen}
        present = _ordered(chosen(listed, settings.files), settings)
        if settings.ready is not None:
            there = {entry.name for entry in listed}
            present = [entry for entry in present if marker(settings.ready, entry.name) in there]
        if aside.takes:
            present = list(self._left(present, aside, done))
        names = {entry.name for entry in present}
        done.files = {name: known for name, known in done.files.items() if name in names}
        self._ended[stream] = _Ended(done)
        yield from self._pages(present, settings, self._ended[stream])
        if aside.takes and self._ended[stream].entries:
            # The last files are taken away while these pages are on their way, and then need not be known any more.
            yield Page((), done.position(), ())
            yield Page((), done.position(), ())

    def arrived(self, stream: str, position: Json) -> None:
        """Takes the files away that have been read up to a position."""
        aside = Aside(self._folder, self._settings.streams[stream])
        if not aside.takes:
            return
        kept, ended = Done.of(position), self._ended[stream]
        for entry in [each for each in ended.entries if kept.stamped(each)]:
            aside.take(entry, ended.done)
            ended.entries.remove(entry)

    def _left(self, present: list[Entry], aside: Aside, done: Done) -> Iterator[Entry]:
        """The files but for those that were read to their end before; these are taken away now."""
        for entry in present:
            if done.stamped(entry):
                aside.take(entry, done)
            else:
                yield entry

    def _pages(self, present: list[Entry], stream: FileStream, ended: _Ended) -> Iterator[Page]:
        """Records, a page at a time; what is left of one file and the next ones are one page."""
        done, page, moved = ended.done, list[Record](), False
        for entry in present:
            if done.stamped(entry) or not self._settled(entry, stream.settle):
                continue
            with self._folder.here(entry) as path:
                content = None if path is None else _content(path)
                if path is None or content is None or self._folder.seen(entry.name) != entry:
                    continue
                reading = done.at(content)
                for record in () if done.told(entry.name, content) else _rest(path, entry, stream, reading):
                    page.append(record)
                    reading = reading.after(record)
                    if len(page) == stream.page:
                        done.reading = reading
                        yield _page(page, done)
                        page = []
            done.ended(entry, content, reading.faults)
            ended.entries.append(entry)
            moved = True
        if page or moved:
            yield _page(page, done)

    def _settled(self, entry: Entry, settle: float) -> bool:
        """Whether a file is old enough by its own time, or was seen so long ago, where the clocks differ."""
        now = time.monotonic()
        since = self._seen.setdefault(entry, now)
        settled = time.time() - entry.modified / 1e9 >= settle or now - since >= settle
        if settled:
            del self._seen[entry]
        return settled

    def close(self) -> None:
        self._folder.close()


def _rest(path: Path, entry: Entry, stream: FileStream, reading: Reading) -> Iterator[Record]:
    """The records of a file that have not arrived yet."""
    with closing(records(path, entry, stream)) as found:
        yield from islice(found, reading.records, None)


def _page(page: list[Record], done: Done) -> Page:
    return Page(page, done.position(), [NEVER_AGAIN] * len(page))


def _ordered(entries: list[Entry], stream: FileStream) -> list[Entry]:
    return sorted(entries, key=lambda each: (0 if stream.order == "name" else each.modified, each.name))


def _content(path: Path) -> str | None:
    digest = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        return None
    return digest.hexdigest()
