"""Files that did not fit into a mail: fetched by the link in it, until that lapses. No sign-in; the link is the proof."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.core import files
from helpdesk.core.errors import DomainError, NotFound
from helpdesk.messaging.linking import find
from helpdesk.web.console.downloads import download

fetching = Blueprint("fetching", __name__)


class LinkLapsed(DomainError):
    """The link is ours, and its time is over."""

    status = 410


@fetching.get("/fetch/<token>")
def file(token: str) -> ResponseReturnValue:
    """The file, to be saved; never shown in place, whatever it is (S03)."""
    attachment, has_lapsed = find(token)
    if has_lapsed:
        raise LinkLapsed(
            _("This link has lapsed."), _("Answer the mail it came in, and ask for the file again.")
        )
    if attachment is None:
        raise NotFound(
            _("There is no such file."), _("Copy the whole link from the mail, to its last sign.")
        )
    try:
        body = files.open_file(attachment.digest).read()
    except files.FileDamaged:
        raise NotFound(
            _("This file cannot be read any more."), _("Answer the mail, and ask for it again.")
        ) from None
    answer = download(body, attachment.name, kind="application/octet-stream", inline=False)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
