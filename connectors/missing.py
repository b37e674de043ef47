"""Fields that a stream names and its source has not: looked for before anything is told; each would be nothing."""

from __future__ import annotations

from connectors.errors import SourceError
from connectors.kind import Columned, PushSource, Source
from connectors.load import Connector


def refuse_missing(connector: Connector, stream: str, source: Source | PushSource) -> None:
    """`SourceError` names every field of a stream that its source lacks, where the source knows its columns."""
    if not isinstance(source, Columned):
        return
    looks = list(source.missing(stream, connector.mappings[stream].fields))
    if looks:
        found = ". ".join(f"{look.detail[:1].upper()}{look.detail[1:]}; {look.remedy}" for look in looks)
        raise SourceError(f"the connector names what its source has not, so that nothing was read. {found}")
