"""The kind `file`: files that are put into a folder, in CSV or with a JSON object a line.

A file is read when it has not been written to for a while, and once by its content: under another name, or touched, it
is not read again. One that was changed is read anew, whole, also where it is again as it was before: what was told in
between counts no more. A run that is cut off within a file goes on within it.
"""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, Field

from connectors.errors import SourceError
from connectors.faults import nearest
from connectors.kind import NEVER_AGAIN, Look, Offer, Page
from connectors.records import FAULT, Record
from connectors.secret import Secret
from connectors.settings import ConnectorSettings, Names, Seconds, StreamName, StreamSettings
from schema.json import Json
from schema.model.base import instant_text

FILE, LINE, MODIFIED = "_file", "_line", "_modified"
REMEMBERED = 1000
"""So many contents are known again, whatever they are called."""

_BLOCK = 1024 * 1024


class Format(StrEnum):
    """How the records stand in a file."""

    CSV = "csv"
    JSONL = "jsonl"


def _encoding(value: str) -> str:
    try:
        "".encode(value)
    except LookupError:
        raise ValueError("is no encoding; write it as utf-8, cp1252 or latin-1") from None
    return value


class FileStream(StreamSettings):
    """Files of one form. Each record has `_file`, `_line` and `_modified` beside its own fields."""

    key: Names = Field(
        (FILE, LINE), description="The field, or fields, that tell one record from the others.", examples=["result_no"]
    )
    files: str = Field(
        description="Which files of the folder; `*` and `?` stand for others.", examples=["results-*.csv"]
    )
    format: Format = Field(description="How the records stand in them.", examples=["csv"])
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(
        ",", description="What is between the fields of CSV.", examples=[";"]
    )
    columns: Names | None = Field(
        None, description="The names of the fields, of CSV without a line of names.", examples=[["lot", "value"]]
    )
    encoding: Annotated[str, AfterValidator(_encoding)] = Field(
        "utf-8-sig", description="How the text is written.", examples=["cp1252"]
    )
    settle: Seconds = Field(
        5.0, description="How long a file must not have been written to before it is read.", examples=["1m"]
    )

    @property
    def snapshot(self) -> bool:
        """Files tell what is new; what they leave out is not gone."""
        return False

    @property
    def time_expression(self) -> str | None:
        """The record's own time, or when the file was written."""
        return super().time_expression or MODIFIED


class FileSettings(ConnectorSettings):
    """A folder."""

    folder: Path = Field(description="The folder that files are put into.", examples=["/srv/lims/out"])
    streams: Mapping[StreamName, FileStream] = Field(min_length=1, description="What is read, by a name of your own.")


class FileKind:
    """Folders."""

    name = "file"
    settings = FileSettings

    def open(self, settings: FileSettings, secrets: Mapping[str, Secret], folder: Path) -> FileSource:
        return FileSource(settings, folder / settings.folder.expanduser())


@dataclass
class _Done:
    """Which files were read: by name, with size, time of writing and content, and by content; how far within one."""

    files: dict[str, list[Json]] = field(default_factory=dict)
    contents: list[str] = field(default_factory=list)
    reading: tuple[str, int] | None = None

    @classmethod
    def of(cls, position: Any) -> _Done:
        if not isinstance(position, dict):
            return cls()
        reading = position.get("reading")
        return cls(dict(position["files"]), list(position["contents"]), tuple(reading) if reading else None)

    def position(self) -> Json:
        """As it is kept."""
        files: dict[str, Json] = {name: [*stamp] for name, stamp in self.files.items()}
        return {
            "files": files,
            "contents": [*self.contents],
            "reading": None if self.reading is None else [*self.reading],
        }

    def stamped(self, name: str, stamp: list[int]) -> bool:
        """Whether a file was read that has not been written to since."""
        return self.files.get(name, [])[:2] == stamp

    def told(self, name: str, content: str) -> bool:
        """Whether what a file holds was told, and nothing else under its name since."""
        last = self.files.get(name, [])[2:]
        return last == [content] if last else content in self.contents

    def ended(self, name: str, stamp: list[int], content: str) -> None:
        """A file was read to its end."""
        self.files[name] = [*stamp, content]
        self.contents = [*self.contents, content][-REMEMBERED:]
        self.reading = None


