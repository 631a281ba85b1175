"""The rail: views with their counts, groups, and the pages of the desk."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import func, literal_column, select

from helpdesk.chat.agents import waiting_beside as chats_beside
from helpdesk.checking.alarms import ringing
from helpdesk.core.models import Alarm
from helpdesk.definitions.models import Definition, Kind
from helpdesk.knowledge.reviewing import due_beside
from helpdesk.live.passes import make_pass
from helpdesk.messaging.queries import troubles_of_mail
from helpdesk.notifications.queries import unread_beside
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.phone.call_backs import call_backs_beside, late_beside
from helpdesk.phone.extensions import extension_beside
from helpdesk.routing.waiting import waiting_beside
from helpdesk.tickets.counting import Beside
from helpdesk.tickets.queries import MOST_COUNTED, capped_counts
from helpdesk.views import choosing, store
from helpdesk.views.counting import count_views, counts_beside
from helpdesk.web.auth import current_actor
from helpdesk.web.console.keyboard import letter_of, letters
from helpdesk.web.console.rail_lines import RailItem, draw_lines
from helpdesk.web.console.views import LATE, View, fixed_views, group_views
from helpdesk.web.security import live_url

# Counting costs an index walk for each group of each view; a person of very many groups sees them without.
MOST_COUNTED_GROUPS = 24


class Rail:
    """The rail of the person who is signed in; asks the database when it is drawn, once."""

    @cached_property
    def _actor(self) -> Actor:
        return current_actor()

    @cached_property
    def views(self) -> list[RailItem]:
        found = [
            item
            for view in fixed_views(self._actor)
            for item in (self._item(view), *(self._waiting if view.key == "unassigned" else ()))
        ]
        return [*found, self._chats, self._calls, self._notices, *self._team]

    def drawn(self, items: Iterable[RailItem]) -> Markup:
        """Lines of the rail as the page has them."""
        return draw_lines(items)

    @cached_property
    def has_extension(self) -> bool:
        """Whether a telephone system may bring this person a caller's page."""
        return bool(self._counts.get("extension"))

    @cached_property
    def _calls(self) -> RailItem:
        """The calls this person promised to make."""
        return RailItem(
            _("Calls"),
            url_for("console.calls"),
            self._counts.get("call_backs", 0),
            late=bool(self._counts.get("late_call_backs")),
            current=request.endpoint == "console.calls",
            key=letter_of("calls"),
        )

    @cached_property
    def _chats(self) -> RailItem:
        """Visitors who wait in a chat."""
        count = self._counts.get("chats", 0)
        here = (request.endpoint or "") in ("console.chats", "console.chat")
        url = url_for("console.chats")
        return RailItem(
            _("Chats"),
            url,
            count,
            late=bool(count),
            current=here,
            key=letter_of("chats"),
            live="chats",
        )

    @cached_property
    def _notices(self) -> RailItem:
        """What this person was told, with how much of it is unread."""
        return RailItem(
            _("Notices"),
            url_for("console.notices"),
            self._counts.get("notices", 0),
            current=request.endpoint == "console.notices",
            key=letter_of("notices"),
            live="notices",
        )

    @property
    def unread(self) -> int:
        """How much of that is unread, for the bell of narrow screens."""
        return self._counts.get("notices", 0)

    @cached_property
    def has_chats(self) -> bool:
        """Whether visitors may begin chats on this desk."""
        return bool(self._counts.get(_CHATS_DEFINED.name))

    @cached_property
    def line(self) -> dict[str, str] | None:
        """Where pages open their line, and the pass for it."""
        if not current_user.is_authenticated:
            return None
        return {"url": live_url(), "pass": make_pass(current_user.session_id)}

    @cached_property
    def _waiting(self) -> list[RailItem]:
        """The line of what waits for nobody; only while something does, or on its own page."""
        count, here = self._counts.get("waiting", 0), request.endpoint == "console.waiting"
        if not count and not here:
            return []
        url = url_for("console.waiting")
        return [RailItem(_("Waiting for nobody"), url, count, late=bool(count), current=here)]

    @cached_property
    def _team(self) -> list[RailItem]:
        """The page of who leads a group; for them alone."""
        leads = any(self._actor.holds(group, Right.LEAD) for group in self._actor.groups)
        if not leads and not self._actor.is_admin:
            return []
        url, here = url_for("console.team_page"), request.endpoint == "console.team_page"
        return [RailItem(_("Team"), url, current=here, key=letter_of("team"))]

    @cached_property
    def groups(self) -> list[RailItem]:
        return [self._item(view) for view in self._group_views]

    @cached_property
    def saved(self) -> list[RailItem]:
        """The views that people made, as this person has them in their rail."""
        # There may be hundreds, and each address made from the routes costs more than its count.
        beginning = url_for("console.tickets", view=store.KEY_PREFIX)
        return [self._saved_item(view, beginning) for view in self._saved]

    @property
    def mark(self) -> int:
        """What tells an open page that its views are others now."""
        return choosing.mark_of(self._saved)

    @cached_property
    def _saved(self) -> list[store.View]:
        """In step with what the counts were asked with; where that was old, the new ones are counted."""
        known = store.known_by_rail(self._counts["views"])
        if known is self._guessed:
            return self._mine
        mine = choosing.in_rail(self._actor, known)
        self._counts.update(count_views(self._actor, mine))
        return mine

    @cached_property
    def _mine(self) -> list[store.View]:
        """Those of the views known last that this person has in their rail."""
        return choosing.in_rail(self._actor, self._guessed)

    @cached_property
    def _guessed(self) -> tuple[store.View, ...]:
        return store.last_known()

    @cached_property
    def desk(self) -> list[RailItem]:
        return [
            RailItem(
                label,
                url_for(endpoint),
                count=self._owed(endpoint),
                current=_is_at(endpoint),
                key=key,
            )
            for label, endpoint, key in _pages(self._actor)
        ]

    def _owed(self, endpoint: str) -> int | None:
        """What waits on a page of the desk: for articles those that this person is to read again; None for nothing."""
        if endpoint == "console.articles":
            return self._counts.get("articles") or None
        return self._troubles.get(endpoint)

    @cached_property
    def _troubles(self) -> dict[str, int]:
        """The pages where something waits for an administrator, with how much; where nothing waits no number stands."""
        if not self._actor.is_admin:
            return {}
        waiting, failed = troubles_of_mail(self._actor, most=MOST_COUNTED)
        counts = {
            "console.quarantine": waiting,
            "console.sent_mail": failed,
            "console.health": len(self.alarms),
        }
        return {endpoint: count for endpoint, count in counts.items() if count}

    @cached_property
    def alarms(self) -> list[Alarm]:
        """What rings now; only administrators are told, since only they can mend it."""
        return ringing() if self._actor.is_admin else []

    @cached_property
    def _group_views(self) -> list[View]:
        return group_views(self._actor)

    @cached_property
    def _counts(self) -> dict[str, int]:
        counted = [view for view in fixed_views(self._actor) if view.filters.is_open]
        if len(self._group_views) <= MOST_COUNTED_GROUPS:
            counted += self._group_views
        return capped_counts(
            self._actor,
            {view.key: view.filters for view in counted},
            beside=[
                waiting_beside(self._actor),
                unread_beside(self._actor),
                call_backs_beside(self._actor),
                late_beside(self._actor),
                extension_beside(self._actor),
                chats_beside(self._actor),
                due_beside(self._actor.person_id),
                _CHATS_DEFINED,
                store.generation_beside(),
            ],
            several=counts_beside(self._actor, self._mine),
        )

    def _item(self, view: View) -> RailItem:
        count = self._counts.get(view.key)
        return RailItem(
            label=view.title,
            url=view.url,
            count=count,
            late=view.key == LATE and bool(count),
            current=view.key == self._shown,
            key=letter_of(view.key),
            live=view.key,
        )

    def _saved_item(self, view: store.View, beginning: str) -> RailItem:
        """The line of a view that somebody made; its letter stands unless it leads elsewhere already."""
        key = view.key
        return RailItem(
            label=view.title,
            url=f"{beginning}{view.id}",
            count=self._counts.get(key),
            current=key == self._shown,
            key=view.letter if view.letter and view.letter not in letters().values() else None,
            live=key,
        )

    @cached_property
    def _shown(self) -> str:
        """The key of the view whose list is on the page; empty on other pages."""
        if request.endpoint != "console.tickets":
            return ""
        return str((request.view_args or {}).get("view", ""))


