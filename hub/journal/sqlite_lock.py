from __future__ import annotations

import fcntl
import os
from pathlib import Path

from hub.errors import JournalError


class FileLock:
    """The right to write a journal, held by one process: an advisory lock on a file beside it.

    The operating system gives it up when the process ends, however it ends; the file stays and means nothing by itself.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, journal: Path) -> FileLock:
        """Takes the lock at once; `JournalError` names the process that has it."""
        path = journal.with_name(journal.name + ".lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise JournalError(
                f"can't open the journal {journal}: its lock file {path} can't be written ({error.strerror}); "
                "let this user write in that folder, or set another one"
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise JournalError(
                f"can't open the journal {journal}: it is in use by process {holder}; "
                "stop that process, or give this one a data folder of its own"
            ) from error
        lock = cls(descriptor)
        lock._write_holder()
        return lock

    @staticmethod
    def held(journal: Path) -> bool:
        """Whether a process has the lock now; False where that can't be told."""
        try:
            descriptor = os.open(journal.with_name(journal.name + ".lock"), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False

    def release(self) -> None:
        os.close(self._descriptor)

    def _write_holder(self) -> None:
        # The number only helps people; on a full disk the lock holds without it.
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError:
            return