class FileSource:
    """A folder that is read."""

    def __init__(self, settings: FileSettings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        self._listed("*")
        yield Look("folder", f"{self._folder} can be read")
        for name, stream in self._settings.streams.items():
            yield from self._look(name, stream, fields.get(name, frozenset()))

    def _look(self, name: str, stream: FileStream, fields: frozenset[str]) -> Iterator[Look]:
        files = self._listed(stream.files)
        if not files:
            yield Look(name, f"no file is called {stream.files}, so that its fields can't be looked at")
            return
        record = next(_records(files[-1], stream), {})
        missing = sorted({*fields, *stream.key} - set(record))
        for each in missing:
            yield Look(name, f"{files[-1].name} has no field {each!r}", f"{nearest(each, record)}; or see `delimiter`")
        if not missing:
            yield Look(name, f"{len(files)} files; {files[-1].name} has {len(record)} fields")

    def discover(self) -> Iterator[Offer]:
        for suffix in sorted({path.suffix for path in self._listed("*")} & {".csv", ".jsonl"}):
            files = f"*{suffix}"
            draft = {"files": files, "format": suffix[1:]}
            stream = FileStream.model_validate({**draft, "map": [{"kind": "Tag", "id": "x"}]})
            record = next(_records(self._listed(files)[-1], stream), {})
            yield Offer(files, {name: type(value).__name__ for name, value in record.items()}, draft)

    def read(self, stream: str, position: Json) -> Iterator[Page]:
        settings = self._settings.streams[stream]
        done = _Done.of(position)
        present = self._listed(settings.files)
        names = {path.name for path in present}
        done.files = {name: stamp for name, stamp in done.files.items() if name in names}
        for path in present:
            stamp = _stamp(path)
            if stamp is None or done.stamped(path.name, stamp) or time.time() - stamp[1] / 1e9 < settings.settle:
                continue
            content = _content(path)
            if content is None or _stamp(path) != stamp:
                continue
            if not done.told(path.name, content):
                yield from self._file(path, settings, done, content)
            done.ended(path.name, stamp, content)
            yield Page((), done.position(), ())

    def _file(self, path: Path, stream: FileStream, done: _Done, content: str) -> Iterator[Page]:
        skip = done.reading[1] if done.reading is not None and done.reading[0] == content else 0
        records = islice(_records(path, stream), skip, None)
        while page := list(islice(records, stream.page)):
            skip += len(page)
            done.reading = (content, skip)
            yield Page(page, done.position(), [NEVER_AGAIN] * len(page))

    def close(self) -> None:
        """Nothing is held open."""

    def _listed(self, pattern: str) -> list[Path]:
        """The files, the one that was written first at the beginning."""
        try:
            found = [path for path in self._folder.iterdir() if path.match(pattern) and path.is_file()]
            return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))
        except OSError as error:
            raise SourceError(f"can't read the folder {self._folder}: {error.strerror}; see `folder`") from None


def _stamp(path: Path) -> list[int] | None:
    """Size and time of writing; None where the file is gone meanwhile."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return [status.st_size, status.st_mtime_ns]


def _content(path: Path) -> str | None:
    digest = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(f"can't read {path}: {error.strerror}; let this user read it") from None
    return digest.hexdigest()


def _records(path: Path, stream: FileStream) -> Iterator[dict[str, Json]]:
    """The records of a file. What is none says so in `_fault`, and those after it follow."""
    modified = instant_text(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    rows = _csv(path, stream) if stream.format is Format.CSV else _jsonl(path, stream)
    line = 0
    try:
        for line, record in rows:
            yield {**record, FILE: path.name, LINE: line, MODIFIED: modified}
    except UnicodeDecodeError as error:
        fault = f"{path.name} is not {stream.encoding} after line {line} ({error.reason}); see `encoding`"
        yield {FAULT: fault, FILE: path.name, LINE: line + 1, MODIFIED: modified}
    except csv.Error as error:
        fault = f"{path.name} is no CSV after line {line}: {error}"
        yield {FAULT: fault, FILE: path.name, LINE: line + 1, MODIFIED: modified}


def _csv(path: Path, stream: FileStream) -> Iterator[tuple[int, Record]]:
    with path.open(encoding=stream.encoding, newline="") as file:
        rows = csv.reader(file, delimiter=stream.delimiter, strict=True)
        names = list(stream.columns) if stream.columns is not None else [name.strip() for name in next(rows, [])]
        for row in rows:
            if not row:
                continue
            if len(row) == len(names):
                yield rows.line_num, dict(zip(names, row, strict=True))
            else:
                fault = f"{path.name}, line {rows.line_num}: {len(row)} fields, and not {len(names)}; see `delimiter`"
                yield rows.line_num, {FAULT: fault, "_text": stream.delimiter.join(row)}


def _jsonl(path: Path, stream: FileStream) -> Iterator[tuple[int, Record]]:
    with path.open(encoding=stream.encoding) as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                record = orjson.loads(text)
            except orjson.JSONDecodeError as error:
                yield number, {FAULT: f"{path.name}, line {number} is no JSON: {error}", "_text": text.rstrip("\n")}
                continue
            if isinstance(record, dict):
                yield number, record
            else:
                yield number, {FAULT: f"{path.name}, line {number} is no object", "_text": text.rstrip("\n")}
