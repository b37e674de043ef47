"""Room on the disk for what a broker that keeps its store in memory has acknowledged.

Mosquitto acknowledges, holds in memory, and writes all of it at its end; where the disk has no room then, it is lost.
So it is paused (SIGSTOP) before that: its senders wait, and nothing is acknowledged that could not be kept. A file of
the margin's size is kept in reserve and given up at the end, for what other programs took meanwhile.

Only a save tells what it holds. To save it must go on, and it takes messages again as soon as the save has failed. So a
save begins and ends with a pause, and one that has failed is not tried again until there is room for the most that the
store may take: while the disk is full, nothing is taken in but what comes during that one save.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from pathlib import Path

log = logging.getLogger(__name__)

PERIOD = 0.25
MARGIN = 16 << 20
PART = 20
"""The margin is no more than one part in so many of the disk."""

POLL_SECONDS = 0.005
BEGIN_SECONDS = 5.0
"""How long a save may take to begin."""

CLOSED_SECONDS = 0.5
"""How long a finished file may take to get its name, where nothing else tells that the save has failed."""

RECENT_SECONDS = 0.1
TELL_SECONDS = 60.0
ROUND = 256 << 10
"""What it may take before it notices that it is told to end."""

_PROC = Path("/proc")


class Room:
    """What the folder of a broker's store has room for."""

    def __init__(self, folder: Path, store: Path) -> None:
        self._folder = folder
        self._store = store
        self._unfinished = store.with_name(f"{store.name}.new")
        self._reserve = folder / "reserve"
        self._paused = False
        self._saved = (0, 0)
        self._stored = self._read = 0
        self._before = 0
        """What had been read when the store was last looked at."""

    def free(self) -> int:
        """Bytes that a program of this user may take."""
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def _left(self) -> int:
        """Bytes that a save may take. It begins by throwing away what an earlier one left or is writing."""
        return self.free() + self._size(self._unfinished)

    def keep(self) -> None:
        """Takes the reserve, where the disk has room for it."""
        margin = self._margin()
        if self._size(self._reserve) == margin or self.free() < 2 * margin:
            return
        try:
            with self._reserve.open("wb") as file:
                for start in range(0, margin, 1 << 20):
                    file.write(bytes(min(1 << 20, margin - start)))
        except OSError:
            self.give_up()

    def give_up(self) -> None:
        """Gives the reserve up."""
        with contextlib.suppress(OSError):
            self._reserve.unlink(missing_ok=True)

    async def watch(self, process: int) -> None:
        """Pauses the broker while the disk has no room for what it holds, until cancelled."""
        self._paused = False
        self._before = _bytes_read(process)
        self._note_save()
        while True:
            self._look(process)
            await self._weigh(process)
            await asyncio.sleep(PERIOD)

    async def _weigh(self, process: int) -> None:
        left, margin = self._left(), self._margin()
        if self._paused:
            if left >= self._held(process) + 2 * margin:
                self.go_on(process)
                log.warning("the disk of %s has room again, and the broker takes messages", self._folder)
            return
        if left >= self._held(process) + margin:
            self.keep()
        # What came in may have been handed on, which only what it saves can tell.
        elif await self._saves(process) and self._left() >= self._held(process) + margin:
            self.go_on(process)
        else:
            log.error(
                "the disk of %s has %.1f MB left, and the broker takes nothing until there are %.1f MB: it could not "
                "save what it acknowledges. Senders wait; free some space there",
                *(self._folder, self._left() / 1e6, (self._held(process) + 2 * margin) / 1e6),
            )

    async def for_the_end(self, process: int) -> None:
        """Returns when the disk has room for all that the broker holds, however long that takes.

        The broker is paused then, and takes nothing more if it is told to end before it goes on.
        """
        self._pause(process)
        self.give_up()
        self._look(process)
        if self._left() >= self._needed(process):
            return
        await self._saves(process)
        clock = asyncio.get_running_loop().time
        told = -TELL_SECONDS
        while _alive(process) and (left := self._left()) < (needed := self._needed(process)):
            if clock() - told >= TELL_SECONDS:
                told = clock()
                log.error(
                    "the broker can't save what it has acknowledged and the hub has not taken: %.1f MB are left in %s, "
                    "and it may take %.1f MB. Free some space there, and the hub ends; if it is killed before, those "
                    "messages are lost",
                    *(left / 1e6, self._folder, needed / 1e6),
                )
            await asyncio.sleep(PERIOD)

    def go_on(self, process: int) -> None:
        """Lets a paused broker go on."""
        _signal(process, signal.SIGCONT)
        self._paused = False

    def _pause(self, process: int) -> None:
        _signal(process, signal.SIGSTOP)
        self._paused = True

    async def _saves(self, process: int) -> bool:
        """Has the broker write its store, and leaves it paused; whether it could."""
        self._pause(process)
        self._drop_unfinished(process)
        self._look(process)
        _signal(process, signal.SIGUSR1)
        self.go_on(process)
        saved = await self._until_saved(process)
        self._pause(process)
        if saved:
            self._note_save()
        else:
            self._drop_unfinished(process)
        return saved or not _alive(process)

    async def _until_saved(self, process: int) -> bool:
        """Returns as soon as it has saved or failed, and at the latest when it took many messages.

        While it saves it reads nothing, so one that reads with its file closed and not in place has failed.
        """
        clock = asyncio.get_running_loop().time
        deadline, most, closed = clock() + BEGIN_SECONDS, self._before + self._margin() // 4, False
        while True:
            await asyncio.sleep(POLL_SECONDS)
            read, writes = _bytes_read(process), _has_open(process, self._unfinished)
            unfinished = self._unfinished.exists()
            if not unfinished and self._stamp() != self._saved:
                return True
            if writes:
                deadline, closed = clock() + CLOSED_SECONDS, False
                continue
            if unfinished and not closed:
                deadline, most, closed = min(deadline, clock() + CLOSED_SECONDS), _bytes_read(process), True
            elif clock() > deadline or read > most:
                return False

    def _drop_unfinished(self, process: int) -> None:
        """Gives back the room that a failed save took, which the journal may want. The broker is paused."""
        if not _has_open(process, self._unfinished):
            with contextlib.suppress(OSError):
                self._unfinished.unlink(missing_ok=True)

    def _look(self, process: int) -> None:
        """Notes a save that the broker made by itself, with what had come when there was none yet."""
        if self._stamp() != self._saved:
            self._note_save()
        self._before = _bytes_read(process)

    def _note_save(self) -> None:
        self._saved, self._stored, self._read = self._stamp(), self._size(self._store), self._before

    def _held(self, process: int) -> int:
        """The most bytes that the broker's store may take: what was saved last, and all that has come since."""
        return self._stored + max(0, _bytes_read(process) - self._read) * 5 // 4

    def _needed(self, process: int) -> int:
        """The bytes that its last save may take."""
        return self._held(process) + min(ROUND, self._margin() // 4)

    def check_end(self) -> None:
        """Tells of a broker that has ended and could not save its store."""
        if self._unfinished.exists():
            log.error(
                "the broker could not save all that it had acknowledged: %s is not whole; messages may be lost",
                self._unfinished,
            )

    def _margin(self) -> int:
        disk = os.statvfs(self._folder)
        return min(MARGIN, disk.f_blocks * disk.f_frsize // PART)

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self._store.stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns

    @staticmethod
    def _size(file: Path) -> int:
        try:
            return file.stat().st_size
        except OSError:
            return 0


def _signal(process: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _has_open(process: int, file: Path) -> bool:
    """Whether a process has a file open; where the system doesn't tell, whether it was written to a moment ago."""
    try:
        found = file.stat()
    except OSError:
        return False
    try:
        handles = list((_PROC / str(process) / "fd").iterdir())
    except OSError:
        return time.time() - found.st_mtime < RECENT_SECONDS
    for handle in handles:
        with contextlib.suppress(OSError):
            if os.path.samestat(handle.stat(), found):
                return True
    return False


def _bytes_read(process: int) -> int:
    """How many bytes a process has read since it began, from sockets too; 0 where the system doesn't tell."""
    try:
        text = (_PROC / str(process) / "io").read_text()
        return int(text.split("rchar:")[1].split()[0])
    except (OSError, ValueError, IndexError):
        return 0
