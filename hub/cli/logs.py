"""How the hub logs: to the standard error, as text for people or one JSON object a line."""

from __future__ import annotations

import json
import logging

from connectors.wire.address import redact
from hub.clock import instant
from hub.settings import LogFormat, Settings


def set_up(settings: Settings) -> None:
    """Sends every log line of the process to the standard error, in the form that the settings want."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.log_format is LogFormat.JSON else Text())
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    for noisy in ("uvicorn", "amqtt", "gmqtt", "transitions"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))


class Text(logging.Formatter):
    """`2026-03-01T10:00:00.123000Z INFO hub.mqtt.client: connected`. Passwords in URLs are hidden."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{_time(record)} {record.levelname} {record.name}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return redact(text)


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "message", "exception"?}`. Passwords in URLs are hidden."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return instant(round(record.created * 1_000_000))
