"""Room on the disk for what a broker that keeps its store in memory has acknowledged.

Mosquitto acknowledges, holds in memory, and writes all of it at its end; where the disk has no room then, it is lost.
So it is paused (SIGSTOP) before that: its senders wait, and nothing is acknowledged that could not be kept. A file of
the margin's size is kept in reserve and given up at the end, for what other programs took meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from pathlib import Path

log = logging.getLogger(__name__)

PERIOD = 0.25
MARGIN = 16 << 20
PART = 20
"""The margin is no more than one part in so many of the disk."""

SETTLED_SECONDS = 1.0
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

    def free(self) -> int:
        """Bytes that a program of this user may take."""
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

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
        self._note_save(process)
        while True:
            if self._stamp() != self._saved:
                self._note_save(process)
            await self._weigh(process)
            await asyncio.sleep(PERIOD)

    async def _weigh(self, process: int) -> None:
        free, margin = self.free(), self._margin()
        if self._paused:
            if free >= self._held(process) + 2 * margin:
                self.go_on(process)
                log.warning("the disk of %s has room again, and the broker takes messages", self._folder)
            return
        if free >= self._held(process) + margin:
            self.keep()
        elif not await self._saves(process) or self.free() < self._held(process) + margin:
            # What came in may have been handed on, which only what it saves can tell.
            self._pause(process)
            log.error(
                "the disk of %s has %.1f MB left, and the broker takes nothing until there are %.1f MB: it could not "
                "save what it acknowledges. Senders wait; free some space there",
                *(self._folder, free / 1e6, (self._held(process) + 2 * margin) / 1e6),
            )

    async def for_the_end(self, process: int) -> None:
        """Returns when the disk has room for all that the broker holds, however long that takes.

        The broker is paused then, and takes nothing more if it is told to end before it goes on.
        """
        self._pause(process)
        self.give_up()
        while (free := self.free()) < self._held(process):
            if await self._saves(process):
                self._pause(process)
                continue
            self._pause(process)
            log.error(
                "the broker can't save what it has acknowledged and the hub has not taken: %.1f MB are left in %s. "
                "Free some space there, and the hub ends; if it is killed before, those messages are lost",
                *(free / 1e6, self._folder),
            )
            while self.free() <= free:
                await asyncio.sleep(PERIOD)

    def go_on(self, process: int) -> None:
        """Lets a paused broker go on."""
        _signal(process, signal.SIGCONT)
        self._paused = False

    def _pause(self, process: int) -> None:
        _signal(process, signal.SIGSTOP)
        self._paused = True

    async def _saves(self, process: int) -> bool:
        """Has the broker write its store; whether it could."""
        before, seen = self._stamp(), -1
        _signal(process, signal.SIGUSR1)
        self.go_on(process)
        clock = asyncio.get_running_loop().time
        last = clock()
        while clock() - last < SETTLED_SECONDS:
            await asyncio.sleep(0.01)
            if self._stamp() != before and not self._unfinished.exists():
                self._note_save(process)
                return True
            if (size := self._size(self._unfinished)) != seen:
                seen, last = size, clock()
        return not _alive(process)

    def _note_save(self, process: int) -> None:
        self._saved, self._stored, self._read = self._stamp(), self._size(self._store), _bytes_read(process)

    def _held(self, process: int) -> int:
        """The most bytes that the broker's store may take: what was saved last, and all that has come since."""
        return self._stored + (_bytes_read(process) - self._read) * 5 // 4

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


def _bytes_read(process: int) -> int:
    """How many bytes a process has read since it began, from sockets too; 0 where the system doesn't tell."""
    try:
        text = (_PROC / str(process) / "io").read_text()
        return int(text.split("rchar:")[1].split()[0])
    except (OSError, ValueError, IndexError):
        return 0
