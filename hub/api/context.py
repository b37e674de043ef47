"""What the API needs of the hub: the ports it reads and writes through, and its limits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import strawberry
from graphql import FieldNode, GraphQLResolveInfo

from graph.errors import GraphError
from graph.plan import Plan, Row
from graph.store import GraphStore
from hub.announcing.live import Changes
from hub.api.errors import RequestError
from hub.journal.port import Journal
from hub.messages import BrokerStatus
from schema.authority import EQUAL, Authority
from schema.registry import Model
from schema.rules import SystemRules
from schema.topic import DEFAULT_PREFIX

if TYPE_CHECKING:
    from hub.api.source import Source
    from hub.connect.desk import Desk


class Publish(Protocol):
    """Hands a message to the broker; returns when the broker has it, `PublishError` if it can't."""

    async def __call__(self, topic: str, payload: bytes, properties: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may ask for. Beyond a limit it is refused with the limit's name and value."""

    default_page: int = 100
    """Things on a page where `first` is not given."""
    max_page: int = 1_000
    max_depth: int = 20
    """Levels of selection sets in a document, introspection left out."""
    max_tokens: int = 5_000
    """Words and marks in a document."""
    max_aliases: int = 500
    """Aliases in a document."""
    max_complexity: int = 1_000_000_000_000_000
    """Objects that an answer may have, reckoned before anything is read (`hub.api.complexity`)."""
    max_roots: int = 50
    """Root fields of an operation: each is a read of its own."""
    max_siblings: int = 100
    """Fields with selections of their own, side by side."""
    max_fragments: int = 100
    """Fragments of a document."""
    max_conditions: int = 1_000
    """Conditions of one list's filters, those of the lists within it included."""
    max_selections: int = 5_000
    """Fields of a document after its fragments are put in."""
    max_rows: int = 20_000
    """Things in one answer, each as often as it is in it: a small question can name few things very often."""
    max_list: int = 1_000
    """Values in a list of a filter."""
    max_body: int = 1_048_576
    """Bytes of a request over HTTP."""
    max_batch: int = 0
    """Requests in one array over HTTP; with 0, arrays are refused."""
    max_seconds: float = 30.0
    """How long a request over HTTP may take."""
    introspection: bool = True
    """Whether the schema is told."""
    max_tags: int = 10_000
    """Tags in one answer of `namespace`."""
    max_places: int = 1_000
    """Places in one answer of `namespace`."""
    max_walk: int = 10_000
    """Things that one walk through the graph may give."""


class Budget:
    """What one answer has taken of its limits, over all its root fields; `RequestError` where it would take more."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.renew()

    def renew(self) -> None:
        """Begins another answer: a subscription gives many."""
        self._selections = 0
        self._rows = 0
        self._begun: set[int] = set()

    def of(self, root: FieldNode) -> Budget:
        """What compiling a field may take; one that is compiled again, as for each place, counts once."""
        if id(root) in self._begun:
            return Budget(self._limits)
        self._begun.add(id(root))
        return self

    def select(self) -> None:
        """Takes one field."""
        self._selections += 1
        limit = self._limits.max_selections
        if self._selections > limit:
            raise RequestError(f"the document selects more than {limit} fields, fragments put in; ask for less")

    def give(self, rows: int) -> None:
        """Takes things before they are put into the answer."""
        self._rows += rows
        limit = self._limits.max_rows
        if self._rows > limit:
            raise RequestError(
                f"the answer has {self._rows} things, more than the {limit} that one may have; "
                "ask for smaller pages with `first`, or for fewer levels"
            )


READS_AT_ONCE = 2
"""Root fields of one operation that are read at the same time: with more, one document keeps the graph from all."""


@dataclass(slots=True)
class Batch:
    """What the requests of one batch have taken together."""

    complexity: int = 0


@dataclass(frozen=True, slots=True)
class ApiContext:
    """Everything that the API reads from, writes to and is bounded by."""

    model: Model
    store: GraphStore
    journal: Journal
    publish: Publish
    changes: Changes
    broker: Callable[[], Awaitable[BrokerStatus]]
    version: str
    prefix: str = DEFAULT_PREFIX
    limits: Limits = field(default_factory=Limits)
    failed: GraphError | None = None
    """Why the graph could not be read for this request, where that was tried before: it is not tried again."""
    told: bool = False
    """Whether the answer tells its complexity."""
    batch: Batch | None = None
    """None where the request came alone."""
    authority: Authority = EQUAL
    """Whose word counts where systems disagree."""
    systems: Mapping[str, SystemRules] | None = None
    """The systems that may speak, and what each may say; None for any."""
    desk: Desk | None = None
    """The connectors."""
    source: Source | None = None
    """Where its events come from, for the one operation that is a subscription."""
    budget: Budget = field(init=False)
    """Of the operation under way: each has a copy of the context (`hub.api.rules.Budgeted`)."""

    turns: asyncio.Semaphore = field(init=False)
    """Of the operation under way: who of its root fields may read now."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "budget", Budget(self.limits))
        object.__setattr__(self, "turns", asyncio.Semaphore(READS_AT_ONCE))

    async def read(self, plan: Plan, parameters: Mapping[str, Any]) -> Row:
        """What a plan of the operation under way gives, in its turn; `GraphError` where nothing can be read."""
        if self.failed is not None:
            raise self.failed
        async with self.turns:
            return await self.store.read(plan, parameters)


Info = strawberry.Info[ApiContext, None]
"""What strawberry's resolvers are told of the request."""

CoreInfo = GraphQLResolveInfo[ApiContext]
"""What graphql-core's resolvers are told of it: the parsed selection too."""


def core(info: Info) -> CoreInfo:
    """The request as graphql-core's resolvers see it; strawberry's own form leaves out the parsed selection."""
    found: Any = info._raw_info
    return found  # type: ignore[no-any-return]
