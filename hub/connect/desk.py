"""The connectors that the settings name, for those who look at them and tell them what to do, wherever they run.

All goes through what connectors keep: a hub that runs none sees the same as the one that runs them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from connectors.load import Connector
from connectors.state import State
from connectors.status import ConnectorStatus, look
from hub.connect.place import open_state
from hub.errors import HubError
from hub.settings import Settings

T = TypeVar("T")


class Desk:
    """The connectors of a hub."""

    def __init__(self, settings: Settings, connectors: Sequence[Connector], fault: str = "") -> None:
        """`fault` is why there are none, where the settings name some."""
        self.settings = settings
        self.connectors: Mapping[str, Connector] = {connector.name: connector for connector in connectors}
        self.fault = fault
        self._state: State | None = None
        self._opening = asyncio.Lock()
        self._looked_at: set[str] = set()

    async def state(self) -> State:
        """What connectors keep, opened at the first need; `StateError` where that can't be."""
        async with self._opening:
            if self._state is None:
                self._state = await asyncio.to_thread(open_state, self.settings)
            return self._state

    async def do(self, work: Callable[[State], T]) -> T:
        """Does something with what connectors keep, in a thread; `StateError` where that fails."""
        state = await self.state()
        return await asyncio.to_thread(work, state)

    async def statuses(self) -> list[ConnectorStatus]:
        """How each connector fares, in order of name."""
        if not self.connectors:
            return []
        return await self.do(lambda state: look(self.connectors.values(), state))

    async def look(self, name: str, look: Callable[[Connector], T]) -> T:
        """Looks at a source in a thread, one look at a time; `HubError` where one is under way.

        A look that nobody waits for any more goes on until the source has answered.
        """
        if name in self._looked_at:
            raise HubError(f"somebody is looking at the source of {name}; try again when that has ended")
        self._looked_at.add(name)
        task = asyncio.create_task(asyncio.to_thread(look, self.connectors[name]))

        def ended(task: asyncio.Task[T]) -> None:
            self._looked_at.discard(name)
            if not task.cancelled():
                task.exception()

        task.add_done_callback(ended)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Lets go of what connectors keep."""
        if self._state is not None:
            await asyncio.to_thread(self._state.close)