# Asked in the same query as all counts, since every page wants to know.
_CHATS_DEFINED = Beside(
    "has_chats",
    select(func.count())
    .select_from(
        select(literal_column("1"))
        .where(Definition.kind == Kind.CHAT, Definition.retired_at.is_(None))
        .limit(literal_column("1"))
        .subquery()
    )
    .scalar_subquery(),
    {},
)


_OF_NO_PART = frozenset({"console.personal"})


def _pages(actor: Actor) -> list[tuple[str, str, str | None]]:
    everybody = [
        (_("People"), "console.people", letter_of("people")),
        (_("Articles"), "console.articles", None),
        (_("Groups"), "console.groups", None),
        (_("Sent mail"), "console.sent_mail", None),
    ]
    administrators = [
        (_("Settings"), "admin.front", None),
        (_("Quarantine"), "console.quarantine", None),
        (_("Mailboxes"), "console.mailboxes", None),
        (_("Mail rules"), "console.mail_rules", None),
        (_("Sending"), "console.sending_rules", None),
        (_("Organisations"), "console.organisations", None),
        (_("Agencies"), "console.agencies", None),
        (_("Health"), "console.health", None),
    ]
    if actor.is_admin:
        return [*everybody, *administrators]
    return [*everybody, (_("Organisations"), "console.organisations", None)]


# Which pages belong to a line of the rail, by the beginning or end of their names.
_PARTS = {
    "console.people": (
        "console.people",
        "console.person",
        "console.new_person",
        "console.edit_person",
    ),
    "admin.front": ("admin.",),
    "console.articles": ("console.article", "console.edit_article", "console.new_article"),
    "console.groups": ("console.groups", "console.new_group", "console.edit_group"),
    "console.sent_mail": ("console.sent_",),
    "console.sending_rules": ("console.sending_",),
    "console.mailboxes": ("console.mailboxes", "console.new_mailbox", "console.edit_mailbox"),
}


def _is_at(endpoint: str) -> bool:
    here = request.endpoint or ""
    # One's own settings begin with the same letters as the pages of people, and are none of them.
    return here not in _OF_NO_PART and here.startswith(_PARTS.get(endpoint, (endpoint,)))
