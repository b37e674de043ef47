"""The kind `rest`: what answers in JSON over HTTP.

settings   how it is configured
auth       how a source is shown who asks
fill       placeholders in parameters, headers and bodies
pages      how one page leads to the next
client     requests, with patience
ask        one page asked for, and the records in the answer
envelope   requests that go inside others
since      from when on a run reads
changes    pages that go by change
children   what belongs to the records of a page
source     the source itself
"""

from connectors.kinds.rest.source import RestKind

__all__ = ["RestKind"]
