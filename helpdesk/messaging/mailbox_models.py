"""Rows of mailboxes in depth: what was taken from each folder, and how a mailbox is being connected."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class MailFolder(Model):
    """What the desk knows of one folder: the ledger of (mailbox, UIDVALIDITY, UID) in its short form.

    `kept` holds the UIDs whose bytes are committed, `passed` those that were not asked for, both as sets in IMAP's own
    form; `unmarked` those kept and not yet marked as read at the server. UIDs below `boundary` were there before the
    desk came; mail older than `news_since` is imported and answered by nobody. `rule` says by which wish `passed` was
    made. `backlog` is how much old mail there was to take in, `left` how much of it is still to come.
    """

    __tablename__ = "mail_folder"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[primary_key]
    account_id: Mapped[int] = mapped_column(ForeignKey("channel_account.id"))
    name: Mapped[str] = mapped_column(String(255))
    uid_validity: Mapped[int] = mapped_column(BigKey)
    uid_next: Mapped[int] = mapped_column(BigKey, default=0)
    exists: Mapped[int] = mapped_column("mails", Integer, default=0)
    kept: Mapped[str] = mapped_column(Text, default="")
    passed: Mapped[str] = mapped_column(Text, default="")
    unmarked: Mapped[str] = mapped_column(Text, default="")
    boundary: Mapped[int] = mapped_column(BigKey, default=0)
    news_since: Mapped[datetime]
    rule: Mapped[str] = mapped_column(String(40), default="")
    is_paused: Mapped[bool] = mapped_column(Boolean, default=False)
    backlog: Mapped[int] = mapped_column(Integer, default=0)
    left: Mapped[int] = mapped_column("mails_left", Integer, default=0)
    warning: Mapped[str] = mapped_column(Text, default="")
    # What a repeated UID was found to hold, so that it is not fetched at every look: {"uids": {"7": "2"}}.
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    looked_at: Mapped[datetime | None]
    searched_at: Mapped[datetime | None]


class SignInState(enum.StrEnum):
    """How a mailbox that signs in with a token stands."""

    NEEDED = "needed"  # The permission lapsed, or was never given.
    WAITING = "waiting"  # A code was shown and not typed yet.
    DONE = "done"
    FAILED = "failed"  # The last code was refused or lapsed; `words` says why.


class MailSignIn(Model):
    """The connecting of one mailbox by a code (RFC 8628); `sealed` is our half of the code, closed by the vault."""

    __tablename__ = "mail_sign_in"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("channel_account.id"), primary_key=True, autoincrement=False
    )
    state: Mapped[SignInState]
    words: Mapped[str] = mapped_column(Text, default="")
    sealed: Mapped[str] = mapped_column(Text, default="")
    user_code: Mapped[str] = mapped_column(String(40), default="")
    link: Mapped[str] = mapped_column(String(300), default="")
    pause_seconds: Mapped[int] = mapped_column(Integer, default=5)
    next_ask_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
