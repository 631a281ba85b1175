"""The languages that pages are read in: those of the console, and those of the public pages."""

from __future__ import annotations

from pathlib import Path

from flask import has_request_context, request, session

# By the name each gives itself; English is the source, and what a language of the console lacks stands in it.
OF_THE_CONSOLE = {"en": "English", "cy": "Cymraeg"}
# What is read before somebody signed in has no other.
OF_THE_DOOR = ("en",)
# By the name each gives itself.
OF_THE_PUBLIC = {"en": "English", "cy": "Cymraeg"}
# Where a browser's session keeps what was chosen.
CHOSEN = "language"

_public_blueprints: set[str] = set()


def serves_the_public(blueprint: str) -> None:
    """Say that all pages of a blueprint are translated whole, and are read in the language of a visitor."""
    _public_blueprints.add(blueprint)


def public_blueprints() -> frozenset[str]:
    """The blueprints of the public pages."""
    return frozenset(_public_blueprints)


def is_public() -> bool:
    """Whether this request is for a public page."""
    return request.blueprint in _public_blueprints


def catalogues(package: Path) -> str:
    """The folders of translations, one for each part of the public pages, as Flask-Babel wants them."""
    parts = sorted(path.name for path in (package / "translations").glob("*") if path.is_dir())
    return ";".join(f"translations/{part}" for part in parts) or "translations"


def is_spoken(language: str) -> bool:
    """Whether the public pages are written in this language."""
    return language in OF_THE_PUBLIC


def public_language() -> str:
    """The language of a visitor: what they chose in this browser, else what it asks for, else English."""
    if not has_request_context():
        return "en"
    chosen = session.get(CHOSEN)
    if isinstance(chosen, str) and is_spoken(chosen):
        return chosen
    return request.accept_languages.best_match(list(OF_THE_PUBLIC)) or "en"


def choices() -> list[tuple[str, str, bool]]:
    """The languages of the public pages: code, own name, whether it is the one of this page."""
    now = public_language()
    return [(code, name, code == now) for code, name in OF_THE_PUBLIC.items()]
