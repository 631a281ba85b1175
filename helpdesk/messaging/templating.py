"""Texts that a service has approved: fetched from it, offered by an administrator, filled in by an agent, sent as any answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from channels.channel import ChannelError, TemplateChannel
from channels.message import Template
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import record, unit_of_work
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.events import TemplatesOffered
from helpdesk.messaging.models import ChannelAccount, ChannelThread
from helpdesk.messaging.outgoing import TEMPLATE
from helpdesk.messaging.talk_models import AccountTemplate
from helpdesk.messaging.talking import THREAD, without_secrets
from helpdesk.people.access import Actor, Deed, id_of, require

MOST = 500
LONGEST_BLANK = 500


@dataclass(frozen=True, slots=True)
class Filled:
    """A template as the person reads it, and what its message says of where it goes."""

    text: str
    channel: str
    recipients: dict[str, Any]


def has_templates(account: ChannelAccount) -> bool:
    """Whether the service of this account approves texts. False for a channel that is not installed any more."""
    try:
        return isinstance(without_secrets(account), TemplateChannel)
    except ChannelError:
        return False


def fetch_templates(account: ChannelAccount) -> int:
    """Take over what the service has now; opens its own unit of work, and none while it is asked. Raises ChannelError."""
    channel = channel_of(account)
    account_id = account.id
    db.session.rollback()
    if not isinstance(channel, TemplateChannel):
        raise ChannelError(_("This channel has no templates."), permanent=True)
    found = {(one.name, one.language): one for one in channel.templates()[:MOST]}
    with unit_of_work():
        db.session.get_one(ChannelAccount, account_id, with_for_update=True)
        known = {(row.name, row.language): row for row in templates_of(account_id)}
        for key, template in found.items():
            _take_over(known.get(key), template, account_id)
        gone = [row.id for key, row in known.items() if key not in found]
        db.session.execute(delete(AccountTemplate).where(AccountTemplate.id.in_(gone)))
    return len(found)


def templates_of(account_id: int) -> Sequence[AccountTemplate]:
    """All that the service had when it was asked last, by name."""
    return db.session.scalars(
        select(AccountTemplate)
        .where(AccountTemplate.account_id == account_id)
        .order_by(AccountTemplate.name, AccountTemplate.language)
        .limit(MOST)
    ).all()


def offered(account_id: int) -> Sequence[AccountTemplate]:
    """Those that agents may send."""
    return [row for row in templates_of(account_id) if row.is_offered and not row.unfit]


def offer(account: ChannelAccount, ids: Collection[int], *, actor: Actor) -> None:
    """Choose which of them agents may send. Inside the open unit of work."""
    require(actor, Deed.MANAGE_MAILBOXES)
    rows = templates_of(account.id)
    before = _offered_names(rows)
    for row in rows:
        row.is_offered = row.id in ids and not row.unfit
    record(
        TemplatesOffered(
            actor_id=id_of(actor),
            cause="console",
            subject_id=account.id,
            before={"offered": before},
            after={"offered": _offered_names(rows)},
        )
    )


def fill(thread: ChannelThread, template_id: int, values: Mapping[str, str]) -> Filled:
    """An offered template with its blanks filled. Raises NotFound, and Invalid naming the blank."""
    row = next((one for one in offered(thread.account_id) if one.id == template_id), None)
    if row is None:
        raise NotFound(_("This template is not offered any more."), _("Choose another one."))
    said = {name: " ".join(values.get(name, "").split()) for name in row.blanks}
    for name, value in said.items():
        if not value:
            raise Invalid(_("Fill in every blank."), field=name)
        if len(value) > LONGEST_BLANK:
            raise Invalid(_("This is too long for a blank."), field=name)
    template = Template(row.name, row.language, row.text, tuple(row.blanks))
    return Filled(
        template.filled(said),
        thread.account.kind,
        {
            "to": [thread.address],
            THREAD: thread.id,
            TEMPLATE: {"name": row.name, "language": row.language, "values": said},
        },
    )


def _take_over(row: AccountTemplate | None, template: Template, account_id: int) -> None:
    if row is None:
        row = AccountTemplate(
            account_id=account_id, name=template.name[:200], language=template.language[:20]
        )
        db.session.add(row)
    # A text that was changed is another one: somebody has to look at it before agents send it.
    if row.text != template.text or template.unfit:
        row.is_offered = False
    row.text, row.blanks = template.text, list(template.blanks)
    row.category, row.state = template.category[:40], template.state[:40]
    row.unfit, row.fetched_at = template.unfit[:200], clock.now()


def _offered_names(rows: Sequence[AccountTemplate]) -> list[str]:
    return [f"{row.name} ({row.language})" for row in rows if row.is_offered]
