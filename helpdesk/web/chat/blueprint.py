"""The blueprint of the chat widget: what every request of it passes first."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from werkzeug.exceptions import Forbidden

from helpdesk.web.languages import OF_THE_PUBLIC
from helpdesk.web.security import SAFE_METHODS, comes_from_us

chat = Blueprint("chat", __name__, url_prefix="/chat")

# What is said is short; only files are larger.
LARGEST_WORDS = 64 * 1024
LARGEST_FILES = 12 * 1024 * 1024
MOST_PARTS = 20

Given = ParamSpec("Given")


@chat.before_request
def limit() -> None:
    """Limit what is read before a view sees it (S44), and refuse what no page of ours sent (S53)."""
    with_files = request.mimetype == "multipart/form-data" and request.endpoint == "chat.say"
    request.max_content_length = LARGEST_FILES if with_files else LARGEST_WORDS
    request.max_form_memory_size = LARGEST_WORDS
    request.max_form_parts = MOST_PARTS
    if request.method not in SAFE_METHODS and not comes_from_us():
        raise Forbidden


def in_their_language(
    view: Callable[Given, ResponseReturnValue],
) -> Callable[Given, ResponseReturnValue]:
    """Answer in the language that the widget is read in; no cookie says it, since a frame may have none."""

    @wraps(view)
    def translated(*args: Given.args, **named: Given.kwargs) -> ResponseReturnValue:
        with force_locale(language_asked()):
            return view(*args, **named)

    return translated


def language_asked() -> str:
    """The language that the widget was given, else the first that the browser asks for, else English."""
    asked = (request.headers.get("X-Chat-Language") or request.args.get("lang") or "")[:2].lower()
    if asked in OF_THE_PUBLIC:
        return asked
    return request.accept_languages.best_match(list(OF_THE_PUBLIC)) or "en"
