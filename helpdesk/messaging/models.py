"""Rows of messaging: channel accounts, what came in as bytes, and what goes out."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Model, primary_key
from helpdesk.people.models import Group, Person


class RawState(enum.StrEnum):
    """What became of the bytes: fetched = done + duplicate + rejected + quarantined + waiting."""

    WAITING = "waiting"
    DONE = "done"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"


class DeliveryKind(enum.StrEnum):
    """What a delivery carries: an agent's words, the fixed receipt, or news to staff."""

    REPLY = "reply"
    RECEIPT = "receipt"
    NOTICE = "notice"


class DeliveryState(enum.StrEnum):
    """Where a delivery stands.

    `uncertain`: the line was cut when no one can tell whether it arrived. `withdrawn`: it must not be sent any more.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class ChannelAccount(Model):
    """One place the desk is reached at, such as a mailbox.

    `settings` are plain, `secrets` sealed by the vault. `hook_key` is the random part of the address at which a service
    calls us; it proves nothing, the call's signature does. `last_good_at` is the last time it was read without an error,
    `last_error` what the other side said, in words for a person.
    """

    __tablename__ = "channel_account"

    id: Mapped[primary_key]
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120), unique=True)
    address: Mapped[str] = mapped_column(String(320), default="", index=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secrets: Mapped[str] = mapped_column(Text, default="")
    hook_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("desk_group.id"))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    last_good_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
    last_error_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    group: Mapped[Group | None] = relationship(lazy="select")


class RawMessage(Model):
    """The bytes of one contact as they came, kept before anyone tries to understand them.

    Bytes are kept compressed: small ones here, so that they share the row's commit, larger ones in the file store
    under `file_digest`. `digest` is that of the bytes as they came, `size` that of the whole, also where only the head
    was taken over.
    `content_digest` covers what a reader sees (From, Date, Message-ID, subject, text): a copy that came by another way.
    """

    __tablename__ = "raw_message"
    __table_args__ = (
        UniqueConstraint("account_id", "remote_id"),
        Index("ix_raw_message_state", "state", "id"),
        Index("ix_raw_message_digest", "digest"),
        Index("ix_raw_message_content_digest", "content_digest"),
    )

    id: Mapped[primary_key]
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_account.id"))
    remote_id: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64))
    file_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(Integer)
    # Lists of raw messages must not read megabytes: whoever wants the body asks for it.
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    envelope: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[RawState] = mapped_column(default=RawState.WAITING)
    reason: Mapped[str] = mapped_column(String(60), default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    content_digest: Mapped[str | None] = mapped_column(String(64))
    # What a list of waiting mail shows: only claims of the sender.
    sender: Mapped[str] = mapped_column(String(320), default="")
    subject: Mapped[str] = mapped_column(String(500), default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    kept_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    account: Mapped[ChannelAccount] = relationship(lazy="select")


class Delivery(Model):
    """One outgoing mail to one address, and where it stands.

    `external_id` is our own Message-ID, chosen once, so that a second copy can be known as one; `remote_id` is what the
    other side calls it, where that is something else. `digest` names the
    composed bytes in the file store, which the "Sent mail" page shows. `attempts` counts claims and is the fence
    between two workers; `copies` counts how often the whole mail may have left us. While it is being sent,
    `next_try_at` is the end of the worker's lease. `recipient` repeats the first of `recipients`, to be searched by.
    `arrived_at` and `read_at` are what the other side reports, where it does.
    `held_for` says what it waits for (see `messaging.turns.Hold`), "" when only for its turn. `copy_error` says why no
    copy lies in the mailbox's folder of sent mail.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_state", "state", "next_try_at"),
        Index("ix_delivery_ticket", "ticket_id", "id"),
        Index("ix_delivery_recipient", "recipient", "id"),
        Index("ix_delivery_external", "external_id"),
        Index("ix_delivery_remote", "remote_id"),
    )

    id: Mapped[primary_key]
    kind: Mapped[DeliveryKind]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("channel_account.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sender: Mapped[str] = mapped_column(String(320))
    recipients: Mapped[list[Any]]
    recipient: Mapped[str] = mapped_column(String(320), default="")
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    external_id: Mapped[str] = mapped_column(String(255), unique=True)
    remote_id: Mapped[str | None] = mapped_column(String(255))
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    copies: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
    held_for: Mapped[str] = mapped_column(String(20), default="")
    copy_error: Mapped[str] = mapped_column(Text, default="")
    via: Mapped[str] = mapped_column(String(20), default="")
    digest: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class ChannelThread(Model):
    """A conversation at the other side of a channel that carries no letters, and the ticket it goes on at.

    `thread_key` is the other side's name of it, `address` who is answered there. After the ticket is closed the same
    thread may go on at a new one. `last_in_at` is when its person last wrote: some services let us write freely only
    for a while after that. `shown` is what the conversation shows of its ticket, at `shown_at` as the other side calls
    the place; both "" where it shows nothing.
    """

    __tablename__ = "channel_thread"
    __table_args__ = (UniqueConstraint("account_id", "thread_key"),)

    id: Mapped[primary_key]
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_account.id"))
    thread_key: Mapped[str] = mapped_column(String(255))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(320))
    last_in_at: Mapped[datetime]
    shown_at: Mapped[str] = mapped_column(String(255), default="", server_default="")
    shown: Mapped[str] = mapped_column(String(300), default="", server_default="")

    account: Mapped[ChannelAccount] = relationship(lazy="select")


class AwaitedMessage(Model):
    """A Message-ID that a message refers to and that we had not met: what it answers may come later (P19)."""

    __tablename__ = "awaited_message"
    __table_args__ = (Index("ix_awaited_message_external", "external_id"),)

    id: Mapped[primary_key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    external_id: Mapped[str] = mapped_column(String(500))


class BlockedSender(Model):
    """Mail from here is turned away: an address (`a@example.org`), or a domain with all below it (`@example.org`)."""

    __tablename__ = "blocked_sender"

    id: Mapped[primary_key]
    pattern: Mapped[str] = mapped_column(String(320), unique=True)
    note: Mapped[str] = mapped_column(String(200), default="")
    blocked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    blocked_at: Mapped[datetime]

    blocked_by: Mapped[Person | None] = relationship(lazy="select")
