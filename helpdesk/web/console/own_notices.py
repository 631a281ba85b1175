"""What one is told of, and how: a table of kinds and ways on the page of one's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from wtforms import BooleanField, StringField

from helpdesk.notifications.digests import choose_digest, digest_of, drop_digest
from helpdesk.notifications.models import Digest
from helpdesk.notifications.preferences import (
    Preferences,
    Topic,
    Way,
    choose,
    chosen_by,
    preferences_of,
)
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.web.admin.calendar_words import day_name
from helpdesk.web.forms import Form, own_line

# In the order in which they are shown.
TOPICS: Mapping[Topic, Any] = {
    Topic.ASSIGNED: _lazy("A ticket is assigned to me"),
    Topic.MENTION: _lazy("A colleague names me in a note"),
    Topic.REPLY: _lazy("The requester of my ticket writes, or of one whose agent I stand in for"),
    Topic.ASIDE: _lazy("A third party answers on my ticket"),
    Topic.COLLEAGUE: _lazy("A colleague writes on my ticket"),
    Topic.WATCHED: _lazy("Somebody writes on a ticket that I watch"),
    Topic.STATUS: _lazy("Somebody else changes the status of my ticket, or of one that I watch"),
    Topic.CHAT: _lazy("A visitor waits in the chat for one of my groups"),
    Topic.NEW: _lazy("A new ticket of my groups that nobody has"),
    Topic.SOON: _lazy("A ticket of mine, or of a group I lead, will be late soon"),
    Topic.LATE: _lazy("A ticket of mine, or of a group I lead, is late"),
    Topic.CALL: _lazy("A call that I promised is due"),
    Topic.TROUBLE: _lazy("A mail of mine was not delivered, or a planned reply did not leave"),
    Topic.OPERATION: _lazy("A change of many tickets that I began is finished"),
}
WAYS: Mapping[Way, Any] = {
    Way.BELL: _lazy("Notices"),
    Way.MAIL: _lazy("Mail at once"),
    Way.DIGEST: _lazy("Daily mail"),
    Way.DESKTOP: _lazy("On the screen"),
}


NO_DIGEST = "none"
# What stands in the form of somebody who wants no daily mail yet.
USUAL_DAYS = range(5)


def _name(topic: Topic, way: Way) -> str:
    return f"{topic}_{way}"


def _day(number: int) -> str:
    return f"day_{number}"


class _NoticesForm(Form):
    brief = BooleanField()
    hour = StringField(filters=[own_line])
    days = BooleanField()
    working_days = BooleanField()
    reset = StringField(filters=[own_line])


# A box for each kind and way, and for each day.
NoticesForm = type(
    "NoticesForm",
    (_NoticesForm,),
    {
        **{_name(topic, way): BooleanField() for topic in Topic for way in Way},
        **{_day(number): BooleanField() for number in range(7)},
    },
)


def keep(person: Person, form: Form) -> None:
    """Keep what was ticked, or go back to the defaults. Raises Invalid."""
    values = form.values
    if values["reset"]:
        choose(person.id, Preferences())
        drop_digest(person.id)
        return
    pairs = [(topic, way) for topic in Topic for way in Way if values[_name(topic, way)]]
    choose(person.id, chosen_by(pairs, is_brief=bool(values["brief"])))
    hour = values["hour"] or NO_DIGEST
    if hour == NO_DIGEST:
        drop_digest(person.id)
        return
    choose_digest(
        person,
        hour=int(hour) if hour.isdecimal() and len(hour) < 3 else -1,
        weekdays=[number for number in range(7) if values[_day(number)]],
        working_days=bool(values["working_days"]),
    )


def context(actor: Actor, values: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    """As `console/_own_notices.html` wants it; with what was typed where something was wrong."""
    chosen, digest = preferences_of(actor.person_id), digest_of(actor.person_id)
    shown = values or _standing(chosen, digest)
    return {
        "values": shown,
        "errors": errors,
        "ways": [(way.value, str(words)) for way, words in WAYS.items()],
        "rows": [
            (str(words), [(_name(topic, way), way.value, str(WAYS[way])) for way in WAYS])
            for topic, words in TOPICS.items()
        ],
        "hours": [(NO_DIGEST, _("No daily mail")), *((str(one), _at(one)) for one in range(24))],
        "days": [(_day(number), day_name(number)) for number in range(7)],
        "zone": actor.time_zone,
        "is_default": chosen == Preferences() and digest is None,
        "states": _states(),
    }


def _at(hour: int) -> str:
    return _("At %(time)s", time=f"{hour:02}:00")


def _standing(chosen: Preferences, digest: Digest | None) -> dict[str, Any]:
    days = digest.weekdays if digest else USUAL_DAYS
    ticked = {_name(topic, way): chosen.wants(topic, way) for topic in Topic for way in Way}
    return {
        **ticked,
        **{_day(number): number in days for number in range(7)},
        "brief": chosen.is_brief,
        "hour": str(digest.hour) if digest else NO_DIGEST,
        "working_days": digest.working_days if digest else True,
    }


def _states() -> dict[str, str]:
    """How it stands with the screen of this computer, in words for a script to choose from."""
    return {
        "off": _("Nothing is shown on the screen of this computer."),
        "on": _("They are shown on the screen of this computer."),
        "refused": _(
            "Your browser refuses them. Open what it says of this page, at the lock beside its address, allow "
            "notifications there, and load this page again."
        ),
        "unsupported": _("This browser cannot show them, or only on pages that come encrypted."),
    }
