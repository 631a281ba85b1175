"""One's own signature: its fields, and how a reply of one's groups would end with it; and whether one writes plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from wtforms import BooleanField, StringField

from helpdesk.composing.plain import PART, choose_plain
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging import own_signatures, policy
from helpdesk.messaging.identity import account_of_group, identity_of
from helpdesk.messaging.letters import Letter, text_of
from helpdesk.messaging.replies import signature_of
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person, Right
from helpdesk.web.console.plain import shown
from helpdesk.web.console.previewing import SAMPLE
from helpdesk.web.forms import Form, own_line

MOST_GROUPS = 200


class SignatureForm(Form):
    job_title = StringField(filters=[own_line])
    signature = StringField()
    as_of = StringField(filters=[own_line])
    writes_plain = BooleanField()


def keep(person: Person, form: SignatureForm) -> None:
    """Keep what was typed. Raises Invalid."""
    own_signatures.choose_signature(
        person, job_title=form.job_title.data or "", signature=form.signature.data or ""
    )
    choose_plain(person, on=bool(form.writes_plain.data))


def context(actor: Actor, values: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    """As `console/_own_signature.html` wants it."""
    person = db.session.get_one(Person, actor.person_id)
    groups = _groups(actor)
    typed = {
        "job_title": person.job_title,
        "signature": person.signature,
        "as_of": str(groups[0].id) if groups else "",
        "writes_plain": bool(actor.choices.get(PART)),
        **values,
    }
    return {
        "values": typed,
        "errors": errors,
        "groups": [(str(group.id), group.name) for group in groups],
        "placeholders": [
            (f"{{{name}}}", say()) for name, say in own_signatures.PLACEHOLDERS.items()
        ],
        "names_agents": policy.lately().shows_agent_names,
        "preview": None if errors else preview(actor, typed, groups),
    }


def preview(actor: Actor, typed: Mapping[str, Any], groups: list[Group] | None = None) -> str:
    """The end of a reply as it would leave with what was typed; nothing is kept. Raises Invalid."""
    wanted = str(typed.get("as_of") or "")
    known = _groups(actor) if groups is None else groups
    group = next((one for one in known if str(one.id) == wanted), None)
    person = db.session.get_one(Person, actor.person_id)
    # A row of no session: it is never written.
    signer = Person(
        name=person.name,
        job_title=str(typed.get("job_title") or ""),
        signature=own_signatures.checked(str(typed.get("signature") or "")),
    )
    rules = policy.lately()
    identity = identity_of(group, account_of_group(group.id if group else None), rules)
    letter = Letter(
        _("Good morning, please try again."),
        signature=signature_of(group, SAMPLE, signer, identity, rules),
    )
    return str(shown(text_of(letter)))


def problem_of(error: Invalid) -> dict[str, str]:
    """What was wrong, by field."""
    return {error.field or "": " ".join(filter(None, (error.title, error.advice)))}


def _groups(actor: Actor) -> list[Group]:
    """The groups for which somebody answers, by name."""
    works = [one for one in actor.groups if actor.holds(one, Right.WORK)]
    return list(
        db.session.scalars(
            select(Group)
            .where(Group.id.in_(works))
            .order_by(func.lower(Group.name), Group.id)
            .limit(MOST_GROUPS)
        )
    )
