"""Addresses of our own pages. A page has some eighty links, and working out each anew would be a tenth of its time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, has_request_context, request, url_for

_EXTENSION = "desk_addresses"
_MOST_KEPT = 20_000
# Values of other types may be equal and still be written differently, as 1 and True are.
_PLAIN = frozenset({str, int, type(None)})

_Build = Callable[[str, str, tuple[tuple[str, Any], ...]], str]


def init_addresses(app: Flask) -> None:
    """Keep the addresses that pages name again and again; templates get them by `url_for`."""

    @lru_cache(maxsize=_MOST_KEPT)
    def build(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        # Flask puts the root before the path itself; it is an argument so that two roots have two addresses.
        return url_for(endpoint, **dict(values))

    app.extensions[_EXTENSION] = build
    app.jinja_env.globals["url_for"] = address


def address(endpoint: str, **values: Any) -> str:
    """The same as `url_for`: the path of a page under these values."""
    if (
        not has_request_context()
        or endpoint.startswith(".")
        or "_external" in values
        or not all(type(value) in _PLAIN for value in values.values())
    ):
        return url_for(endpoint, **values)
    build: _Build = current_app.extensions[_EXTENSION]
    return build(request.root_path, endpoint, tuple(values.items()))
