"""What a page knows of its reader: name, language, zone, theme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import get_locale, get_translations

from helpdesk.web.auth import current_actor_or_none

# The languages whose text is whole; English is the source.
LANGUAGES = ("en",)
HOME_ZONE = "Europe/London"


def init_viewer(app: Flask) -> None:
    """Give every template its reader."""
    version = _asset_version(app)
    # Macros are imported without the context of a page, so what they need is known to all templates.
    app.jinja_env.globals["asset_version"] = version
    app.jinja_env.globals["sprite_url"] = f"{app.static_url_path}/dist/icons.svg?v={version}"
    app.context_processor(_about_the_viewer)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        _quick_gettext, _quick_ngettext, newstyle=True
    )


def viewer_locale() -> str | None:
    """The language of the reader: what they chose, else what their browser asks for, else that of the desk."""
    if not has_request_context():
        return None
    actor = current_actor_or_none()
    if actor is not None:
        return actor.locale
    return request.accept_languages.best_match(LANGUAGES)


def viewer_time_zone() -> str:
    """The zone of the reader; outside a request, that of the desk."""
    actor = current_actor_or_none() if has_request_context() else None
    return actor.time_zone if actor is not None else HOME_ZONE


def _quick_gettext(text: str) -> str:
    return str(_translations().ugettext(text))


def _quick_ngettext(one: str, many: str, count: int) -> str:
    return str(_translations().ungettext(one, many, count))


def _translations() -> Any:
    """The translations of this request; a page has some two hundred texts, and looking them up is most of the work."""
    if not has_request_context():
        return get_translations()
    if "desk_translations" not in g:
        g.desk_translations = get_translations()
    return g.desk_translations


def _about_the_viewer() -> dict[str, Any]:
    locale = get_locale() or Locale("en")
    return {
        "me": current_actor_or_none(),
        "desk_name": current_app.config.get("DESK_NAME", "Commondesk"),
        "locale_tag": _tag_of(locale),
        "text_direction": locale.text_direction,
    }


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
