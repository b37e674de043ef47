"""The vocabulary: topics, contracts, the ISA-95 model, assertions and how they merge. Pure: no I/O."""

# The registry reads what declarations are made of, and the declared model is built by the registry: entered from any
# other module first, the two would wait for each other.
import schema.model as model  # noqa: F401
