"""The JSON of a telephone system's news, read strictly.

{"id", "call", "event": "ringing" | "answered" | "ended" | "missed" | "recorded", "direction": "in" | "out",
 "number", "extension", "at", "seconds", "recording"}
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from channels.message import Address, Automation, CallReport, CallStep, InboundMessage
from channels.webhook.form import Unfit

LONGEST_NAME = 200
LONGEST_NUMBER = 60
LONGEST_EXTENSION = 20
LONGEST_LINK = 2000
LONGEST_CALL_SECONDS = 7 * 24 * 3600


def read(body: bytes) -> InboundMessage:
    """One step of a call. Raises Unfit, naming the field that is wrong."""
    said = _object(body)
    own_id = _text(said, "id", LONGEST_NAME, required=True)
    report = CallReport(
        call=_text(said, "call", LONGEST_NAME, required=True),
        step=_step(said),
        number=_text(said, "number", LONGEST_NUMBER),
        extension=_text(said, "extension", LONGEST_EXTENSION),
        outward=_is_outward(said),
        at=_moment(said.get("at")),
        seconds=_seconds(said.get("seconds")),
        recording_url=_link(_text(said, "recording", LONGEST_LINK)),
    )
    return InboundMessage(
        external_id=own_id,
        sender=Address(report.number),
        recipients=(),
        subject="",
        text="",
        sent_at=report.at,
        thread_key=report.call,
        automation=Automation.AUTO_GENERATED,
        call=report,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as unfit:
        raise Unfit("The body is not JSON in UTF-8.") from unfit
    if not isinstance(said, dict):
        raise Unfit("The body must be one JSON object.")
    return said


def _text(said: Mapping[str, Any], name: str, longest: int, *, required: bool = False) -> str:
    value = said.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Unfit(f'"{name}" must be a text.')
    plain = value.strip()
    if len(plain) > longest:
        raise Unfit(f'"{name}" is longer than {longest:,} characters.')
    if not plain.isprintable():
        raise Unfit(f'"{name}" holds a character that cannot be printed.')
    if required and not plain:
        raise Unfit(f'"{name}" is missing.')
    return plain


def _step(said: Mapping[str, Any]) -> CallStep:
    try:
        return CallStep(said.get("event"))
    except ValueError as unfit:
        known = ", ".join(step.value for step in CallStep)
        raise Unfit(f'"event" must be one of: {known}.') from unfit


def _is_outward(said: Mapping[str, Any]) -> bool:
    direction = said.get("direction", "in")
    if direction not in ("in", "out"):
        raise Unfit('"direction" is "in" or "out".')
    return bool(direction == "out")


def _moment(value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.utcoffset() is None:
            raise Unfit('"at" must say its offset from UTC, such as Z.')
        return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as unfit:
        raise Unfit('"at" must be a moment, such as 2026-11-22T09:30:00Z.') from unfit


def _seconds(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit('"seconds" must be a whole number.')
    if not 0 <= value <= LONGEST_CALL_SECONDS:
        raise Unfit('"seconds" must be between 0 and those of a week.')
    return value


def _link(text: str) -> str:
    """The address of a recording: https, of a named host, without anybody's password in it (S46)."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        fit = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        fit = False
    if not fit or any(mark in text for mark in " \\\"'<>`"):
        raise Unfit('"recording" must be an address that begins with https://.')
    return text
