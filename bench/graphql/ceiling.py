"""The most that Python could serve: `python -m bench.graphql.ceiling PORT NEO4J_URL`.

A bare Starlette handler for each question runs the statement that a person would write for exactly that one, by the
same driver, and gives it to orjson. It checks nothing, knows no schema and can answer nothing else. uvicorn and
Python are set up as the hub sets them up.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

import neo4j
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.graphql.questions import QUESTIONS, Question
from hub import process
from hub.http import door


def path(question: Question) -> str:
    """Where a question is asked."""
    return f"/{QUESTIONS.index(question)}"


def main(port: int, url: str) -> None:
    """Serves until it is killed."""
    process.tune()
    process.run(_serve(port, url))


async def _serve(port: int, url: str) -> None:
    async with neo4j.AsyncGraphDatabase.driver(
        url, notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF
    ) as driver:
        app = Starlette(routes=[Route(path(q), _handler(driver, q.cypher), methods=["POST"]) for q in QUESTIONS])
        config = uvicorn.Config(
            app,
            port=port,
            http=door.door(door.raise_file_limit()),
            lifespan="off",
            log_config=None,
            access_log=False,
        )
        await uvicorn.Server(config).serve()


def _handler(driver: neo4j.AsyncDriver, cypher: str) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        variables = orjson.loads(await request.body())["variables"]
        async with driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
            found = await (await session.run(cypher, variables)).single(strict=True)
        return Response(orjson.dumps({"data": found[0]}), media_type="application/json")

    return handle


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
