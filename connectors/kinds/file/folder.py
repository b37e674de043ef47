"""What a folder can do, wherever it is; and the folder as this machine has it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple, Protocol

from connectors.errors import SourceError

PARTIAL = (".*", "~$*", "*~", "*.tmp", "*.part", "*.partial", "*.filepart", "*.crdownload")
"""Names that programs give to what they are still writing."""

_BYTE = re.compile(rb"\\x([0-9a-f]{2})")


class Entry(NamedTuple):
    """A file: its name, its size, and when it was written, in nanoseconds since 1970 UTC."""

    name: str
    size: int
    modified: int


class Folder(Protocol):
    """A folder. Its errors are `SourceError`s, without secrets."""

    @property
    def shown(self) -> str:
        """Where it is, for people."""
        ...

    def listed(self) -> list[Entry]:
        """The files in it; not those in folders below."""
        ...

    def seen(self, name: str) -> Entry | None:
        """A file as it is now; None where it is gone."""
        ...

    def here(self, entry: Entry) -> AbstractContextManager[Path | None]:
        """A file as one of this machine; None where it is gone meanwhile."""
        ...

    def move(self, name: str, below: str) -> None:
        """Moves a file into a folder below, under a name that nothing there has."""
        ...

    def remove(self, name: str) -> None:
        """Deletes a file, if it is there."""
        ...

    def write(self, below: str, name: str, text: str) -> None:
        """Writes a text into a folder below."""
        ...

    def close(self) -> None:
        """Lets go of it."""
        ...


def chosen(entries: list[Entry], pattern: str) -> list[Entry]:
    """The files that a pattern means. What is still being written is only meant where the pattern says so."""
    return [
        entry
        for entry in entries
        if fnmatchcase(entry.name, pattern)
        and not any(fnmatchcase(entry.name, each) and not pattern.endswith(each.lstrip("*")) for each in PARTIAL)
    ]


def free_name(name: str, taken: Callable[[str], bool]) -> str:
    """The name, or one like it that is not taken."""
    stem, dot, ending = name.partition(".")
    number, free = 1, name
    while taken(free):
        number += 1
        free = f"{stem}-{number}{dot}{ending}"
    return free


class LocalFolder:
    """A folder that the machine has, or has mounted."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def shown(self) -> str:
        return str(self._path)

    def listed(self) -> list[Entry]:
        try:
            return [found for path in self._path.iterdir() if (found := _entry(path)) is not None]
        except OSError as error:
            raise SourceError(f"can't read the folder {self._path}: {error.strerror}; see `folder`") from None

    def seen(self, name: str) -> Entry | None:
        try:
            return _entry(self._at(name))
        except OSError as error:
            raise SourceError(f"can't look at {self._path / name}: {error.strerror}; see `folder`") from None

    @contextlib.contextmanager
    def here(self, entry: Entry) -> Iterator[Path | None]:
        path = self._at(entry.name)
        try:
            path.open("rb").close()
        except FileNotFoundError:
            yield None
            return
        except OSError as error:
            raise SourceError(f"can't read {path}: {error.strerror}; let this user read it") from None
        yield path

    def move(self, name: str, below: str) -> None:
        with self._changing(f"move {name} into {below}"):
            folder = self._path / below
            folder.mkdir(exist_ok=True)
            os.replace(self._at(name), folder / free_name(name, lambda each: (folder / each).exists()))

    def remove(self, name: str) -> None:
        with self._changing(f"delete {name}"):
            self._at(name).unlink(missing_ok=True)

    def write(self, below: str, name: str, text: str) -> None:
        with self._changing(f"write {below}/{name}"):
            (self._path / below).mkdir(exist_ok=True)
            (self._path / below / name).write_text(text, encoding="utf-8")

    def close(self) -> None:
        """Nothing is held open."""

    def _at(self, name: str) -> Path:
        """Where a file is. A name that is not UTF-8 has its other bytes written out, as Entry shows it."""
        path = self._path / name
        if "\\x" not in name or path.exists():
            return path
        return self._path / os.fsdecode(_BYTE.sub(lambda byte: bytes.fromhex(byte[1].decode()), name.encode()))

    @contextlib.contextmanager
    def _changing(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SourceError(
                f"can't {doing} in {self._path}: {error.strerror}; let this user write there, or say `then: leave`"
            ) from None


def _entry(path: Path) -> Entry | None:
    """None where it is no file, or gone meanwhile, or a link that leads nowhere."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise
    name = os.fsencode(path.name).decode(errors="backslashreplace")
    return Entry(name, status.st_size, status.st_mtime_ns) if path.is_file() else None
