"""Whether the parts that the settings name are such as several hubs can share."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.wire.address import Url
from hub.settings import Role, Settings

Misfit = tuple[str, str, str]
"""The setting to change, what is wrong, and the remedy."""


def misfits(settings: Settings) -> Iterator[Misfit]:
    """Hubs that share the work share the broker, the journal and the graph, which must be servers for that."""
    if settings.role is not Role.ALL:
        name, what = "role", f"a hub that does only a part (role: {settings.role}) works beside others"
    elif settings.group is not None:
        name, what = "group", f"hubs of a group (group: {settings.group}) share the work"
    else:
        return
    if not isinstance(settings.broker, Url):
        yield name, f"{what}, and they need one broker", "set `broker` to mqtt://HOST:PORT"
    if settings.journal.scheme != "postgresql":
        yield name, f"{what}, and they need one journal", "set `journal` to postgresql://USER@HOST/DATABASE"
    if settings.graph.scheme == "ladybug" and settings.role not in (Role.INGEST, Role.CONNECT):
        yield name, f"{what}, and they need one graph", "set `graph` to neo4j://USER@HOST"
