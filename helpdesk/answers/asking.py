"""ask(), likely(): what the desk can say to a question by itself, the same at every door.

Doors call these outside a unit of work where they can, since a web service may take seconds to answer. `viewer` is a
person who has proven who they are: signed in, or come by the link that went to their address. An address that somebody
typed proves nothing; then it is None.

    answered = ask("when is my bin collected?", "chat", None, "en")
    answered.pieces[0].asks_for.label            # "What is your postcode?"
    ask("", "chat", None, "en", service=answered.pieces[0].name, given={"postcode": "SW1A 2AA"})

Where a field is `wrong`, `asks_for` says why in `error`. What is offered and not said has no text; one of them is
chosen by asking again with its name as `service`. Articles have a text, and a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask_babel import force_locale
from flask_babel import gettext as _

from helpdesk.answers import known, uses
from helpdesk.answers.articles import articles_for
from helpdesk.answers.known import Article
from helpdesk.answers.matching import Met, judge
from helpdesk.answers.models import Outcome
from helpdesk.answers.saying import Answering, Piece, say
from helpdesk.definitions.store import Version
from helpdesk.people.models import Person
from workflows.services import Service, text_in

LONGEST_QUESTION = 1_000
MOST_OFFERED = 3
# Where a person is reached; doors that have a better way (a chat that goes on) use theirs.
PERSON = "/"


@dataclass(frozen=True, slots=True)
class HandOver:
    """The step to a person, always there: words for it, an address of the portal, and the group that goes on."""

    text: str
    link: str = PERSON
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What is said to a question. `key` is for saying later whether it helped (`uses.say_helpful`).

    `is_sure` says that the first of the pieces is the answer, or asks for what it needs; otherwise they are offered, and
    none of them is a miss. `language` is the one the pieces are in.
    """

    pieces: tuple[Piece, ...]
    is_sure: bool
    outcome: Outcome
    hand_over: HandOver
    key: str
    language: str


def ask(
    text: str,
    door: str,
    viewer: Person | None,
    language: str,
    *,
    given: Mapping[str, str] | None = None,
    service: str | None = None,
) -> Answered:
    """What the desk says to a question, or to the fields of a service that was chosen by name; noted as asked."""
    text = text[:LONGEST_QUESTION]
    said = _of_service(text, viewer, language, service, given or {}) if service else None
    said = said or _of_question(text, viewer, language, given or {})
    first = said.pieces[0] if said.pieces else None
    key = uses.note(
        text,
        door=door,
        language=said.language,
        outcome=said.outcome,
        kind=first.kind if first else "",
        name=first.name if first else "",
        confidence=first.confidence if first else 0.0,
    )
    return replace(said, key=key)


def likely(text: str, viewer: Person | None, language: str, limit: int = 3) -> tuple[Piece, ...]:
    """What may answer a text somebody is writing, the surest first, to be shown before it is sent; noted nowhere."""
    services, articles = _offer(text[:LONGEST_QUESTION], viewer, language)
    with force_locale(language):
        found = known.met(
            text[:LONGEST_QUESTION], list(services.values()), list(articles.values()), language
        )
        offered = [met for met in found if met.confidence >= LEAST_LIKELY]
        return tuple(_offered(met, services, articles, language) for met in offered[:limit])


@dataclass(frozen=True, slots=True)
class Tried:
    """What would be said, and everything that was looked at with how sure it is."""

    answered: Answered
    found: tuple[Met, ...]


def try_out(text: str, viewer: Person | None, language: str) -> Tried:
    """What would be said to a question, for those who look after the answers; noted nowhere.

    Inside a unit of work, since there no web service is asked.
    """
    services, articles = _offer(text, viewer, language)
    found = known.met(text, list(services.values()), list(articles.values()), language)
    return Tried(_of_question(text, viewer, language, {}), tuple(found))


# What is shown beside a form must be more than a single common word.
LEAST_LIKELY = 0.4


def _offer(
    text: str, viewer: Person | None, language: str
) -> tuple[dict[str, Version], dict[str, Article]]:
    services = {version.name: version for version in known.services_for(viewer)}
    articles = {one.name: one for one in articles_for(text, viewer, language)}
    return services, articles


def _of_service(
    text: str, viewer: Person | None, language: str, name: str, given: Mapping[str, str]
) -> Answered | None:
    """What a service says that was chosen by its name; None if there is none of that name for this person."""
    version = next((one for one in known.services_for(viewer) if one.name == name), None)
    if version is None:
        return None
    return _said(version, Met(name, 1.0, ()), text, viewer, language[:2], given)


def _of_question(
    text: str, viewer: Person | None, language: str, given: Mapping[str, str]
) -> Answered:
    services, articles = _offer(text, viewer, language)
    found = known.met(text, list(services.values()), list(articles.values()), language)
    judged = judge(found, known.threshold())
    sure = judged.said
    if sure is not None and sure.name in services:
        version = services[sure.name]
        speaks = known.language_of(version.value, language, sure.language)
        return _said(version, sure, text, viewer, speaks, given)
    chosen = ((sure,) if sure else ()) + judged.offered
    with force_locale(language):
        pieces = tuple(_offered(met, services, articles, language) for met in chosen[:MOST_OFFERED])
        outcome = Outcome.MISSED if not pieces else Outcome.ANSWERED if sure else Outcome.OFFERED
        return Answered(pieces, sure is not None, outcome, _hand_over(None), "", language)


def _said(
    version: Version,
    met: Met,
    text: str,
    viewer: Person | None,
    language: str,
    given: Mapping[str, str],
) -> Answered:
    service: Service = version.value
    with force_locale(language):
        asking = Answering(version.name, service, text, given, viewer, language)
        piece, outcome = say(asking)
        piece = replace(piece, confidence=met.confidence, because=_because(met))
        return Answered((piece,), True, outcome, _hand_over(service), "", language)


def _offered(
    met: Met, services: Mapping[str, Version], articles: Mapping[str, Article], language: str
) -> Piece:
    """A piece that is offered: a service by its title, an article with its summary."""
    if met.name in services:
        service: Service = services[met.name].value
        return Piece(
            kind="service",
            name=met.name,
            title=text_in(service.title, language),
            link=f"/answers/{met.name}",
            confidence=met.confidence,
            because=_because(met),
        )
    article = articles[met.name]
    return Piece(
        kind="article",
        name=str(article.id),
        title=article.title,
        text=article.summary,
        link=f"/help/{article.id}",
        confidence=met.confidence,
        because=_because(met),
    )


def _because(met: Met) -> str:
    """Why it was matched, in words."""
    if not met.words:
        return _("Chosen by name.")
    return _("Matched because of: %(words)s.", words=", ".join(met.words))


def _hand_over(service: Service | None) -> HandOver:
    return HandOver(text=_("Ask a person"), group_id=known.group_id_of(service))
