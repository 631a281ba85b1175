"""Log lines: for a person at a terminal, or one JSON object a line for machines; never two lines for one event."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

# What every record has; anything else came by `extra` and is shown.
_USUAL = set(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}


class OneLine(logging.Formatter):
    """For a terminal: control characters are escaped, so that no text from outside can forge a line (S49)."""

    def format(self, record: logging.LogRecord) -> str:
        plain = escaped(record.getMessage())
        extra = " ".join(f"{name}={escaped(str(value))}" for name, value in extras(record).items())
        text = f"{record.levelname.lower():8} {plain} {extra}".rstrip()
        return text + "\n" + self.formatException(record.exc_info) if record.exc_info else text


class JsonLine(logging.Formatter):
    """For machines: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": record.getMessage(),
            **extras(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=True)


def extras(record: logging.LogRecord) -> dict[str, object]:
    """What was logged beside the sentence."""
    return {name: value for name, value in record.__dict__.items() if name not in _USUAL}


def escaped(text: str) -> str:
    """Text without control characters."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


def set_up_logs(level: str) -> None:
    """Send the log to standard error: plain at a terminal, JSON elsewhere."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine() if sys.stderr.isatty() else JsonLine())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("rq").setLevel(logging.WARNING)
    logging.getLogger("waitress").setLevel(logging.ERROR)
    logging.getLogger("mail.log").setLevel(logging.WARNING)
