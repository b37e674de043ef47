"""How much of the machine's cores processes take, as Linux counts it (`/proc`)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_TIMES = slice(11, 15)
"""In a process's `stat`, after its name: its own time in programs and in the kernel, and of children that ended."""

_IDLE = slice(3, 5)
"""In the machine's `stat`: idle, and idle until a disk answers."""

REST = "others"
"""What is measured besides the groups: the publisher, this process, and whatever else the machine does."""


class Shares:
    """What groups of processes, each with all that they start, take of the cores from now on."""

    def __init__(self, **groups: list[int]) -> None:
        """Groups by name, each of the ids of its processes, which must be running."""
        self._groups = groups
        self._before = self._seconds()
        self._began = time.monotonic()

    def taken(self) -> Mapping[str, float]:
        """Per cent of all cores that each group, and the rest, has taken."""
        passed = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        found = {name: 100 * (now - self._before[name]) / passed for name, now in self._seconds().items()}
        return {**found, REST: max(0.0, found[REST] - sum(found[name] for name in self._groups))}

    def _seconds(self) -> Mapping[str, float]:
        return {**{name: sum(map(seconds, pids)) for name, pids in self._groups.items()}, REST: _machine()}


def seconds(pid: int) -> float:
    """Processor time of a process and of all that it started."""
    return sum(_own(each) for each in _family(pid))


def _own(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[_TIMES])) / _TICKS


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = children.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in below:
            yield from _family(int(child))


def _machine() -> float:
    """Processor time of everything."""
    times = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(times) - sum(times[_IDLE])) / _TICKS
