"""What can be configured: one line each, for the list at the side and the front page.

To add a page, add a line. An endpoint that stands here needs its row in the access table, as every one does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l

DEFINITIONS = "admin.definitions"
# The list of all kinds that have an order; it takes the kind.
RULES = "admin.rules"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the administrators: its section, what it is called, what it is for, and where it is.

    `within` are beginnings of further endpoints that belong to it, so that it is marked as the current one there too.
    `home` is the page to begin with, where a kind of definition has one of its own.
    """

    section: str
    label: Any
    sentence: Any
    endpoint: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    home: str = ""

    @property
    def url(self) -> str:
        if self.home:
            return url_for(self.home, **(self.arguments if self.home == RULES else {}))
        return url_for(self.endpoint, **self.arguments)

    @property
    def is_current(self) -> bool:
        here, asked = request.endpoint or "", request.view_args or {}
        if here.startswith(self.within or ("\0",)):
            return True
        if "kind" in self.arguments:
            return bool(asked.get("kind") == self.arguments["kind"])
        return here == self.endpoint


def _defined(
    section: str, kind: str, label: Any, sentence: Any, *within: str, home: str = ""
) -> Entry:
    """A line for a kind of definition, on the generic pages; `home` is its own list, if it has one."""
    return Entry(section, label, sentence, DEFINITIONS, {"kind": kind}, within, home)


SECTIONS = {
    "levels": _l("Service levels"),
    "work": _l("How work is done"),
    "rules": _l("Rules"),
    "answers": _l("Answers"),
    "mail": _l("Mail"),
    "people": _l("People"),
    "desk": _l("Desk"),
}

ENTRIES: list[Entry] = [
    _defined(
        "levels",
        "calendar",
        _l("Calendars"),
        _l("Office hours, breaks and holidays that clocks count by."),
        "admin.calendar",
        "admin.new_calendar",
        "admin.edit_calendar",
        home="admin.calendars",
    ),
    _defined(
        "levels",
        "policy",
        _l("Policies"),
        _l("What the desk promises, by priority, and when a clock pauses."),
        "admin.polic",
        "admin.new_policy",
        "admin.edit_policy",
        "admin.recount_policy",
        home="admin.policies",
    ),
    _defined(
        "levels",
        "clock",
        _l("Free clocks"),
        _l("Clocks with start, pause and stop of their own, such as a statutory one."),
        "admin.clocks",
        "admin.statutory",
        home="admin.clocks",
    ),
    Entry(
        "levels",
        _l("What if"),
        _l("Hold a draft against the tickets of the last months, before it holds."),
        "admin.what_if",
        within=("admin.what_if", "admin.new_what_if"),
    ),
    _defined(
        "work",
        "lifecycle",
        _l("Lifecycles"),
        _l("The states of each type of ticket, and who may move it from one to the next."),
        "admin.lifecycle",
        "admin.new_lifecycle",
        "admin.edit_lifecycle",
        home="admin.lifecycles",
    ),
    _defined(
        "work",
        "matrix",
        _l("Priorities"),
        _l("Which priority follows from impact and urgency."),
        "admin.priorities",
        home="admin.priorities",
    ),
    _defined(
        "work",
        "routing",
        _l("Routing"),
        _l("Who is given a ticket: in turn, by load, skill and working hours."),
        home=RULES,
    ),
    _defined(
        "work",
        "chat",
        _l("Chats"),
        _l("The chat on your websites: where it stands, what it asks, who answers and when."),
        "admin.chat",
    ),
    _defined(
        "work",
        "form",
        _l("Portal forms"),
        _l("What people may ask for on the public pages, one question a page."),
        "admin.portal_form",
        "admin.new_portal_form",
        "admin.edit_portal_form",
        home="admin.portal_forms",
    ),
    _defined(
        "work",
        "contact",
        _l("Ways to get in touch"),
        _l(
            "What the public front page offers besides forms: numbers, chats, addresses, with hours."
        ),
    ),
    _defined("work", "answer", _l("Canned answers"), _l("Texts that agents put into a reply.")),
    _defined(
        "answers",
        "service",
        _l("Answer services"),
        _l("What the desk answers by itself, at every door: from tables, calendars and services."),
    ),
    Entry(
        "answers",
        _l("Tables"),
        _l("What answer services look up, uploaded as CSV in versions."),
        "admin.answer_tables",
        within=("admin.answer_t", "admin.new_answer_table", "admin.answer_version"),
    ),
    Entry(
        "answers",
        _l("Try the answers"),
        _l("What the desk would say to a question, and why."),
        "admin.try_answers",
    ),
    Entry(
        "answers",
        _l("What we could not say"),
        _l("What people asked that no service answered; teach it here."),
        "admin.unsaid_questions",
    ),
    Entry(
        "answers",
        _l("Articles"),
        _l("Categories of articles, and who may write and publish them."),
        "admin.article_categories",
        within=("admin.article_", "admin.new_article_", "admin.edit_article_"),
    ),
    _defined(
        "rules",
        "trigger",
        _l("Triggers"),
        _l("What happens by itself when a ticket changes."),
        home=RULES,
    ),
    _defined(
        "rules",
        "timed_rule",
        _l("Timed rules"),
        _l("What happens by itself when time has passed."),
        home=RULES,
    ),
    _defined(
        "rules",
        "macro",
        _l("Macros"),
        _l("Several steps that an agent takes with one click."),
        home=RULES,
    ),
    _defined(
        "rules",
        "form_rule",
        _l("Form rules"),
        _l("Which fields a form shows, asks for and fills."),
        home=RULES,
    ),
    Entry("mail", _l("Mailboxes"), _l("Where mail is read and sent from."), "console.mailboxes"),
    Entry(
        "mail",
        _l("Mail rules"),
        _l("What the desk lets in, and whom it blocks."),
        "console.mail_rules",
    ),
    Entry(
        "mail",
        _l("Sending"),
        _l("Signatures of mail, and how much may leave at a time."),
        "console.sending_rules",
    ),
    Entry("people", _l("People"), _l("Requesters and staff."), "console.people"),
    Entry(
        "people",
        _l("Groups"),
        _l("Teams of agents, and what each member may do."),
        "console.groups",
    ),
    Entry("people", _l("Organisations"), _l("Whom requesters belong to."), "console.organisations"),
    Entry(
        "people",
        _l("Agencies"),
        _l("Bodies that share this desk and see only their own."),
        "console.agencies",
    ),
    Entry(
        "desk",
        _l("Configuration as files"),
        _l("All of this as files: fetch them, plan a change, apply it as one, take it back."),
        "admin.configuration",
        within=("admin.configuration", "admin.plan_configuration", "admin.apply_configuration"),
    ),
    Entry("desk", _l("Health"), _l("Whether each part of the desk works."), "console.health"),
]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its pages."""

    title: Any
    entries: list[Entry]


def sections() -> list[Section]:
    """The pages under their headings, in their order."""
    return [
        Section(title, [entry for entry in ENTRIES if entry.section == name])
        for name, title in SECTIONS.items()
    ]


def entry_of(kind: str) -> Entry:
    """The line of a kind of definition."""
    return next(entry for entry in ENTRIES if entry.arguments.get("kind") == kind)
