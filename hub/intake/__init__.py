"""From a message to the journal: `ingest` parses, validates and keeps it, or keeps its refusal.

retained        a message that was retained, which may be old
arrivals        whether the clock goes on
counts          members that the model does not know
dead_letters    a refused message tried again
"""
