"""Which chats there are, and the channel account that each has: made by itself when its first visitor comes."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from channels.chat.channel import CHAT, ChatChannel
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.messaging.accounts import TICKET_TYPE, create_account
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.models import Group
from workflows.calendar import BusinessCalendar
from workflows.chat import Chat as ChatSettings

KIND = ChatChannel.kind


def find_chat(name: str) -> ChatSettings:
    """The chat of this name, as it holds now. Raises NotFound, also for one that is switched off."""
    for version in store.current(Kind.CHAT):
        if version.name == name:
            found: ChatSettings = version.value
            if found.is_active:
                return found
    raise NotFound(_("There is no chat here."), _("Ask us by e-mail or telephone."))


def account_of(name: str, chat: ChatSettings) -> ChannelAccount:
    """The account by which its chats come in; made now if there is none. Raises NotFound where it was switched off."""
    held = db.session.scalars(
        select(ChannelAccount).where(ChannelAccount.kind == KIND).order_by(ChannelAccount.id)
    )
    found = next((one for one in held if one.settings.get(CHAT) == name), None)
    if found is None:
        found = _make(name, chat)
    if not found.is_active:
        raise NotFound(_("There is no chat here."), _("Ask us by e-mail or telephone."))
    return found


def group_named(name: str) -> Group | None:
    """The active group of this name."""
    if not name:
        return None
    return db.session.scalars(select(Group).where(Group.name == name, Group.is_active)).first()


def calendar_of(chat: ChatSettings) -> BusinessCalendar | None:
    """The opening hours of a chat; None for round the clock, also where its calendar was retired."""
    if chat.calendar is None:
        return None
    for version in store.current(Kind.CALENDAR):
        if version.name == chat.calendar:
            hours: BusinessCalendar = version.value
            return hours
    return None


def _make(name: str, chat: ChatSettings) -> ChannelAccount:
    # Two first visitors at once meet at the name's own key; the one who comes second begins anew.
    for called in _names(chat.title, name):
        try:
            with db.session.begin_nested():
                return create_account(
                    kind=KIND,
                    name=called,
                    values={CHAT: name, TICKET_TYPE: "question"},
                    group=group_named(chat.group),
                )
        except Conflict:
            continue
    raise Conflict(_("There is a mailbox of this name."), _("Choose another name."))


def _names(title: str, name: str) -> Sequence[str]:
    return (title[:120], f"{title[:80]} ({name})"[:120])
