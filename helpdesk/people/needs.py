"""What people need so that we reach them and they understand us: noted with their consent, and asked by every door."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.bond_models import NeedKind, NeedSource, PersonNeed
from helpdesk.people.events import NeedDropped, NeedNoted
from helpdesk.people.models import Person

CHANNELS: Final = ("email", "phone", "sms", "whatsapp", "letter", "portal", "visit")
# Those we write and speak most, in their own names; any other may be typed.
LANGUAGES: Final = (("en", "English"), ("cy", "Cymraeg"))
# What our pages and mails are in; a person who needs another language gets English and an interpreter.
TRANSLATED: Final = frozenset({"en", "cy"})
NEEDS_WORDS: Final = frozenset(
    {NeedKind.PREFERRED_CHANNEL, NeedKind.LANGUAGE, NeedKind.BEST_TIME, NeedKind.OTHER}
)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Needs:
    """What one person needs; `values` has a word or sentence, "" where the kind says all."""

    values: dict[NeedKind, str] = field(default_factory=dict)

    @property
    def preferred_channel(self) -> str:
        """The channel they want to be answered by, "" for any."""
        return self.values.get(NeedKind.PREFERRED_CHANNEL, "")

    @property
    def large_print(self) -> bool:
        """Whether what we write to them is to be in bigger type."""
        return NeedKind.LARGE_PRINT in self.values

    @property
    def needs_interpreter(self) -> bool:
        """Whether nobody should call or see them without an interpreter, of a spoken or signed language."""
        return bool({NeedKind.INTERPRETER, NeedKind.SIGN_LANGUAGE} & set(self.values))

    def __bool__(self) -> bool:
        return bool(self.values)


def needs_of(person_id: int) -> Needs:
    """What a person needs; one query."""
    return needs_of_all([person_id]).get(person_id, Needs())


def needs_of_all(ids: Iterable[int]) -> dict[int, Needs]:
    """What these people need, in one query; who needs nothing is left out."""
    asked = sorted(set(ids))
    if not asked:
        return {}
    rows = db.session.execute(
        select(PersonNeed.person_id, PersonNeed.kind, PersonNeed.value)
        .where(PersonNeed.person_id.in_(asked))
        .order_by(PersonNeed.id)
    )
    found: dict[int, Needs] = {}
    for person_id, kind, value in rows:
        found.setdefault(person_id, Needs()).values[kind] = value
    return found


def in_large_print(ids: Iterable[int | None]) -> set[int]:
    """Those of these people for whom we write in bigger type."""
    found = needs_of_all(one for one in ids if one is not None)
    return {person_id for person_id, needs in found.items() if needs.large_print}


def writing_reminders(needs: Needs) -> list[str]:
    """What whoever writes to this person should know first, as sentences."""
    values = needs.values
    said = []
    language = values.get(NeedKind.LANGUAGE, "")
    if language and language != "en":
        named = dict(LANGUAGES).get(language, language)
        said.append(_("They need %(language)s.", language=named))
    if NeedKind.LARGE_PRINT in values:
        said.append(_("Large print: mails to them go out in bigger type by themselves."))
    if NeedKind.EASY_READ in values:
        said.append(_("Use short, plain sentences, and send things in easy read."))
    if NeedKind.OTHER in values:
        said.append(values[NeedKind.OTHER])
    return said


def call_reminders(needs: Needs) -> list[str]:
    """What whoever calls this person, or takes their call, should know first, as sentences."""
    values = needs.values
    said = []
    if NeedKind.INTERPRETER in values:
        language = values[NeedKind.INTERPRETER]
        said.append(
            _("Book an interpreter: %(language)s.", language=language)
            if language
            else _("Book an interpreter.")
        )
    if NeedKind.SIGN_LANGUAGE in values:
        said.append(_("They use British Sign Language: offer a video interpreter."))
    if NeedKind.RELAY in values:
        said.append(_("Call by text relay: dial 18001 before the number."))
    if values.get(NeedKind.BEST_TIME):
        said.append(_("Best time to call: %(when)s.", when=values[NeedKind.BEST_TIME]))
    if NeedKind.EASY_READ in values:
        said.append(_("Use short, plain sentences, and send things in easy read."))
    return said


def note_need(
    person: Person,
    kind: NeedKind,
    value: str = "",
    *,
    source: NeedSource,
    consents: bool,
    actor: Actor | None,
    cause: str = "console",
) -> PersonNeed:
    """Keep what a person needs, or keep it anew; nothing is kept to which they did not agree. Raises Invalid."""
    require(actor, Deed.MANAGE_STAFF if person.is_staff else Deed.EDIT_REQUESTERS)
    said = _fit(kind, " ".join(value.split()))
    if not consents:
        raise Invalid(
            _("Ask whether they agree that we keep this, and tick that they do."), field="consent"
        )
    row = _row(person, kind)
    before = {"kept": row is not None}
    if row is None:
        row = PersonNeed(person_id=person.id, kind=kind)
        db.session.add(row)
    row.value, row.source, row.noted_by = said, source, id_of(actor)
    row.consent_at = row.created_at = clock.now()
    db.session.flush()
    if kind is NeedKind.LANGUAGE and said in TRANSLATED:
        person.locale = said
    record(
        NeedNoted(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            before=before,
            after={"kept": True, "source": source.value},
            personal={"need": f"{kind.value}: {said}"},
        )
    )
    return row


def drop_need(
    person: Person, kind: NeedKind, *, actor: Actor | None, cause: str = "console"
) -> None:
    """Keep a need no longer; one that is not kept changes nothing."""
    require(actor, Deed.MANAGE_STAFF if person.is_staff else Deed.EDIT_REQUESTERS)
    row = _row(person, kind)
    if row is None:
        return
    said = f"{kind.value}: {row.value}"
    db.session.delete(row)
    record(
        NeedDropped(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            before={"kept": True},
            after={"kept": False},
            personal={"need": said},
        )
    )


def needs_in(rows: Iterable[PersonNeed]) -> Needs:
    """What these rows of one person say."""
    return Needs({row.kind: row.value for row in rows})


def rows_of(person_id: int) -> list[PersonNeed]:
    """What a person needs, with how and since when we know; in the order of the kinds."""
    rows = db.session.scalars(select(PersonNeed).where(PersonNeed.person_id == person_id)).all()
    order = list(NeedKind)
    return sorted(rows, key=lambda row: order.index(row.kind))


def _fit(kind: NeedKind, value: str) -> str:
    if len(value) > LONGEST:
        raise Invalid(_("Use at most %(num)s characters.", num=LONGEST), field="value")
    if kind in NEEDS_WORDS and not value:
        raise Invalid(_("Say what it is."), field="value")
    if kind is NeedKind.PREFERRED_CHANNEL and value not in CHANNELS:
        raise Invalid(_("Choose one of the channels."), field="value")
    return value


def _row(person: Person, kind: NeedKind) -> PersonNeed | None:
    return db.session.scalar(
        select(PersonNeed).where(PersonNeed.person_id == person.id, PersonNeed.kind == kind)
    )
