"""Where a person goes next: only ever to a page of ours (S46)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, RequestRedirect

LONGEST = 2000


def own_path(text: str | None) -> str | None:
    """The path, if a page of ours stands there and can be read; None for everything else."""
    if not text or len(text) > LONGEST or not _looks_own(text):
        return None
    parts = urlsplit(text)
    adapter = current_app.url_map.bind("localhost")
    try:
        endpoint, _arguments = adapter.match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    if endpoint == "static" or endpoint.startswith("auth."):
        return None
    return text


def page_here() -> str:
    """The path of the page that is shown, to come back to it; "" where there is none to come back to."""
    if request.method != "GET":
        return ""
    return own_path(request.full_path.removesuffix("?")) or ""


def _looks_own(text: str) -> bool:
    if not text.startswith("/") or text.startswith("//") or "\\" in text:
        return False
    if any(ord(mark) <= 32 or ord(mark) == 127 for mark in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def first_page() -> str:
    """Where staff begin their day."""
    try:
        return url_for("console.tickets")
    except BuildError:
        return "/"


def asked_page() -> str:
    """The page this request asked for, as `next` names it; "" when it cannot be gone to by a link."""
    if request.headers.get("HX-Request"):
        current = urlsplit(request.headers.get("HX-Current-URL", ""))
        asked = current.path + (f"?{current.query}" if current.query else "")
    elif request.method == "GET":
        asked = request.full_path.removesuffix("?")
    else:
        asked = ""
    return own_path(asked) or ""
