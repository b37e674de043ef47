"""From a question to its answer, whatever it came by over HTTP."""

from __future__ import annotations

from dataclasses import replace

from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from graph.errors import GraphError
from hub.api.context import ApiContext
from hub.api.documents import Documents
from hub.api.errors import RequestError
from hub.api.schema import HubSchema
from hub.api.view.answer import Answer, of_error, of_result
from hub.api.view.asked import Asked
from hub.api.view.refused import Refused

BY_POST = frozenset({OperationType.QUERY, OperationType.MUTATION})
BY_GET = frozenset({OperationType.QUERY})


async def answer(
    schema: HubSchema, asked: Asked, context: ApiContext, documents: Documents, allowed: frozenset[OperationType]
) -> Answer:
    """The answer to a question; `Refused` where its operation is not one for this way of asking."""
    try:
        query = documents.text(asked.document_id, asked.query)
    except RequestError as error:
        return of_error(str(error))
    try:
        body = await schema.programs.answer(query, asked.operation_name, asked.variables, context)
    except GraphError as error:
        context = replace(context, failed=error)
    else:
        if body is not None:
            return Answer(body)
    try:
        result = await schema.execute(
            query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            allowed_operation_types=allowed,
        )
    except CannotGetOperationTypeError as error:
        return of_error(error.as_http_error_reason())
    except InvalidOperationTypeError as error:
        raise _not_allowed(error) from None
    if not result.errors:
        schema.programs.learn(query, asked.operation_name)
    return of_result(result)


def _not_allowed(error: InvalidOperationTypeError) -> Refused:
    if error.operation_type is OperationType.SUBSCRIPTION:
        return Refused(400, error.as_http_error_reason("HTTP"))
    return Refused(405, "a mutation is not for GET, which changes nothing; send it by POST", {"Allow": "POST"})
