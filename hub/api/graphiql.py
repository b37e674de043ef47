"""GraphiQL, the query editor, from files that come with a package: it works where there is no internet.

`graphene-django-graphiql-static` is used for its files alone, not for its code. Each file is the one that its
project published (`docs/decisions/0009-graphiql.md`): browsers check the digests below and run nothing else.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from string import Template

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

PACKAGE = "graphene_django_graphiql_static"
FOLDER = f"static/{PACKAGE}"

ASSETS = {
    "graphiql.min.css": "sha256-xs1Lg/AcXh/0l113vJVxhNzm3sAVX7+cxNkZDrqKe50=",
    "react.production.min.js": "sha256-Ipu/TQ50iCCVZBUsZyNJfxrDk0E2yhaEIz0vqI+kFG8=",
    "react-dom.production.min.js": "sha256-nbMykgB6tsOFJ7OdVmPpdqMFVk4ZsqWocT6issAPUF0=",
    "graphiql.min.js": "sha256-xWTeBbldGE4sW6XOryY1gh9r+S8tV3e3TZEAT/a1kdE=",
    "graphql-ws.min.js": "sha256-EZhvg6ANJrBsgLvLAa0uuHNLepLJVCFYS+xlb5U/bqw=",
}
"""Files of React 17.0.2, GraphiQL 2.4.7 and graphql-ws 5.12.1, in the order in which a page loads them."""

_QUERY = """# Ctrl-Space lists what may stand here.
# The book on the left has every field's meaning.

{
  materialLots(
    first: 10
    orderBy: [{updatedAt: DESC}]
  ) {
    totalCount
    nodes {
      id
      status
      definition { id name }
      sources { system observedAt }
    }
  }
}
"""


@cache
def page(path: str) -> str:
    """The page, for an API at `path`."""
    template = Template((files("hub.api") / "graphiql.html").read_text())
    links = "\n".join(_link(f"{path}/assets/{name}", digest) for name, digest in ASSETS.items())
    return template.substitute(path=path, links=links, query=json.dumps(_QUERY))


def assets(path: str) -> BaseRoute:
    """The route that serves the files."""
    return Mount(f"{path}/assets", StaticFiles(packages=[(PACKAGE, FOLDER)]), name="graphiql")


def _link(url: str, integrity: str) -> str:
    if url.endswith(".css"):
        return f'<link rel="stylesheet" href="{url}" integrity="{integrity}">'
    return f'<script src="{url}" integrity="{integrity}"></script>'
