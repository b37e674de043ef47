from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def listen(path: Path, backlog: int) -> Iterator[socket.socket]:
    """A socket that listens at a path, which only this user's processes can open; the file goes with it.

    A file that a killed process left behind is replaced. `OSError` where a process listens there, or where the file is
    no socket or can't be made.
    """
    with socket.socket(socket.AF_UNIX) as listener:
        if _left_behind(path):
            path.unlink()
        with _for_this_user_alone():
            listener.bind(str(path))
        try:
            listener.listen(backlog)
            yield listener
        finally:
            path.unlink(missing_ok=True)


def _left_behind(path: Path) -> bool:
    if not path.is_socket():
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return True
    return False


@contextmanager
def _for_this_user_alone() -> Iterator[None]:
    # A mode set after bind would leave a moment in which others may connect.
    before = os.umask(0o177)
    try:
        yield
    finally:
        os.umask(before)
