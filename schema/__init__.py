"""The vocabulary: topics, contracts, the ISA-95 model, assertions and how they merge. Pure: no I/O."""
