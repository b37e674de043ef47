"""The errors of `graph`. No driver exception gets out of a store.

GraphError
├── StoreUnavailable    the store can't be reached or opened; trying again later may help
│   ├── StoreDamaged    its files can't be read; a rebuild helps
│   └── StoreBehind     it lacks what it had before, as where a backup was restored; projecting that again helps
├── StoreBusy           a lock or a transient fault; trying again at once may help
├── ReadTimeout         a read took longer than its limit
├── ReadFailed          the store refused a read for good; trying again will not help
├── WriteFailed         a batch can't be written as it is; trying again will not help
└── SchemaMismatch      the tables there contradict the model
"""

from __future__ import annotations


class GraphError(Exception):
    """Base of this package's errors."""


class StoreUnavailable(GraphError):
    """The store can't be reached or opened."""


class StoreDamaged(StoreUnavailable):
    """The store's files can't be read: they are damaged, or of another version or program."""


class StoreBehind(StoreUnavailable):
    """The store lacks what was committed to it before."""


class StoreBusy(GraphError):
    """A lock or a transient fault kept a transaction from its end."""


class ReadTimeout(GraphError):
    """A read took longer than its limit."""


class WriteFailed(GraphError):
    """The store refused a batch for good."""


class ReadFailed(GraphError):
    """The store refused a read for good."""


class SchemaMismatch(GraphError):
    """The store's tables contradict the model, or the model's names can't stand in one store."""
