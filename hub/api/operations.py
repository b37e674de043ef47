"""Operations as streaming transports run them: one answer to a question or a mutation, any number to a subscription."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import replace

from graphql import OperationType as CoreType
from graphql import get_operation_ast
from strawberry.types.graphql import OperationType

from hub.api.answers import Answers, Refused, Request, answer
from hub.api.context import ApiContext, Limits
from hub.api.documents import Documents
from hub.api.errors import RequestError
from hub.api.schema import HubSchema
from hub.api.shared import Shared, parsed

ANY = frozenset(OperationType)


class Operations:
    """Runs operations of one schema."""

    def __init__(self, schema: HubSchema, documents: Documents, limits: Limits) -> None:
        """`documents` are those that may be asked for by their id."""
        self._schema = schema
        self._documents = documents
        self._limits = limits
        self.shared = Shared(schema)

    async def begin(self, context: ApiContext, request: Request, allowed: Collection[OperationType] = ANY) -> Answers:
        """The answers to an operation. `Refused` where it is not executed."""
        request = replace(request, query=self._text(request))
        document = parsed(request.query, self._limits.max_tokens)
        operation = get_operation_ast(document, request.operation_name) if document else None
        if document and operation and operation.operation is CoreType.SUBSCRIPTION:
            return await self.shared.subscribe(context, request, document, operation)
        if operation and OperationType(operation.operation.value) not in allowed:
            raise Refused([{"message": f"a {operation.operation.value} is not taken in this way; send it with POST"}])
        results = await self._schema.stream(
            request.query,
            variable_values=None if request.variables is None else dict(request.variables),
            context_value=context,
            operation_name=request.operation_name,
            allowed_operation_types=allowed,
        )
        async with aclosing(results):
            return _once(answer(await anext(results)))

    def _text(self, request: Request) -> str:
        """The document that is asked for; one that is not answered is not parsed either."""
        try:
            text = self._documents.text(request.document_id, request.query or None)
            if (refusal := self._documents.refusal(text)) is not None:
                raise refusal
        except RequestError as error:
            raise Refused([{"message": str(error), "extensions": dict(error.extensions)}]) from None
        return text


async def _once(text: str) -> AsyncGenerator[str, None]:
    yield text
