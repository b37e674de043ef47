"""A file's bytes and lines, unpacked where it is packed, and never more of them than allowed."""

from __future__ import annotations

import contextlib
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LONGEST_LINE = 16 * 1024 * 1024


class Broken(Exception):
    """A file can't be read further; says why, and the remedy."""


class _Bounded(io.RawIOBase):
    """Gives what another has, up to a limit."""

    def __init__(self, inner: IO[bytes], largest: int) -> None:
        self._inner = inner
        self._left = largest
        self._largest = largest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        block = self._inner.read(len(view))
        view[: len(block)] = block
        self._left -= len(block)
        if self._left < 0:
            raise Broken(f"is larger than {self._largest} bytes; see `largest`")
        return len(block)


@contextlib.contextmanager
def opened(path: Path, name: str, largest: int) -> Iterator[IO[bytes]]:
    """The bytes of a file; unpacked where its name ends in .gz. `Broken` where that can't be."""
    try:
        with path.open("rb") as raw:
            inner = gzip.GzipFile(fileobj=raw) if name.endswith(".gz") else raw
            yield io.BufferedReader(_Bounded(inner, largest))  # type: ignore[arg-type]
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Broken(f"is no whole .gz file: {error}") from None


def lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Lines of text with their ends, as they are written."""
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise Broken(f"has a line of more than {LONGEST_LINE} characters; see `format`")
        yield line
