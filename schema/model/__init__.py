"""The model: every kind of thing that a plant's systems speak of, a file for each domain.

`MODEL` is the one value that the rest of the hub reads.
"""

from schema.model.materials import MaterialDefinition, MaterialLot
from schema.registry import Model, build

KINDS = (MaterialDefinition, MaterialLot)

MODEL: Model = build(KINDS)
