"""A small disk to fill: a tmpfs, which root may mount."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import missing


@contextmanager
def small_disk(place: Path, size: str = "20m") -> Iterator[Path]:
    """A disk of that size at a place that is made for it; gone afterwards."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        missing("a disk to fill", "run this test as root, who may mount one")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)
