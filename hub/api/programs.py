"""Documents that are asked again, as programs: from the question to finished JSON without graphql-core's walk.

    document, operation ──a first answer by graphql-core──> known ──outline of the variables──> Program
    Program: one plan for all root fields ── GraphStore.read ──> rows ── shapes ──> JSON

A document is a candidate once it has been answered the ordinary way without an error: what is checked of documents is
checked there, in one place. Whatever is not plain is left to the ordinary way too: a document with other root fields
than those of `hub.api.root_fields`, a value that is refused, an error of the graph, which is raised there instead of
being met again. So a program gives an answer without errors, or none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
)
from graphql.execution.values import VariableValues, get_variable_values

from graph.cache import Cache
from graph.roots import Root
from hub.api import cost
from hub.api.compile import Compiled, Compiler
from hub.api.complexity import Cost, Estimates
from hub.api.context import ApiContext, Budget, Limits
from hub.api.errors import RequestError
from hub.api.root_fields import RootFields, Under, shaping
from hub.api.selections import Document
from hub.api.shapes import Shapes
from hub.api.shaping import NotPlain, Shape
from hub.api.slots import outlined
from schema.registry import Model

DOCUMENTS = 512
"""Documents that are kept; of more, those go that were not asked for the longest time."""

LONGEST = 65_536
"""Characters of a document that is kept."""

OUTLINES = 32
"""Programs of one document, one for each outline of its variables."""


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled document: its plan, and what is made of what is read."""

    compiled: Compiled
    shapes: tuple[tuple[str, str, Shape], ...]
    """The response key of each root field, the plan's, and the shape. A shape of nothing that is read has no plan's."""
    few: bool = False
    """Whether an answer can't have too many things, whatever its pages' sizes."""

    async def run(self, context: ApiContext, variables: Mapping[str, Any]) -> bytes:
        """The answer, as JSON."""
        parameters = self.compiled.filled(variables)
        plan = self.compiled.plan
        rows = await context.store.read(plan, parameters) if plan.roots else {}
        if not self.few and cost.most(plan.roots, parameters) > context.limits.max_rows:
            Budget(context.limits).give(sum(cost.things(root, rows[root.key]) for root in plan.roots))
        data = {key: shape(rows[root]) if root else shape(None) for key, root, shape in self.shapes}
        return orjson.dumps({"data": data})


@dataclass(slots=True)
class Known:
    """A document's operation, and its programs by the outline of its variables; None where it can't be one."""

    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    cost: Cost
    shaping: Mapping[str, Callable[[Any], Hashable]]
    """Variables of whose values more than the outline counts, and what."""
    programs: Cache[Hashable, Program | None] = field(default_factory=lambda: Cache(OUTLINES))


Question = tuple[str, str | None]
"""A document's text, and the name of the operation to run."""


class Programs:
    """The programs of a schema."""

    def __init__(self, schema: GraphQLSchema, model: Model, limits: Limits, estimates: Estimates) -> None:
        self._schema = schema
        self._estimates = estimates
        self._model = model
        self._limits = limits
        self._fields = RootFields(model, limits)
        self._known: Cache[Question, Known | None] = Cache(DOCUMENTS)

    def learn(self, text: str, operation_name: str | None) -> None:
        """Takes a document for a candidate that was answered without an error."""
        question = (text, operation_name)
        if len(text) <= LONGEST:
            self._known.of(question, lambda: self._candidate(text, operation_name))

    async def answer(
        self, text: str, operation_name: str | None, variables: Mapping[str, Any] | None, context: ApiContext
    ) -> bytes | None:
        """The answer as JSON; None where the ordinary way has to give it. A `GraphError` says why nothing was read."""
        known = self._known.get((text, operation_name))
        # What is told beside an answer, and what a batch takes together, is reckoned the ordinary way.
        if known is None or context.told or context.batch is not None:
            return None
        if known.cost.of(variables or {}, self._limits) > self._limits.max_complexity:
            return None
        coerced: Mapping[str, Any] = {}
        if known.operation.variable_definitions:
            found = get_variable_values(self._schema, known.operation.variable_definitions, dict(variables or {}))
            if not isinstance(found, VariableValues):
                return None
            coerced = found.coerced
        try:
            program = self._program(known, coerced)
            return None if program is None else await program.run(context, coerced)
        except (RequestError, GraphQLError, NotPlain):
            return None

    def _candidate(self, text: str, operation_name: str | None) -> Known | None:
        document = parse(text)
        operation = get_operation_ast(document, operation_name)
        if operation is None or operation.operation is not OperationType.QUERY or operation.directives:
            return None
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        return Known(operation, fragments, self._estimates.of(text, document, operation_name), shaping(document))

    def _program(self, known: Known, variables: Mapping[str, Any]) -> Program | None:
        values, outline = outlined(variables)
        named = tuple((name, part(variables.get(name))) for name, part in known.shaping.items())
        return known.programs.of((outline, named), lambda: self._made(known, values, variables))

    def _made(self, known: Known, values: Mapping[str, Any], given: Mapping[str, Any]) -> Program | None:
        document = self._document(known, values)
        name = known.operation.name
        compiler = Compiler(self._model, document, self._limits, name.value if name else "")
        under = Under(document, compiler, Shapes(self._model, self._document(known, values)), given)
        roots: list[Root] = []
        shapes: list[tuple[str, str, Shape]] = []
        for key, nodes in document.roots(known.operation, "Query").items():
            if nodes[0].name.value == "__typename":
                shapes.append((key, "", lambda _: "Query"))
                continue
            root_key = f"r{len(roots)}"
            made = self._fields.make(under, root_key, nodes)
            if made is None:
                return None
            roots.append(made[0])
            shapes.append((key, root_key, made[1]))
        largest: Mapping[str, int] = defaultdict(lambda: self._limits.max_page)
        few = cost.most(roots, largest) <= self._limits.max_rows
        return Program(compiler.together(roots, kept=True), tuple(shapes), few)

    def _document(self, known: Known, values: Mapping[str, Any]) -> Document:
        return Document(self._schema, known.fragments, values, Budget(self._limits))
