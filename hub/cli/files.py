"""Reads and writes the files that a command is given; what stands in the way is told with the remedy."""

from __future__ import annotations

import errno
from pathlib import Path

from hub.errors import HubError

_REMEDIES = {
    errno.EACCES: "let this user do that there, or give another path",
    errno.EPERM: "let this user do that there, or give another path",
    errno.EROFS: "give a path on a disk that can be written",
    errno.ENOENT: "check the path's spelling; a folder to write into must exist",
    errno.ENOTDIR: "check the path; a part of it is a file, not a folder",
    errno.EEXIST: "give another path, or move what is there away",
    errno.EISDIR: "give the path of a file",
    errno.ENOSPC: "free some space on that disk, or give another path",
}


def read_file(path: Path) -> bytes:
    """A file's bytes; `HubError` where it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise HubError(explain(error, "read")) from None


def write_file(path: Path, text: str) -> None:
    """Makes a file of a text, or replaces what is in it; `HubError` where it can't be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise HubError(explain(error, "write")) from None


def explain(error: OSError, doing: str = "use") -> str:
    """What could not be done with which path, why, and the remedy; the error's own text where it has no path."""
    if error.filename is None:
        return str(error)
    remedy = _REMEDIES.get(error.errno or 0, "see the reason given, or give another path")
    return f"can't {doing} {error.filename}: {error.strerror}; {remedy}"
