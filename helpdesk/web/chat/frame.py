"""The widget: the one script that a site includes, and the frame in which all else happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.chat.availability import Availability, Mode, availability
from helpdesk.chat.settings import find_chat, group_named
from helpdesk.web.chat.blueprint import chat, in_their_language, language_asked
from helpdesk.web.chat.colours import source_of, style_of
from helpdesk.web.chat.words import words
from helpdesk.web.security import live_sources, live_url
from helpdesk.web.viewer import HOME_ZONE
from workflows.chat import Chat as ChatSettings
from workflows.chat import Question, text_in

THEMES = ("light", "dark")


@chat.get("/widget.js")
def widget() -> ResponseReturnValue:
    """The script that a site includes; it makes the frame and does nothing else."""
    path = Path(current_app.static_folder or "") / "dist" / "widget.js"
    answer = send_file(path, mimetype="text/javascript", max_age=300)
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@chat.get("/frame/<name>")
@in_their_language
def frame(name: str) -> ResponseReturnValue:
    """The widget itself; only pages of the listed sites may show it in a frame (S53)."""
    settings = find_chat(name)
    theme = request.args.get("theme", "")
    language, style = language_asked(), style_of(settings.accent)
    page = render_template(
        "chat/frame.html",
        name=name,
        heading=heading_of(settings, language),
        language=language,
        theme=theme if theme in THEMES else "",
        style=style,
        setup=setup_of(name, settings, language),
    )
    answer = current_app.make_response(page)
    answer.headers["Content-Security-Policy"] = frame_policy(settings, style)
    # It knows one site only; `frame-ancestors` above knows the list, and browsers heed that first.
    answer.headers["X-Frame-Options"] = ""
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def frame_policy(settings: ChatSettings, style: str = "") -> str:
    """What the frame may load, and where it may stand."""
    ancestors = " ".join(["'self'", *settings.origins])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' {source_of(style)}" if style else "style-src 'self'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' {live_sources()}",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {ancestors}",
        )
    )


def setup_of(name: str, settings: ChatSettings, language: str) -> dict[str, Any]:
    """All that the widget has to know before anybody writes."""
    return {
        "chat": name,
        "language": language,
        "origins": list(settings.origins),
        "live": live_url(),
        "heading": heading_of(settings, language),
        "greeting": text_in(settings.greeting, language) or _("Hello. How can we help?"),
        "dialogue": [_question(one, language) for one in settings.dialogue],
        "ask_name": settings.ask_name.value,
        "ask_email": settings.ask_email.value,
        "files": settings.files,
        "transcript": settings.transcript,
        "standing": standing_of(settings, language),
        "words": words(),
    }


def standing_of(settings: ChatSettings, language: str) -> dict[str, Any]:
    """Whether somebody is there, in words."""
    group = group_named(settings.group)
    found = availability(settings, group.id if group else None)
    return {"mode": found.mode.value, "says": _says(settings, found, language)}


def heading_of(settings: ChatSettings, language: str) -> str:
    """What visitors see above the chat."""
    return text_in(settings.heading, language) or settings.title


def _says(settings: ChatSettings, found: Availability, language: str) -> str:
    if found.mode is Mode.OPEN:
        minutes = max(1, round((found.wait.total_seconds() if found.wait else 60) / 60))
        if minutes <= 1:
            return _("We are here. Somebody usually answers within a minute or two.")
        return ngettext(
            "We are here. The wait is about %(num)d minute.",
            "We are here. The wait is about %(num)d minutes.",
            minutes,
        )
    own = text_in(settings.away, language)
    if found.mode is Mode.NOBODY:
        return own or _("Nobody is free to chat now. Leave a message; we answer by e-mail.")
    when = ""
    if found.opens_at is not None:
        local = found.opens_at.astimezone(ZoneInfo(HOME_ZONE))
        when = format_datetime(local, "EEEE d MMMM, HH:mm", locale=language)
    said = own or _("The chat is closed now. Leave a message; we answer by e-mail.")
    return f"{said} {_('It opens again: %(when)s.', when=when)}" if when else said


def _question(question: Question, language: str) -> dict[str, Any]:
    return {
        "name": question.name,
        "ask": text_in(question.ask, language),
        "options": [text_in(one.label, language) for one in question.options],
        "required": question.required,
    }
