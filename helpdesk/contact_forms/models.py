"""Rows of forms that are being filled in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import BigKey, Model, primary_key


class FormDraft(Model):
    """A form that somebody is filling in, or has sent.

    `version_id` is the version of the form it was begun with: an edit of the form changes nothing under somebody's
    hands. `answers` are by question, `contact` is how the person is reached, `files` lie in the file store. Once it is
    sent, `raw_id` is what was kept of it, and the answers are gone from here.
    """

    __tablename__ = "form_draft"

    id: Mapped[primary_key]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    form: Mapped[str] = mapped_column(String(60))
    version_id: Mapped[int] = mapped_column(BigKey)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    contact: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    locale: Mapped[str] = mapped_column(String(10), default="en")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    raw_id: Mapped[int | None] = mapped_column(BigKey)
