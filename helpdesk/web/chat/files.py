"""Files of a chat, for its visitor: by signed links that lapse."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.chat.frames import SHOWN_AS_PICTURES, file_of
from helpdesk.core import files as store
from helpdesk.core.errors import NotFound
from helpdesk.web.chat.blueprint import chat, in_their_language
from helpdesk.web.console.downloads import download


@chat.get("/files/<token>")
@in_their_language
def file(token: str) -> ResponseReturnValue:
    """A file that was said in a chat; a picture may be shown in its place, all else is saved (S03)."""
    attachment = file_of(token)
    if attachment is None:
        raise NotFound(_("There is no such file."), _("Open the chat again."))
    try:
        body = store.open_file(attachment.digest).read()
    except store.FileDamaged:
        raise NotFound(_("This file cannot be read any more."), _("Ask for it again.")) from None
    shown = request.args.get("inline") == "1" and attachment.content_type in SHOWN_AS_PICTURES
    kind = attachment.content_type if shown else "application/octet-stream"
    answer = download(body, attachment.name, kind=kind, inline=shown)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
