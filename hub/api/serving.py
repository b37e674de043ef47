"""The API of a running hub."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from hub.api.context import ApiContext, Limits
from hub.api.http import create_api
from hub.api.publishing import publisher
from schema.model import MODEL

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.http.web import Stage


VERSION = version("unshub")


def routes(stage: Stage) -> list[BaseRoute]:
    """The routes of the API, for a hub that may still be starting."""
    return create_api(MODEL, lambda: None if stage.hub is None else context_of(stage.hub))


def context_of(hub: Hub) -> ApiContext:
    """What the API reads from and writes to in this hub."""
    settings = hub.settings
    return ApiContext(
        model=hub.model,
        store=hub.store,
        journal=hub.journal,
        publish=publisher(settings),
        changes=hub.changes,
        broker=hub.broker.status,
        version=VERSION,
        prefix=settings.topic_prefix,
        limits=Limits(default_page=settings.default_page, max_page=settings.max_page),
    )
