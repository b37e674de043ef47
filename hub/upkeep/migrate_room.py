from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

from graph.open import Embedded
from hub.errors import HubError
from hub.journal.port import Journal
from hub.settings import Settings

MARGIN = 1.2
"""A copy takes about as much as what it is of; the logs that databases write beside it take some more."""


async def check_room(journal: Journal, source: Settings, target: Settings) -> None:
    """`HubError` where a disk of this machine is too full for the copy. What a server has room for, it says itself."""
    size = (await journal.status()).bytes
    place = Embedded.of(str(source.graph))
    graph_size = place.path.stat().st_size if place is not None and place.path.exists() else size
    needs: dict[int, float] = defaultdict(float)
    folders: dict[int, Path] = {}
    for url, need in ((target.journal, size), (target.graph, graph_size)):
        if not url.host:
            folder = next(each for each in url.file.absolute().parents if each.exists())
            device = folder.stat().st_dev
            needs[device] += need * MARGIN
            folders[device] = folder
    for device, whole in needs.items():
        free = shutil.disk_usage(folders[device]).free
        if free < whole:
            raise HubError(
                f"{folders[device]} has {free >> 20} MiB free, and the copy takes about {int(whole) >> 20} MiB; "
                "free some space there, or name another place"
            )
