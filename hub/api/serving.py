"""The API of a running hub."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from connectors.wire.address import Address
from hub.api import documents
from hub.api.context import ApiContext, Limits
from hub.api.documents import Documents
from hub.api.http import create_api
from hub.api.publishing import publisher
from hub.settings import Settings
from schema.model import MODEL

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.http.web import Stage


VERSION = version("unshub")


def routes(stage: Stage, settings: Settings) -> list[BaseRoute]:
    """The routes of the API, for a hub that may still be starting. `DocumentsError`: its documents can't be read."""
    limits = limits_of(settings)

    made: list[tuple[Hub, ApiContext]] = []

    def provide() -> ApiContext | None:
        hub = stage.hub
        if hub is None:
            return None
        if not made or made[0][0] is not hub:
            made[:] = [(hub, context_of(hub, limits))]
        return made[0][1]

    return create_api(MODEL, provide, limits, documents=documents_of(settings))


def documents_of(settings: Settings) -> Documents:
    """The documents that may be asked for by their id."""
    if settings.documents is None:
        return Documents(trusted=settings.trusted_documents)
    return documents.read(settings.documents, trusted=settings.trusted_documents)


def limits_of(settings: Settings) -> Limits:
    """How much one request may ask for."""
    given = settings.limits
    told = settings.introspection
    return Limits(
        default_page=settings.default_page,
        max_page=settings.max_page,
        max_seconds=settings.request_timeout,
        introspection=isinstance(settings.http, Address) if told is None else told,
        max_body=int(given.body),
        max_tokens=given.tokens,
        max_depth=given.depth,
        max_aliases=given.aliases,
        max_roots=given.root_fields,
        max_siblings=given.side_by_side,
        max_fragments=given.fragments,
        max_selections=given.fields,
        max_complexity=given.complexity,
        max_rows=given.things,
        max_conditions=given.conditions,
        max_list=given.values,
        max_places=given.places,
        max_tags=given.tags,
        max_batch=given.batch,
    )


def context_of(hub: Hub, limits: Limits | None = None) -> ApiContext:
    """What the API reads from and writes to in this hub; `limits` are those of its settings unless given."""
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
        limits=limits or limits_of(settings),
        authority=settings.authority,
        systems=settings.rules().systems,
        desk=hub.desk,
    )
