"""A clock that can be set: libfaketime, for one process alone. Times that only measure, such as pauses, go on."""

from __future__ import annotations

from pathlib import Path

from tests.servers import missing


class Clock:
    """What a process started with `environment` takes for the time of day."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            missing("libfaketime", "run `apt-get install faketime`, or scripts/test as root")
        self._file = folder / "clock"
        self.environment = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        self.set(0)

    def set(self, seconds: int) -> None:
        """Has the clock be so many seconds fast from now on, or slow where it is less than nothing."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(self._file)
