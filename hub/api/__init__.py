"""GraphQL: the API over the graph, the journal and the broker.

types        common, scalars by hand; inputs, types from the model; schema puts them together
reads        selections -> compile -> graph.plan -> the store -> walk
beside them  query (node, search, namespace, hub), mutation (publish), subscription (changes)
transport    http (POST, GET, WebSocket, GraphiQL), serving for a hub
"""

from hub.api.schema import sdl
from hub.api.serving import routes

__all__ = ["routes", "sdl"]
