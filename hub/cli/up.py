"""`unshub up`: the hub."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hub.cli import logs
from hub.cli.options import with_settings
from hub.cli.output import err
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.app import Hub


@with_settings()
def up(settings: Settings) -> None:
    """Run the hub until it is interrupted."""
    from hub.serve import serve

    logs.set_up(settings)
    asyncio.run(serve(settings, _tell))


async def _tell(hub: Hub) -> None:
    """Says where everything is, and what the broker promises."""
    settings, broker = hub.settings, await hub.broker.status()
    lines = [
        f"GraphQL   {settings.http.url}/graphql",
        f"MQTT      {broker.address} ({broker.product})",
        f"          {broker.guarantee}",
        f"journal   {settings.journal}",
        f"graph     {settings.graph}",
    ]
    err().print("\n".join(["the hub is running; Ctrl-C ends it", *lines]), markup=False)
