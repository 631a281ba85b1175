"""Rows of merges and what each moved, of what people gave as theirs without a proof, and of pairs that are two people."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class PersonMerge(Model):
    """That one person was found to be another: `gone` was merged into `kept`.

    `chosen` has for each detail of the kept person that was changed what it was before and after.
    """

    __tablename__ = "person_merge"

    id: Mapped[primary_key]
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    chosen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]


class PersonMergeMove(Model):
    """One row that a merge moved, by its table and column; `dropped` has the row itself where it was taken away.

    Undoing a merge takes back these and no others.
    """

    __tablename__ = "person_merge_move"
    __table_args__ = (Index("ix_person_merge_move_merge", "merge_id", "place"),)

    id: Mapped[primary_key]
    merge_id: Mapped[int] = mapped_column(ForeignKey("person_merge.id"))
    place: Mapped[str] = mapped_column(String(60))
    row_id: Mapped[int] = mapped_column(BigKey)
    dropped: Mapped[dict[str, Any] | None]


class ClaimKind(enum.StrEnum):
    """What people give as theirs: as contact points, or where they live."""

    EMAIL = "email"
    PHONE = "phone"
    POSTCODE = "postcode"
    POSTAL = "postal"


class ClaimSource(enum.StrEnum):
    """Where they gave it."""

    SIGNATURE = "signature"
    FORM = "form"
    CHAT = "chat"
    CALL = "call"


class ContactClaim(Model):
    """What a person wrote under a mail or into a form: it proves nothing, and may suggest who they are.

    `value` is normalised, and for places has the name of the person before it, so that only the same name with the
    same place is found.
    """

    __tablename__ = "contact_claim"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "value"),
        Index("ix_contact_claim_value", "kind", "value"),
    )

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ClaimKind]
    value: Mapped[str] = mapped_column(String(320))
    source: Mapped[ClaimSource]
    message_id: Mapped[int | None] = mapped_column(BigKey)
    created_at: Mapped[datetime]


class DistinctPair(Model):
    """That somebody looked and found these to be two people; the one with the lower id first."""

    __tablename__ = "distinct_pair"
    __table_args__ = (UniqueConstraint("low_id", "high_id"),)

    id: Mapped[primary_key]
    low_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    high_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    found_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
