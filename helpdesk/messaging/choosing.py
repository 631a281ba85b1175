"""Which channels of a workspace are support channels: chosen from those that the desk's app may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.channel import ChannelError
from channels.slack.channel import SlackChannel
from channels.slack.settings import CHANNELS, chosen
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import channel_of, edit_account
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.access import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of the workspace."""

    id: str
    name: str
    is_chosen: bool
    has_app: bool


def places(account: ChannelAccount) -> list[Place]:
    """Those the app may see, by name, and those chosen before that it no longer sees. Raises ChannelError."""
    channel, now = channel_of(account), chosen(account.settings).channels
    # Slack may take its time, and nothing of ours is to be locked meanwhile.
    db.session.rollback()
    if not isinstance(channel, SlackChannel):
        raise ChannelError("Channels are chosen for Slack only.", permanent=True)
    found = [Place(id, name, id in now, has_app) for id, name, has_app in channel.known_channels()]
    unseen = sorted(now - {place.id for place in found})
    return [*found, *(Place(id, id, True, False) for id in unseen)]


def choose(account_id: int, ids: Sequence[str], *, actor: Actor) -> None:
    """Make these the support channels. Raises UnfitSettings, Forbidden."""
    with unit_of_work():
        account = db.session.get_one(ChannelAccount, account_id, with_for_update=True)
        edit_account(
            account,
            name=account.name,
            values={**account.settings, CHANNELS: " ".join(dict.fromkeys(ids))},
            group=account.group,
            is_active=account.is_active,
            actor=actor,
        )
