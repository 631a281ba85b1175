"""What the desk can say by itself to a visitor's first words; a person is one step away, and nothing is said when unsure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.answers import uses
from helpdesk.answers.asking import Answered
from helpdesk.answers.asking import ask as ask_desk
from helpdesk.answers.models import Outcome
from helpdesk.answers.saying import Piece
from helpdesk.chat.settings import find_chat
from helpdesk.core import links
from helpdesk.core.errors import Invalid, TooMany
from helpdesk.people.limits import allow, source_key
from helpdesk.web.auth import source_address
from helpdesk.web.chat.blueprint import chat, in_their_language, language_asked
from helpdesk.web.chat.sent import read_sent, text_sent, texts_sent

# By source, counted together with what is asked on the portal.
ASKED_AN_HOUR = 240
PURPOSE = "chat-answer"
ANSWERS_FOR = timedelta(hours=12)
MOST_ANSWERED = 5
LONGEST_ANSWER = 4_000


@chat.post("/api/<name>/ask")
@in_their_language
def ask(name: str) -> ResponseReturnValue:
    """The desk's own answer to what a visitor asks, or what it must know first; no answer where it is not sure.

    A visitor has proven nothing, so they are told what everybody may know.
    """
    find_chat(name)
    _count()
    sent = read_sent()
    service = text_sent(sent, "service", 80)
    answered = ask_desk(
        text_sent(sent, "text"),
        "chat",
        None,
        language_asked(),
        service=service or None,
        given=texts_sent(sent, "given"),
    )
    return jsonify({"answer": _frame(answered, was_chosen=bool(service))})


@chat.post("/api/<name>/helped")
@in_their_language
def helped(name: str) -> ResponseReturnValue:
    """Whether an answer helped, by the key that came with it."""
    find_chat(name)
    _count()
    sent = read_sent()
    return jsonify({"noted": uses.say_helpful(text_sent(sent, "key", 64), sent.get("yes") is True)})


def answered_before(sent: Mapping[str, Any]) -> tuple[str, ...]:
    """What the desk itself answered to this visitor, by the proofs that came with the answers. Raises Invalid."""
    proofs = sent.get("answered") or []
    if not isinstance(proofs, list) or any(not isinstance(one, str) for one in proofs):
        raise Invalid(_("The desk could not read that."), field="answered")
    read = [
        links.read_signed(proof, purpose=PURPOSE, lasting=ANSWERS_FOR)
        for proof in proofs[-MOST_ANSWERED:]
    ]
    return tuple(text for text in read if text)


def _count() -> None:
    if not allow("ask", source_key(source_address()), ASKED_AN_HOUR, timedelta(hours=1)):
        raise TooMany(_("You have asked very often."), _("Try again later, or ask a person."))


def _frame(answered: Answered, *, was_chosen: bool) -> dict[str, Any] | None:
    """The answer as the widget shows it; None where nothing is to be said."""
    is_sure = answered.is_sure and bool(answered.pieces)
    if not is_sure or (answered.outcome is Outcome.FELL_BACK and not was_chosen):
        return None
    piece = answered.pieces[0]
    return {
        "service": piece.name if piece.kind == "service" else "",
        "title": piece.title,
        "text": piece.text,
        "link": piece.link if piece.link.startswith(("/", "https://", "http://")) else "",
        "given": dict(piece.given or {}),
        "asks_for": _asked(piece),
        "key": answered.key,
        "answers": answered.outcome is Outcome.ANSWERED,
        "proof": links.sign(piece.text[:LONGEST_ANSWER], purpose=PURPOSE) if piece.text else "",
        "language": answered.language,
    }


def _asked(piece: Piece) -> dict[str, Any] | None:
    field = piece.asks_for
    if field is None:
        return None
    return {
        "name": field.name,
        "label": field.label,
        "why": field.hint,
        "options": list(field.options),
        "wrong": field.error,
    }
