"""What a page knows of its reader: name, language, zone, theme."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar

from babel import Locale
from flask import Flask, current_app, has_request_context, request
from flask_babel import get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from helpdesk.messaging import policy
from helpdesk.messaging.identity import named_desk
from helpdesk.web import languages
from helpdesk.web.addresses import init_addresses
from helpdesk.web.auth import current_actor_or_none
from helpdesk.web.parts import init_parts
from helpdesk.web.translating import translations
from helpdesk.web.valid_html import init_valid_html

HOME_ZONE = "Europe/London"

Words = TypeVar("Words")


def init_viewer(app: Flask) -> None:
    """Give every template its reader."""
    version = _asset_version(app)
    # Macros are imported without the context of a page, so what they need is known to all templates.
    app.jinja_env.globals["asset_version"] = version
    init_parts(app, sprite_url=f"{app.static_url_path}/dist/icons.svg?v={version}")
    init_addresses(app)
    init_valid_html(app)
    app.context_processor(_about_the_viewer)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        _quick_gettext, _quick_ngettext, newstyle=True
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = _in_templates


def viewer_locale() -> str | None:
    """The language of the reader: what they chose, else what their browser asks for, else that of the desk."""
    if not has_request_context():
        return None
    actor = current_actor_or_none()
    if languages.is_public() or (actor is None and request.endpoint is None):
        return languages.public_language()
    if actor is None:
        return request.accept_languages.best_match(languages.OF_THE_DOOR)
    if actor.language in languages.OF_THE_CONSOLE:
        return actor.language
    return request.accept_languages.best_match(list(languages.OF_THE_CONSOLE))


def viewer_time_zone() -> str:
    """The zone of the reader; outside a request, that of the desk."""
    actor = current_actor_or_none() if has_request_context() else None
    return actor.time_zone if actor is not None else HOME_ZONE


def once_a_language(function: Callable[[], list[Words]]) -> Callable[[], list[Words]]:
    """Make the words of a closed set once for each language that pages are read in."""

    @lru_cache(maxsize=100)
    def made(_locale: str) -> tuple[Words, ...]:
        return tuple(function())

    @wraps(function)
    def ready() -> list[Words]:
        return list(made(str(get_locale())))

    return ready


@pass_eval_context
def _in_templates(context: EvalContext, text: str, **variables: Any) -> str:
    """What `_()` means in a template: a format, whether or not it is given variables, escaped where all else is."""
    held = (_form if variables else _whole)(translations(), text)
    # Text that is not for a browser must not escape what is put into it.
    said = held if context.autoescape else str(held)
    return said % variables if variables else said


@lru_cache(maxsize=10_000)
def _form(translations: Any, text: str) -> Markup:
    # Our own texts and their translations, which may hold markup.
    return Markup(translations.ugettext(text))  # noqa: S704


@lru_cache(maxsize=10_000)
def _whole(translations: Any, text: str) -> Markup:
    return _form(translations, text) % {}


def _quick_gettext(text: str) -> str:
    return str(translations().ugettext(text))


def _quick_ngettext(one: str, many: str, count: int) -> str:
    return str(translations().ungettext(one, many, count))


def _about_the_viewer() -> dict[str, Any]:
    locale = get_locale() or Locale("en")
    return {
        "me": current_actor_or_none(),
        "public_name": _public_name,
        "desk_name": current_app.config.get("DESK_NAME", "Commondesk"),
        "locale_tag": _tag_of(locale),
        "text_direction": locale.text_direction,
    }


def _public_name() -> str:
    """What the desk calls itself before the public, as in its mails."""
    return named_desk(policy.lately())


def _tag_of(locale: Locale) -> str:
    """The locale as pages name it; plain English is British, so that a browser's date fields begin with the day."""
    return "en-GB" if str(locale) == "en" else str(locale).replace("_", "-")


def _asset_version(app: Flask) -> str:
    """What the front end's build calls itself; it goes into the address of each built file."""
    folder = Path(app.static_folder or "")
    for path in (folder / "version.txt", folder / "dist" / "version.txt"):
        if path.is_file():
            return path.read_text(encoding="utf-8").strip()
    return "0"
