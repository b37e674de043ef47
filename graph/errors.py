"""The errors of `graph`. No driver exception gets out of a store.

GraphError
├── StoreUnavailable    the store can't be reached or opened; trying again later may help
├── StoreBusy           a lock or a transient fault; trying again at once may help
├── ReadTimeout         a read took longer than its limit
└── WriteFailed         a batch can't be written as it is; trying again will not help
"""

from __future__ import annotations


class GraphError(Exception):
    """Base of this package's errors."""


class StoreUnavailable(GraphError):
    """The store can't be reached or opened."""


class StoreBusy(GraphError):
    """A lock or a transient fault kept a transaction from its end."""


class ReadTimeout(GraphError):
    """A read took longer than its limit."""


class WriteFailed(GraphError):
    """The store refused a batch for good."""
