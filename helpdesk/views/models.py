"""Rows of views: what each asks for and how it is shown, and which open tickets it holds, from which it is counted."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class Audience(enum.StrEnum):
    """Who finds a view in their rail; what it shows each of them is a matter of their rights."""

    OWN = "own"
    ALL = "all"
    GROUP = "group"
    LEADS = "leads"
    ADMINISTRATORS = "administrators"


class Counting(enum.StrEnum):
    """How a view is counted: kept with each change, kept and looked at each minute, looked at each minute, or not."""

    KEPT = "kept"
    TIMED = "timed"
    SWEPT = "swept"
    NEVER = "never"


class SavedView(Model):
    """A view that somebody made: their own, or shared with an audience.

    `name` is that of its configuration file, for shared ones. `columns` are names of `views.showing.COLUMNS`; empty
    means as the reader has their lists. `is_mine` says that it holds its reader's tickets only, so that each is counted
    those. `counted_at` is when its tickets were last looked through, None before that is done.
    """

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_name", "name", unique=True),)

    id: Mapped[primary_key]
    name: Mapped[str | None] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(120))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    audience: Mapped[Audience]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("desk_group.id"))
    query: Mapped[str] = mapped_column(Text)
    columns: Mapped[list[Any]] = mapped_column(default=list)
    sort: Mapped[str] = mapped_column(String(80), default="activity")
    grouping: Mapped[str] = mapped_column(String(20), default="")
    density: Mapped[str] = mapped_column(String(20), default="")
    letter: Mapped[str] = mapped_column(String(1), default="")
    position: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    counting: Mapped[Counting]
    is_mine: Mapped[bool] = mapped_column(default=False)
    counted_at: Mapped[datetime | None]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ViewTicket(Model):
    """An open ticket that a view holds, with what decides who counts it; 0 stands for no group and for nobody.

    Made from the tickets, and made again from them: `views.keeping`. No foreign key to the ticket, since a row is
    written for every change of one.
    """

    __tablename__ = "view_ticket"
    __table_args__ = (
        # A count reads one of these and nothing else.
        Index("ix_view_ticket_group", "view_id", "group_id", "ticket_id"),
        Index("ix_view_ticket_assignee", "view_id", "assignee_id", "group_id"),
        Index("ix_view_ticket_ticket", "ticket_id"),
    )

    view_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(BigKey)
    assignee_id: Mapped[int] = mapped_column(BigKey)
