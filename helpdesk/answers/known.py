"""What the desk can answer: the services in force for a person, and articles, made ready for matching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select

from helpdesk.answers.matching import THRESHOLD as SHIPPED
from helpdesk.answers.matching import Known, Matcher, Met, known_of
from helpdesk.core import settings
from helpdesk.core.db import db
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.people.models import Group, Person
from workflows.services import DEFAULT_LANGUAGE, Asked, Audience, Service

THRESHOLD = "answers.threshold"
WELSH = "cy"
_OF_ARTICLE = "article "
# What a match in the text of an article is worth, where its title and summary say less.
OFFERED = 0.5


@dataclass(frozen=True, slots=True)
class Article:
    """An article that may answer, as knowledge found it."""

    id: int
    slug: str
    title: str
    summary: str
    language: str
    score: float = 0.0

    @property
    def name(self) -> str:
        return f"{_OF_ARTICLE}{self.id}"


def threshold() -> float:
    """How sure an answer must be to be said."""
    chosen = settings.read(THRESHOLD)
    return float(chosen) if isinstance(chosen, int | float) else SHIPPED


def services_for(viewer: Person | None) -> list[Version]:
    """The services in force that a person may use, in their order."""
    return [
        version
        for version in store.current(Kind.SERVICE)
        if version.value.active and is_for(version.value, viewer)
    ]


def is_for(service: Service, viewer: Person | None) -> bool:
    """Whether a service is for this person; None is somebody who has proven nothing."""
    if service.audience is Audience.PUBLIC:
        return True
    if viewer is None or not viewer.is_active:
        return False
    return service.audience is Audience.SIGNED_IN or viewer.is_staff


def met(
    text: str, services: Sequence[Version], articles: Sequence[Article], language: str
) -> list[Met]:
    """What a question may ask for, the surest first; of two as sure, the one in the reader's language."""
    of_services = _Sayable(tuple(services))
    found = {one.name: one for one in _matcher(of_services, language[:2]).matches(text)}
    for article in articles:
        found[article.name] = _of_article(text, article)
    return sorted(found.values(), key=lambda one: (-one.confidence, one.name))


def _of_article(text: str, article: Article) -> Met:
    """How sure an article is: by its title and summary as a service is by its phrases and words.

    One that has the words of the question elsewhere is offered, and never said outright.
    """
    phrases, words = [article.title], [article.summary]
    welsh = article.language == WELSH
    known = known_of(article.name, phrases, words, welsh=welsh, language=article.language)
    alone = next(iter(Matcher([known]).matches(text)), None)
    offered = min(article.score * OFFERED, SHIPPED - 0.01)
    if alone is None or alone.confidence < offered:
        return Met(article.name, round(offered, 3), alone.words if alone else (), article.language)
    return alone


@dataclass(frozen=True)
class _Sayable:
    """What can be said, as the key of what was made of it: found by the ids, the same only with the same bodies."""

    services: tuple[Version, ...]

    def __hash__(self) -> int:
        return hash(tuple(version.id for version in self.services))


@lru_cache(maxsize=64)
def _matcher(sayable: _Sayable, language: str) -> Matcher:
    every: list[Known] = []
    for version in sayable.services:
        every += _known_of_service(version.name, version.value)
    # Of two that are met alike the first counts.
    return Matcher(sorted(every, key=lambda one: one.language != language))


def _known_of_service(name: str, service: Service) -> list[Known]:
    languages = {*service.asked, *service.title}
    return [
        known_of(
            name,
            [service.title[language], *asked.phrases]
            if language in service.title
            else asked.phrases,
            asked.words,
            welsh=language == WELSH,
            language=language,
        )
        for language in sorted(languages)
        for asked in [service.asked.get(language, Asked())]
    ]


def group_id_of(service: Service | None) -> int | None:
    """The group that goes on where a service ends; None where it names none, or one that is gone."""
    if service is None or service.group is None:
        return None
    return db.session.scalar(select(Group.id).where(Group.name == service.group, Group.is_active))


def language_of(service: Service, language: str, of_question: str) -> str:
    """In which language a service speaks: that of the question if it has it, else that of the page."""
    for one in (of_question, language[:2]):
        if one and one in service.text:
            return one
    return DEFAULT_LANGUAGE
