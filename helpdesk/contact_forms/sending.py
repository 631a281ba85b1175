"""send(): a form that was filled in becomes a contact like any other, once, however often it is sent (P36)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from channels.message import File
from channels.web.submission import Submission
from helpdesk.contact_forms import drafts
from helpdesk.contact_forms.models import FormDraft
from helpdesk.contact_forms.wording import subject_words, text_of
from helpdesk.core import clock, files
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import web_door
from helpdesk.messaging.placing import Place
from helpdesk.messaging.web_door import Sent
from helpdesk.people.addresses import normalise
from helpdesk.people.models import ContactKind, Group, Person
from helpdesk.people.registering import contact_point_of
from helpdesk.tickets import lives
from workflows.contact_form import AnswerKind, Answers, ContactForm, asked, filled_in, first_open

# Nobody reads and answers a form in less; what does is looked at by a person before it becomes a ticket.
QUICKEST = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a form: by the address they typed, or by the one they have proven.

    Without an address of e-mail they are reached by `phone`, or else by letter at `post`.
    """

    address: str
    name: str
    phone: str = ""
    post: str = ""
    is_proven: bool = False


def send(key: str, sender: Sender, *, trap: str = "") -> Sent:
    """Send a draft; what was sent before is only said again. Opens its own units of work.

    `trap` is what stands in the field that nobody sees. Raises Invalid, naming the first question that is still open.
    """
    draft = drafts.find(key)
    if draft.raw_id is not None:
        return web_door.standing(draft.raw_id)
    form = drafts.form_of(draft)
    lacking = first_open(form, draft.answers)
    if lacking is not None:
        raise Invalid(_("There is a question that is not answered yet."), field=lacking.name)
    kind, address = _known_by(draft, sender)
    submission = _submission(draft, form, replace(sender, address=address))
    place = replace(_place(draft, form, sender, trap), contact=kind.value)
    db.session.rollback()
    sent = web_door.send(submission, place)
    with unit_of_work():
        drafts.note_sent(drafts.lock(key), sent.raw_id)
    return sent


def _submission(draft: FormDraft, form: ContactForm, sender: Sender) -> Submission:
    subject, text = words_of(form, draft.answers)
    with force_locale("en"):
        for label, given in ((_("Telephone"), sender.phone), (_("Postal address"), sender.post)):
            text = f"{text}\n\n{label}\n{given}".strip() if given else text
    return Submission(
        id=f"form-{draft.key}",
        address=sender.address,
        name=sender.name,
        subject=subject,
        text=text or form.title.in_("en"),
        files=tuple(
            File(one.name, one.content_type, files.store().read(one.digest))
            for one in drafts.all_files(draft)
        ),
    )


def _known_by(draft: FormDraft, sender: Sender) -> tuple[ContactKind, str]:
    """How the desk knows a sender: by their address, else by a number, else as somebody who is known by nothing.

    A number that was typed proves nothing: whoever reads their requests here must not find a stranger's among them.
    Two at one house are two people, so that a house is nobody's name.
    """
    if sender.address:
        return ContactKind.EMAIL, sender.address
    if sender.phone:
        number = normalise(ContactKind.PHONE, sender.phone)
        known = contact_point_of(ContactKind.PHONE, number)
        if known is None or not _reads_here(known.person):
            return ContactKind.PHONE, number
    return ContactKind.HANDLE, f"form/{draft.key[:16]}"


def _reads_here(person: Person) -> bool:
    mails = any(point.kind is ContactKind.EMAIL for point in person.contact_points)
    return mails or person.is_staff


def _place(draft: FormDraft, form: ContactForm, sender: Sender, trap: str) -> Place:
    return replace(
        place_for(form, draft.answers, name=draft.form),
        is_proven=sender.is_proven,
        suspect=_suspect(draft, trap),
        locale=draft.locale,
    )


def words_of(form: ContactForm, answers: Answers) -> tuple[str, str]:
    """The subject and the text of a form that was filled in, in the language of the desk."""
    with force_locale("en"):
        subject = filled_in(form.subject.in_("en"), subject_words(form, answers))
        return (subject or form.title.in_("en"))[:300], text_of(form, answers)


def place_for(form: ContactForm, answers: Answers, *, name: str) -> Place:
    """Where the ticket of a form belongs, and which of its fields are filled."""
    return Place(
        ticket_type=_type_of(form),
        group_id=_group_id(form.group),
        tags=form.tags,
        custom=_custom(form, answers),
        form=name,
    )


def _suspect(draft: FormDraft, trap: str) -> str:
    if trap.strip():
        return "A field was filled in that people do not see."
    if clock.now() - draft.created_at < QUICKEST:
        return "The form was filled in within three seconds."
    return ""


def _type_of(form: ContactForm) -> str:
    return form.ticket_type if lives.is_type(form.ticket_type) else "request"


def _group_id(name: str) -> int | None:
    """The group of this name; files call it by its stable name, which is its name in plain letters."""
    if not name:
        return None
    found = db.session.execute(select(Group.id, Group.name).where(Group.is_active).limit(500)).all()
    return next(
        (row.id for row in found if name.casefold() in (row.name.casefold(), _plain(row.name))),
        None,
    )


def _plain(name: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in name.casefold()).split())


def _custom(form: ContactForm, answers: Any) -> dict[str, Any]:
    """The answers that go into fields of the ticket, as they would be typed there."""
    found: dict[str, Any] = {}
    for question in asked(form, answers):
        value = answers.get(question.name)
        if question.field and value not in (None, "", []):
            found[question.field] = _as_field(question.kind, question, value)
    return found


def _as_field(kind: AnswerKind, question: Any, value: Any) -> Any:
    if kind is AnswerKind.ADDRESS:
        return ", ".join(part for part in value.values() if part)
    if kind in (AnswerKind.CHOICE, AnswerKind.SEVERAL):
        chosen = [question.option(one) for one in (value if isinstance(value, list) else [value])]
        labels = [one.label.in_("en") for one in chosen if one is not None]
        return labels if kind is AnswerKind.SEVERAL else labels[0]
    if kind is AnswerKind.DATE:
        return date.fromisoformat(value).isoformat()
    return value
