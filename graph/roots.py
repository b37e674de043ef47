"""What a plan's root may be. Each is a read of its own, which every store can run."""

from __future__ import annotations

from graph.aggregate import Aggregate
from graph.around import Near, Shortest
from graph.issues import Issues
from graph.plan import Lookup, Page
from graph.search import Search
from graph.walks import Walk

Root = Lookup | Page | Aggregate | Search | Walk | Near | Shortest | Issues
