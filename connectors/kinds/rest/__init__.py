"""The kind `rest`: what answers in JSON over HTTP.

settings   how it is configured
auth       how a source is shown who asks
fill       placeholders in parameters, headers and bodies
pages      how one page leads to the next
client     requests, with patience
source     the source itself
"""

from connectors.kinds.rest.source import RestKind

__all__ = ["RestKind"]
