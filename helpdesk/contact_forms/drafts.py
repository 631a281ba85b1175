"""Drafts: a form that is being filled in is kept on the server, so that nothing typed is lost; they lapse."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from helpdesk.contact_forms.models import FormDraft
from helpdesk.core import clock, files
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.definitions import store
from helpdesk.definitions.store import Version
from helpdesk.tickets.models import Attachment
from helpdesk.tickets.naming import safe_file_name
from workflows.contact_form import ContactForm, Question, asked, first_open

# How long a draft is kept after it was last touched; one that is to be returned to by a link, for longer.
KEPT_FOR, KEPT_BY_LINK = timedelta(days=1), timedelta(days=30)
# A form that was sent is known for so long, so that sending it again is the same (P36).
KNOWN_AFTER_SENDING = timedelta(days=7)
MOST_FILE_BYTES = 10 * 1000 * 1000
MOST_BYTES = 20 * 1000 * 1000
BY = "by"
_KEY = re.compile(r"[A-Za-z0-9_-]{20,40}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as a draft remembers it; its bytes lie in the file store."""

    key: str
    name: str
    content_type: str
    size: int
    digest: str


def begin(version: Version, *, person_id: int | None, locale: str) -> FormDraft:
    """A new draft of a form; inside a unit of work."""
    now = clock.now()
    draft = FormDraft(
        key=secrets.token_urlsafe(18),
        form=version.name,
        version_id=version.id,
        person_id=person_id,
        locale=locale,
        answers={},
        contact={},
        created_at=now,
        changed_at=now,
        expires_at=now + KEPT_FOR,
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def find(key: str) -> FormDraft:
    """The draft of this key, sent or not. Raises NotFound once it has lapsed."""
    return _found(key, locked=False)


def lock(key: str) -> FormDraft:
    """The same, locked until the unit of work ends."""
    return _found(key, locked=True)


def _found(key: str, *, locked: bool) -> FormDraft:
    wanted = select(FormDraft).where(FormDraft.key == key, FormDraft.expires_at > clock.now())
    if locked:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(wanted) if _KEY.fullmatch(key) else None
    if found is None:
        raise NotFound(
            _("What you were filling in is not kept any more."), _("Please begin again.")
        )
    return found


def form_of(draft: FormDraft) -> ContactForm:
    """The form as it was when the draft was begun."""
    form: ContactForm = store.version_by_id(draft.version_id).value
    return form


def put_answer(draft: FormDraft, question: Question, value: Any) -> None:
    """Keep an answer, None for one that was left out. Raises Conflict once the form was sent."""
    _refuse_sent(draft)
    draft.answers = {**draft.answers, question.name: value}
    _touch(draft)


def put_contact(draft: FormDraft, contact: Mapping[str, str]) -> None:
    """Keep how the person is reached."""
    _refuse_sent(draft)
    draft.contact = dict(contact)
    _touch(draft)


def put_item(draft: FormDraft, question: Question, at: int | None, item: Mapping[str, Any]) -> None:
    """Add one more to a group, or put another in the place of one of them."""
    items = [dict(one) for one in draft.answers.get(question.name) or ()]
    if at is not None and 0 <= at < len(items):
        items[at] = dict(item)
    elif len(items) < question.most:
        items.append(dict(item))
    put_answer(draft, question, items)


def take_item(draft: FormDraft, question: Question, at: int) -> None:
    """Take one out of a group."""
    items = list(draft.answers.get(question.name) or ())
    put_answer(draft, question, [one for index, one in enumerate(items) if index != at])


def add_file(
    draft: FormDraft, question: Question, name: str, content_type: str, body: bytes
) -> None:
    """Keep a file beside a draft. Raises Invalid for one that is empty, too large or one too many."""
    _refuse_sent(draft)
    held = files_in(draft.answers.get(question.name))
    size = sum(one.size for one in all_files(draft)) + len(body)
    if not body:
        raise Invalid(_("The file “%(name)s” is empty.", name=name), field=question.name)
    if len(body) > MOST_FILE_BYTES:
        raise Invalid(
            _("The file “%(name)s” is larger than 10 MB.", name=name),
            _("Choose a smaller one."),
            field=question.name,
        )
    if len(held) >= question.most or size > MOST_BYTES:
        raise Invalid(
            _("You cannot add more files."), _("Take one out first."), field=question.name
        )
    stored = {
        "key": secrets.token_urlsafe(8),
        "name": safe_file_name(name),
        "content_type": content_type[:120] or "application/octet-stream",
        "size": len(body),
        "digest": files.keep(body),
    }
    put_answer(draft, question, [*(draft.answers.get(question.name) or ()), stored])


def take_file(draft: FormDraft, question: Question, key: str) -> None:
    """Take a file out again."""
    held = draft.answers.get(question.name) or ()
    put_answer(draft, question, [one for one in held if one.get("key") != key])


def files_in(value: Any) -> list[StoredFile]:
    """The files of an answer."""
    return [StoredFile(**one) for one in value or () if isinstance(one, dict) and "digest" in one]


def all_files(draft: FormDraft) -> list[StoredFile]:
    """All files of a draft that count."""
    asked_names = {one.name for one in asked(form_of(draft), draft.answers)}
    return [
        one
        for name, value in draft.answers.items()
        if name in asked_names and isinstance(value, list)
        for one in files_in(value)
    ]


def next_open(draft: FormDraft) -> Question | None:
    """The first question that is still open."""
    return first_open(form_of(draft), draft.answers)


def keep_for_return(draft: FormDraft) -> None:
    """Keep a draft for as long as the link to it is good."""
    draft.expires_at = clock.now() + KEPT_BY_LINK


def note_sent(draft: FormDraft, raw_id: int) -> None:
    """Note that a form was sent; what was typed stands on the ticket now, and here no longer."""
    if draft.raw_id is None:
        draft.raw_id, draft.sent_at = raw_id, clock.now()
    # How they are answered stands on the last page, and nothing else of who they are is kept here.
    draft.answers, draft.contact = {}, {BY: way_of(draft.contact)}
    draft.expires_at = clock.now() + KNOWN_AFTER_SENDING


def way_of(contact: Mapping[str, str]) -> str:
    """How somebody who fills in a form is answered: by "email", "phone" or "post"."""
    if contact.get(BY):
        return contact[BY]
    ways = ("email", "phone", "post")
    return next((one for one in ways if contact.get(one)), "email")


def sweep_drafts() -> None:
    """Forget drafts that have lapsed, and their files where nothing else has them."""
    lapsed = db.session.scalars(
        select(FormDraft).where(FormDraft.expires_at <= clock.now()).limit(500)
    ).all()
    digests = {
        one.digest for draft in lapsed for value in draft.answers.values() for one in _kept(value)
    }
    db.session.execute(delete(FormDraft).where(FormDraft.id.in_([one.id for one in lapsed])))
    if not digests:
        return
    used = set(db.session.scalars(select(Attachment.digest).where(Attachment.digest.in_(digests))))
    for digest in sorted(digests - used):
        files.store().remove(digest)


def _kept(value: Any) -> list[StoredFile]:
    return files_in(value) if isinstance(value, list) else []


def _touch(draft: FormDraft) -> None:
    draft.changed_at = clock.now()
    draft.expires_at = max(draft.expires_at, clock.now() + KEPT_FOR)


def _refuse_sent(draft: FormDraft) -> None:
    if draft.raw_id is not None:
        raise Conflict(_("This form was sent already."), _("Begin a new one if there is more."))
