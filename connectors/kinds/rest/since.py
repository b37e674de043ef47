"""From when on a run reads, and the newest change that it has seen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connectors.errors import Unfit
from connectors.kinds.rest.settings import RestSettings, RestStream
from connectors.mapping.times import EPOCHS, Clock, zone_of
from connectors.records import Record
from schema.json import Json
from schema.model.base import instant_text

FUTURE_SECONDS = 60


class Seen(NamedTuple):
    """When the records of a page were changed."""

    marks: Sequence[float | None]
    newest: datetime | None


class Since:
    """From when on a run reads, and the newest change that it has seen."""

    def __init__(self, stream: RestStream, settings: RestSettings, position: Json) -> None:
        zone = None if settings.time_zone is None else zone_of(settings.time_zone)
        self._stream = stream
        self._clock = Clock(zone, stream.changed_format)
        self._newest: datetime | None = None
        if isinstance(position, str):
            self._newest = datetime.fromisoformat(position)
        # The same for all pages of the run: counted pages of another selection would be others.
        self.begin = None if self._newest is None else _before(self._newest, stream.overlap)

    @property
    def position(self) -> Json:
        """The newest change, as it is kept."""
        return None if self._newest is None else instant_text(self._newest)

    def written(self, moment: datetime | None) -> Any:
        """A time as {since} has it; None where everything is to be read."""
        form = self._stream.since_format
        if moment is None:
            return None
        if form in EPOCHS:
            return int(moment.timestamp() * EPOCHS[form])
        if form == "iso":
            return instant_text(moment)
        return moment.astimezone(self._clock.zone or UTC).strftime(form)

    def saw(self, records: Sequence[Record]) -> Seen:
        """Takes note of the records of a page."""
        if self._stream.changed is None:
            return Seen((), None)
        moments = [self._moment(record) for record in records]
        newest = max((moment for moment in moments if moment is not None), default=None)
        if newest is not None:
            self._newest = newest if self._newest is None else max(self._newest, newest)
        return Seen([None if moment is None else moment.timestamp() for moment in moments], newest)

    def _moment(self, record: Record) -> datetime | None:
        value = next((record[name] for name in self._stream.changed or () if record.get(name)), None)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(self._clock.instant(value))
        except Unfit:
            # The mapping tells of it, as of any other value.
            return None
        # A clock set wrong: the position does not follow it, or what comes would be missed.
        return None if moment.timestamp() > time.time() + FUTURE_SECONDS else moment


def _before(moment: datetime, seconds: float) -> datetime:
    try:
        return moment - timedelta(seconds=seconds)
    except OverflowError:
        return moment
