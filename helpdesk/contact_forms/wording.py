"""Answers in words: for the person who checks them, and for the agent who reads them on the ticket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _

from helpdesk.contact_forms.drafts import files_in
from workflows.contact_form import (
    SOURCE_LANGUAGE,
    AnswerKind,
    Answers,
    ContactForm,
    Question,
    asked,
)


def said(question: Question, value: Any, language: str) -> str:
    """An answer as people read it; "" for one that was left out."""
    if value in (None, "", [], {}):
        return ""
    if question.kind in (AnswerKind.CHOICE, AnswerKind.SEVERAL):
        chosen = value if isinstance(value, list) else [value]
        options = (question.option(one) for one in chosen)
        return ", ".join(one.label.in_(language) for one in options if one is not None)
    if question.kind is AnswerKind.YES_NO:
        return str(_("Yes") if value == "yes" else _("No"))
    if question.kind is AnswerKind.DATE:
        return format_date(date.fromisoformat(value), "d MMMM yyyy", locale=language)
    if question.kind is AnswerKind.ADDRESS:
        parts = (value.get(part, "") for part in ("line1", "line2", "town", "postcode"))
        return "\n".join(part for part in parts if part)
    if question.kind is AnswerKind.FILES:
        return "\n".join(one.name for one in files_in(value))
    if question.kind is AnswerKind.GROUP:
        return "\n".join(
            f"{at}. {said_item(question, one, language)}" for at, one in enumerate(value, start=1)
        )
    return str(value)


def said_item(question: Question, item: Mapping[str, Any], language: str) -> str:
    """One of a group, on one line."""
    texts = (said(one, item.get(one.name), language) for one in question.questions)
    return ", ".join(" ".join(text.split()) for text in texts if text)


def text_of(form: ContactForm, answers: Answers) -> str:
    """All answers as the text of a message, in the language of the desk."""
    return "\n\n".join(_paragraphs(form, answers))


def _paragraphs(form: ContactForm, answers: Answers) -> Iterator[str]:
    for question in asked(form, answers):
        text = said(question, answers.get(question.name), SOURCE_LANGUAGE)
        if text and question.kind is not AnswerKind.FILES:
            yield f"{question.label.in_(SOURCE_LANGUAGE)}\n{text}"


def subject_words(form: ContactForm, answers: Answers) -> dict[str, str]:
    """The answers that a subject may name, each on one line."""
    return {
        one.name: " ".join(said(one, answers.get(one.name), SOURCE_LANGUAGE).split())[:120]
        for one in asked(form, answers)
    }
