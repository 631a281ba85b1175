"""What the widget sends and asks by plain requests: the beginning, files, and all of it where no line can be opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from channels.message import File
from helpdesk.chat import frames, mailing, visiting
from helpdesk.chat.changes import note_presence
from helpdesk.chat.models import Chat
from helpdesk.chat.settings import find_chat
from helpdesk.chat.visiting import LARGEST_FILES, MOST_FILES, Opening, Saying
from helpdesk.core.errors import DomainError
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.live.talk import number_in
from helpdesk.people.limits import source_key
from helpdesk.tickets.naming import safe_file_name, single_line
from helpdesk.web.auth import source_address
from helpdesk.web.chat.answering import answered_before
from helpdesk.web.chat.blueprint import chat, in_their_language, language_asked
from helpdesk.web.chat.frame import standing_of
from helpdesk.web.chat.sent import read_sent, text_sent, texts_sent, token_sent


class NotKnown(DomainError):
    """A token that opens no chat."""

    status = 401


@chat.get("/api/<name>/standing")
@in_their_language
def standing(name: str) -> ResponseReturnValue:
    """Whether somebody is there now."""
    return jsonify(standing_of(find_chat(name), language_asked()))


@chat.post("/api/<name>/start")
@in_their_language
def start(name: str) -> ResponseReturnValue:
    """Begin a chat with the first message; the token is the widget's own, and a second try is the same chat."""
    sent = read_sent()
    opening = Opening(
        token=token_sent(),
        chat=name,
        first=Saying(text_sent(sent, "id", 64), text_sent(sent, "text")),
        name=text_sent(sent, "name", 120),
        email=text_sent(sent, "email", 320),
        language=language_asked(),
        page=text_sent(sent, "page", 2000),
        answers=texts_sent(sent, "answers"),
        source=source_key(source_address()),
        answered=answered_before(sent),
    )
    with unit_of_work():
        chat_id = visiting.start(opening).id
    return _told(chat_id, 0)


@chat.post("/api/say")
@in_their_language
def say() -> ResponseReturnValue:
    """Say something, with files or without."""
    own = _own()
    if request.mimetype == "multipart/form-data":
        sent: Mapping[str, Any] = request.form
        files = tuple(_file(one) for one in request.files.getlist("files")[: MOST_FILES + 1])
    else:
        sent, files = read_sent(), ()
    saying = Saying(text_sent(sent, "id", 64), text_sent(sent, "text"), files)
    with unit_of_work():
        message = visiting.say(own, saying)
        said = message.id if message else 0
    return jsonify({"type": "said", "id": saying.id, "message": said})


@chat.post("/api/poll")
@in_their_language
def poll() -> ResponseReturnValue:
    """What is new since a message; asked every few seconds where no line can be opened."""
    own, sent = _own(), read_sent()
    shown = number_in(sent.get("shown"))
    own_id = own.id
    note_presence([own_id], {own_id: shown} if shown else {}, [])
    return _told(own_id, number_in(sent.get("after")))


@chat.post("/api/email")
@in_their_language
def email() -> ResponseReturnValue:
    """Leave an address for the answer."""
    own, sent = _own(), read_sent()
    with unit_of_work():
        visiting.leave_email(own, text_sent(sent, "email", 320))
    return _told(own.id, number_in(sent.get("after")))


@chat.post("/api/transcript")
@in_their_language
def transcript() -> ResponseReturnValue:
    """Have the conversation sent by mail."""
    own, sent = _own(), read_sent()
    with unit_of_work():
        mailing.send_transcript(own, text_sent(sent, "email", 320))
    return _told(own.id, number_in(sent.get("after")))


@chat.post("/api/end")
@in_their_language
def end() -> ResponseReturnValue:
    """End the chat."""
    own, sent = _own(), read_sent()
    with unit_of_work():
        visiting.end(own)
    return _told(own.id, number_in(sent.get("after")))


def _told(chat_id: int, after: int) -> Response:
    told = frames.tell({chat_id: after})[0]
    return jsonify({"state": told.state, "messages": list(told.messages)})


def _own() -> Chat:
    """The chat of the token that came along; that of somebody else cannot be named (S53)."""
    found = visiting.chat_of(token_sent())
    if found is None:
        raise NotKnown(_("This chat is not known any more."), _("Begin a new one."))
    return found


def _file(upload: FileStorage) -> File:
    body = upload.stream.read(LARGEST_FILES + 1)
    kind = single_line(upload.mimetype or "", 120) or "application/octet-stream"
    return File(safe_file_name(upload.filename or "file"), kind, body)
