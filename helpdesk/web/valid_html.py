"""What templates write shortly and HTML wants otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import Flask
from jinja2.ext import Extension

_SHORT_NAME = re.compile(r"(?<=\s)hx-(?=[a-z])")
_MOMENT = re.compile(r"\d{4,}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?")
_DAY = re.compile(r"\d{4,}-\d\d-\d\d")
_NUMBER = re.compile(r"-?\d*\.?\d+([eE][-+]?\d+)?")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*", re.ASCII)
_WEB_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>\"\\^`{|}]+", re.ASCII)


def init_valid_html(app: Flask) -> None:
    """Make what is here known to all templates."""
    app.jinja_env.add_extension(HtmxNames)
    app.jinja_env.globals.update(fitting_type=fitting_type, needs_choice=needs_choice)


class HtmxNames(Extension):
    """Templates name what htmx is to do `hx-get`; on the page it is `data-hx-get`, as HTML has it for programs."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _SHORT_NAME.sub("data-hx-", source)


def fitting_type(kind: str, value: Any) -> str:
    """The type of a field: the one wanted, or plain text for a value that a field of that type could not show.

    What somebody typed comes back with the error, and a browser shows nothing in a date field that holds no date.
    """
    typed = str(value if value is not None else "")
    return kind if not typed or _fits(kind, typed) else "text"


def needs_choice(choices: Sequence[tuple[Any, Any]]) -> bool:
    """Whether a select that must be filled in begins with nothing chosen; else there is nothing to require."""
    first = next(iter(choices), None)
    return first is not None and first[0] in ("", None) and not isinstance(first[1], list | tuple)


def _fits(kind: str, typed: str) -> bool:
    match kind:
        case "date":
            return bool(_DAY.fullmatch(typed)) and _exists(date, typed)
        case "datetime-local":
            return bool(_MOMENT.fullmatch(typed)) and _exists(datetime, typed)
        case "number":
            return bool(_NUMBER.fullmatch(typed))
        case "email":
            return bool(_ADDRESS.fullmatch(typed))
        case "url":
            return bool(_WEB_ADDRESS.fullmatch(typed))
        case _:
            return True


def _exists(kind: type[date], typed: str) -> bool:
    try:
        kind.fromisoformat(typed)
    except ValueError:
        return False
    return True
