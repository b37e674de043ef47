"""A system in a process of its own that can be stopped, killed and started again on the same port."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from tests.servers import START_SECONDS, free_port


def outside() -> dict[str, str]:
    """The variables of this process without those by which its own packages would be found."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}


class System(ABC):
    """One system. What it keeps is in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What starts it."""

    @property
    def alive(self) -> str:
        """A path that answers as soon as it serves."""
        return "/"

    def environment(self) -> Mapping[str, str]:
        """What it is told by variables."""
        return {}

    def start(self) -> None:
        """Returns when it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                list(self.command()),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env=outside() | self.environment(),
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if (code := self._process.poll()) is not None or time.monotonic() > deadline:
                pytest.fail(f"{type(self).__name__} does not start (exit code {code}): {self.words()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Ends it, and what it started, as a power failure would; does nothing where it has ended."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    @property
    def runs(self) -> bool:
        """Whether it was started and not killed."""
        return self._process is not None

    def words(self) -> str:
        """The end of its log."""
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    def _answers(self) -> bool:
        try:
            return httpx.get(self.base + self.alive, timeout=5, trust_env=False).status_code < 500
        except httpx.TransportError:
            return False
