"""What the generic pages of definitions know of each kind: its words, how a new one begins, and pages of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.web.admin import calendar_words, rule_words

SINGULAR: dict[Kind, Any] = {
    Kind.CALENDAR: _l("Calendar"),
    Kind.POLICY: _l("Policy"),
    Kind.CLOCK: _l("Free clock"),
    Kind.LIFECYCLE: _l("Lifecycle"),
    Kind.MATRIX: _l("Priorities"),
    Kind.TRIGGER: _l("Trigger"),
    Kind.TIMED_RULE: _l("Timed rule"),
    Kind.MACRO: _l("Macro"),
    Kind.FORM_RULE: _l("Form rule"),
    Kind.ROUTING: _l("Routing"),
    Kind.ANSWER: _l("Canned answer"),
    Kind.SERVICE: _l("Answer service"),
    Kind.FORM: _l("Form of the portal"),
    Kind.CHAT: _l("Chat"),
    Kind.CONTACT: _l("Way to get in touch"),
}


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page that a kind has beside the generic ones, such as the picture of a calendar; it takes the name."""

    label: Any
    endpoint: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def url(self, name: str) -> str:
        return url_for(self.endpoint, name=name, **self.arguments)


# A kind says here what a version of it means, in sentences; without it only the text is shown.
WORDS: dict[Kind, Callable[[Version], Sequence[str]]] = {
    Kind.CALENDAR: calendar_words.sentences,
    **dict.fromkeys(rule_words.SAID, rule_words.sentences),
}

# Pages of their own, linked from the head of the generic one.
OWN_PAGES: dict[Kind, Sequence[OwnPage]] = {
    Kind.CALENDAR: (OwnPage(_l("Form and picture"), "admin.calendar"),),
    Kind.LIFECYCLE: (OwnPage(_l("Picture and form"), "admin.lifecycle"),),
    Kind.FORM: (OwnPage(_l("Form"), "admin.edit_portal_form"),),
    Kind.POLICY: (OwnPage(_l("Form and tester"), "admin.policy"),),
    **{
        kind: (
            OwnPage(_l("Form"), "admin.edit_rule", {"kind": kind.value}),
            OwnPage(_l("Try it"), "admin.try_rule", {"kind": kind.value}),
            *(
                [OwnPage(_l("Look back"), "admin.past_of_rule", {"kind": kind.value})]
                if kind in (Kind.TRIGGER, Kind.TIMED_RULE)
                else []
            ),
        )
        for kind in rule_words.SAID
    },
}


def words_of(version: Version) -> Sequence[str]:
    """What a version means in sentences; nothing for a kind that has none."""
    say = WORDS.get(version.kind)
    return say(version) if say else ()


def pages_of(kind: Kind, name: str) -> Mapping[str, Any]:
    """The labels and addresses of a kind's own pages for this name."""
    return {str(page.label): page.url(name) for page in OWN_PAGES.get(kind, ())}
