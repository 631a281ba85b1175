"""Pictures that are put into a reply: taken at once, shown to their writer alone until the reply leaves."""

from __future__ import annotations

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import FileField

from helpdesk.composing import pictures
from helpdesk.core import files, raster
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.linking import files_that_fit, smallest_room
from helpdesk.people.access import Actor
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.downloads import damaged, download
from helpdesk.web.forms import Form


class PictureForm(Form):
    """One picture."""

    picture = FileField()


@console.post("/tickets/<number>/pictures")
def put_picture(number: str) -> ResponseReturnValue:
    """Keep a picture for the reply that is being written; the answer is where it lies and how large it is shown, or what is wrong with it."""
    actor, form = current_actor(), PictureForm()
    found = access_ticket(actor, number, to="reply")
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        name, body = _picture_in(form)
        with unit_of_work():
            row = pictures.keep(actor.person_id, found, name, body)
            key, (width, height) = row.key, pictures.shown_size(row)
    except Invalid as error:
        said = " ".join(part for part in (error.title, error.advice) if part)
        return jsonify({"error": said}), error.status
    address = url_for(".waiting_picture", number=found.number, picture_key=key)
    return jsonify({"url": address, "width": width, "height": height})


@console.get("/tickets/<number>/pictures/<picture_key>")
def waiting_picture(number: str, picture_key: str) -> ResponseReturnValue:
    """A picture of one's own that waits."""
    actor = current_actor()
    row = pictures.find(actor.person_id, access_ticket(actor, number), picture_key)
    try:
        body = files.open_file(row.digest).read()
    except files.FileDamaged as damage:
        raise damaged() from damage
    if not raster.is_picture(row.content_type, body):
        raise damaged()
    return download(body, row.name, kind=row.content_type, inline=True)


def with_pictures(found: Ticket, new: NewMessage, actor: Actor) -> NewMessage:
    """A reply as it leaves, with the pictures that its words show. Raises Invalid."""
    try:
        placed = pictures.placed(new, actor.person_id, found.id)
    except files.FileDamaged as damage:
        raise damaged() from damage
    size = sum(len(one.body) for one in placed.files if one.is_inline)
    if size and size > (most := files_that_fit(smallest_room())):
        raise Invalid(
            _("The pictures in the text are too large for one mail."),
            _("Together they may have %(most)d MB. Attach some as files.", most=most // 1_000_000),
            field="text",
        )
    return placed


def _picture_in(form: PictureForm) -> tuple[str, bytes]:
    upload = form.picture.data
    if not upload:
        return "", b""
    return upload.filename or "", upload.stream.read(pictures.LARGEST + 1)
