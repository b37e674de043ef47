"""The GraphQL schema: what is declared by hand with strawberry, and the types that follow from the model, in one.

Strawberry parses, validates, executes and speaks the transports. The hundreds of types derived from the model are made
in graphql-core's own terms and put beside strawberry's: a derived type is a value, not a class, and building them so
takes a tenth of the time (`docs/decisions/0008-generated-types.md`).
"""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    print_schema,
)
from strawberry.extensions import AddValidationRules, MaxTokensLimiter
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from hub.api import reading, walk
from hub.api.common import VALUE_TYPES, Conflict, Identifier, PageInfo, Parameter, Quantity, Said, SortDirection, Source
from hub.api.complexity import Estimates
from hub.api.context import Limits
from hub.api.documents import Documents
from hub.api.masking import Masked
from hub.api.mutation import Mutation
from hub.api.programs import Programs
from hub.api.query import Query
from hub.api.rules import Budgeted, OneOperation, depth_limit
from hub.api.scalars import SCALARS
from hub.api.sizes import Parsed, Validated, nested_too_deeply
from hub.api.subscription import Event, Subscriptions
from hub.api.types import Types
from schema.registry import Model

_CACHED = 256
"""Documents that are kept parsed and validated."""


class _NotAnswered(InvalidOperationTypeError):
    def as_http_error_reason(self, method: str) -> str:
        return (
            f"a subscription has no answer to {method}; subscribe over WebSocket (graphql-transport-ws) at this address"
        )


class HubSchema(strawberry.Schema):
    """The schema of a model."""

    def __init__(self, model: Model, limits: Limits | None = None, documents: Documents | None = None) -> None:
        limits = limits or Limits()
        self._documents = documents or Documents()
        rule = depth_limit(limits.max_depth)
        estimates = Estimates(lambda: self._schema, _CACHED)
        super().__init__(
            query=Query,
            mutation=Mutation,
            types=[Source, Said, Conflict, Identifier, Quantity, Parameter, PageInfo, SortDirection, Event],
            extensions=[
                Masked,
                lambda: MaxTokensLimiter(limits.max_tokens),
                lambda: Parsed(_CACHED),
                lambda: AddValidationRules([rule]),
                lambda: Validated(limits, estimates, _CACHED),
                OneOperation,
                Budgeted,
            ],
            config=StrawberryConfig(scalar_map=SCALARS),
        )
        self._schema = _with_model(self._schema, model)
        self._schema._strawberry_schema = self  # type: ignore[attr-defined]
        self.programs = Programs(self._schema, model, limits, estimates)

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """The one answer to a request. A subscription, which `subscribe` serves, has none and is refused."""
        allowed = set(kwargs.get("allowed_operation_types") or OperationType) - {OperationType.SUBSCRIPTION}
        try:
            return await super().execute(*args, **{**kwargs, "allowed_operation_types": allowed})
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise _NotAnswered(error.operation_type) from None
            raise

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        """What is wrong with an operation. What is not to be answered, or nested too deeply, is not parsed at all."""
        text = context.query or ""
        refusal = self._documents.refusal(text)
        fault = nested_too_deeply(text) if refusal is None else GraphQLError(str(refusal), original_error=refusal)
        if fault is None:
            return await super()._prepare_operation_async(context, extensions_runner)
        context.pre_execution_errors = [fault]
        return PreExecutionError(data=None, errors=[fault])

    def process_errors(self, errors: list[Any], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: `hub.api.masking` logs what is worth logging."""

    def _extend_introspection(self) -> None:
        """Nothing: graphql-core tells of `@oneOf` by itself, where strawberry's way knows only its own classes."""

    def as_str(self) -> str:
        return print_schema(self._schema) + "\n"

    __str__ = as_str

    @property
    def core(self) -> GraphQLSchema:
        """The schema as graphql-core has it."""
        return self._schema


def sdl(model: Model) -> str:
    """The schema of a model in GraphQL's schema definition language."""
    return HubSchema(model).as_str()


def _with_model(static: GraphQLSchema, model: Model) -> GraphQLSchema:
    common = {name: type_ for name, type_ in static.type_map.items() if not is_introspection_type(type_)}
    _read_from_rows(common)
    _mark_one_of(common)
    types = Types(model, common)
    query = static.query_type
    assert query is not None
    arguments = static.to_kwargs()
    arguments["query"] = GraphQLObjectType(
        query.name,
        {**query.fields, **types.query(lookup=reading.lookup, page=reading.page, aggregate=reading.aggregate)},
        description=query.description,
    )
    arguments["subscription"] = Subscriptions(model, common, types.objects).type(types.inputs)
    arguments["types"] = (*(t for t in common.values() if t is not query), *types.objects.values())
    return GraphQLSchema(**arguments)


def _mark_one_of(common: dict[str, GraphQLNamedType]) -> None:
    """Strawberry checks that one member alone is given to inputs of its classes, and does not say so in the schema."""
    for type_ in common.values():
        declared = type_.extensions.get("strawberry-definition")
        if isinstance(type_, GraphQLInputObjectType) and getattr(declared, "is_one_of", False):
            type_.is_one_of = True


def _read_from_rows(common: dict[str, GraphQLNamedType]) -> None:
    """Values and things are dicts here, so strawberry's resolvers, which expect its classes, give way."""
    for name in VALUE_TYPES:
        type_ = common[name]
        assert isinstance(type_, GraphQLObjectType)
        for field in type_.fields.values():
            field.resolve = None
    entity = common["Entity"]
    assert isinstance(entity, GraphQLInterfaceType)
    entity.resolve_type = walk.type_name
