"""say(): one service's answer, or what it must know first, or its fall-back; in the language that is set."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app
from flask_babel import format_date
from flask_babel import gettext as _

from helpdesk.answers.finding_out import Asking, Facts, NothingFound, find_out
from helpdesk.answers.models import Outcome
from helpdesk.answers.standing import FOLLOW, number_in
from helpdesk.people.models import Person
from workflows.faults import N_, Fault, Faulty
from workflows.service_fields import shown, tidy
from workflows.services import (
    FieldKind,
    FromStatus,
    FromTable,
    Needed,
    Service,
    fill,
    places_in,
    text_in,
)

log = logging.getLogger(__name__)

_POSTCODE = re.compile(r"\b[A-Za-z]{1,2}[0-9][A-Za-z0-9]?\s*[0-9][A-Za-z]{2}\b", re.ASCII)
_NUMBER_OF_STATUS = "reference"


@dataclass(frozen=True, slots=True)
class AsksFor:
    """The next thing a service must know: a field to show, with what was wrong with what was typed.

    With `options` it is a choice among them.
    """

    name: str
    kind: str
    label: str
    hint: str = ""
    options: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of an answer: what a service says, or an article. `text` is plain, with its lines.

    `given` is what it knows so far, to be sent along with the next field; `as_of` dates the facts, in words.
    """

    kind: str
    name: str
    title: str
    text: str = ""
    link: str = ""
    confidence: float = 0.0
    because: str = ""
    asks_for: AsksFor | None = None
    given: Mapping[str, str] | None = None
    as_of: str = ""
    audience: str = "public"


@dataclass(frozen=True, slots=True)
class Answering:
    """A service that is to answer: the question, what was typed into its fields, who asks, in which language."""

    name: str
    service: Service
    text: str
    typed: Mapping[str, str]
    viewer: Person | None
    language: str


def say(answering: Answering) -> tuple[Piece, Outcome]:
    """The piece of a service, and what became of the question."""
    given: dict[str, str] = {}
    for need in _needs(answering):
        try:
            value = _given(need, answering)
        except Faulty as faulty:
            return _asking_for(answering, given, need, error=say_fault(faulty.faults[0]))
        if value is None:
            return _asking_for(answering, given, need)
        given[need.name] = value
    source = answering.service.source
    if isinstance(source, FromTable) and source.choose in answering.typed:
        given[source.choose] = answering.typed[source.choose]
    if isinstance(source, FromStatus) and number_in(answering.text):
        given.setdefault(_NUMBER_OF_STATUS, number_in(answering.text))
    asking = Asking(answering.name, answering.service, given, answering.viewer, answering.language)
    try:
        facts = find_out(asking)
        return _finished(answering, given, facts)
    except NothingFound as nothing:
        log.info(
            "A service had no answer.", extra={"service": answering.name, "why": nothing.reason}
        )
        return _fallen_back(answering), Outcome.FELL_BACK


def say_fault(one: Fault) -> str:
    """What is wrong with what was typed."""
    return str(_(one.text, **one.values))


def _needs(answering: Answering) -> tuple[Needed, ...]:
    """What must be known; of how one's own requests stand nothing, since it is known who asks, or nothing is told."""
    return () if isinstance(answering.service.source, FromStatus) else answering.service.needs


def _given(need: Needed, answering: Answering) -> str | None:
    """The value of a field: typed into it, or found in the question. Raises Faulty for what cannot be one."""
    typed = answering.typed.get(need.name)
    if typed is not None:
        value = tidy(need.kind, typed)
        if need.options and value not in {tidy(need.kind, one) for one in need.options}:
            raise Faulty(Fault((), N_("Choose one of the list.")))
        return value
    if need.kind is FieldKind.POSTCODE:
        for found in _POSTCODE.finditer(answering.text):
            try:
                return tidy(need.kind, found[0])
            except Faulty:
                continue
    if need.kind is FieldKind.REFERENCE and number_in(answering.text):
        return tidy(need.kind, number_in(answering.text))
    return None


def _asking_for(
    answering: Answering, given: Mapping[str, str], need: Needed, *, error: str = ""
) -> tuple[Piece, Outcome]:
    label = text_in(need.label, answering.language) or need.name.replace("_", " ").capitalize()
    field = AsksFor(
        need.name,
        need.kind.value,
        label,
        text_in(need.hint, answering.language),
        need.options,
        error,
    )
    return _piece(answering, asks_for=field, given=dict(given)), Outcome.ASKED


def _finished(
    answering: Answering, given: Mapping[str, str], facts: Facts
) -> tuple[Piece, Outcome]:
    if facts.choices:
        choice = AsksFor(
            facts.choose,
            FieldKind.CHOICE.value,
            _("Which of these is yours?"),
            options=facts.choices,
        )
        return _piece(answering, asks_for=choice, given=dict(given)), Outcome.ASKED
    service, language = answering.service, answering.language
    day = format_date(facts.as_of, "d MMMM y") if facts.as_of else ""
    typed = {need.name: shown(need.kind, given[need.name]) for need in _needs(answering)}
    values = {"desk": str(current_app.config["DESK_NAME"]), "as_of": day, **typed, **facts.values}
    text = text_in(service.text, language) or "{lines}"
    missing = sorted(places_in(text) - set(values))
    if missing:
        raise NothingFound(f"nothing stands for {missing[0]}")
    said = fill(text, values)
    if facts.is_old:
        said += "\n\n" + _("This was right on %(day)s. It may have changed since.", day=day)
    follow = isinstance(service.source, FromStatus) and answering.viewer is None
    link = service.link or (FOLLOW if follow else "")
    return _piece(answering, text=said, link=link, as_of=day), Outcome.ANSWERED


def _fallen_back(answering: Answering) -> Piece:
    words = text_in(answering.service.fall_back, answering.language) or _(
        "We cannot answer this by ourselves just now. A person can."
    )
    return _piece(answering, text=words)


def _piece(
    answering: Answering,
    *,
    text: str = "",
    link: str = "",
    asks_for: AsksFor | None = None,
    given: Mapping[str, str] | None = None,
    as_of: str = "",
) -> Piece:
    return Piece(
        kind="service",
        name=answering.name,
        title=text_in(answering.service.title, answering.language),
        text=text,
        link=link or answering.service.link,
        asks_for=asks_for,
        given=given,
        as_of=as_of,
        audience=answering.service.audience.value,
    )
