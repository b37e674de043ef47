"""`unshub up`: the hub."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from connectors.wire.errors import WireError
from hub import process
from hub.cli import beside, logs
from hub.cli.options import with_settings
from hub.cli.output import err
from hub.errors import HubError
from hub.settings import Role, Settings

if TYPE_CHECKING:
    from hub.app import Hub


@with_settings()
def up(settings: Settings) -> None:
    """Run the hub until it is interrupted."""
    from hub.http.serve import serve

    logs.set_up(settings)
    try:
        with contextlib.ExitStack() as running:

            async def ready(hub: Hub) -> None:
                running.enter_context(beside.recorded(settings))
                await _tell(hub)

            process.run(serve(settings, ready))
    except (HubError, WireError) as error:
        raise HubError(f"{error}{beside.told(settings)}") from error


async def _tell(hub: Hub) -> None:
    """Says where everything is, and what the broker promises."""
    settings, broker = hub.settings, await hub.broker.status()
    http = settings.http.url
    asked = f"GraphQL   {http}/graphql" if settings.role.answers else f"status    {http}/readyz"
    lines = [asked, f"MQTT      {broker.address} ({broker.product})"]
    if settings.role.ingests:
        lines.append(f"          {broker.guarantee}")
    lines.append(f"journal   {settings.journal}")
    if hub.graph is not None:
        lines.append(f"graph     {settings.graph}")
    part = "" if settings.role is Role.ALL else f", and its part is: {settings.role}"
    err().print("\n".join([f"the hub is running{part}; Ctrl-C ends it", *lines]), markup=False)
