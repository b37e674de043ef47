"""The error of `hub.demo`: a plant file that can't be used."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import Fault, HubError


class PlantError(HubError):
    """The plant file can't be used; `faults` has every fault with its line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the plant file can't be used:\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = tuple(faults)
