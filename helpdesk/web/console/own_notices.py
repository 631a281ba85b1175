"""What one is told of, and how: a table of kinds and ways on the page of one's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from wtforms import BooleanField, StringField

from helpdesk.notifications.preferences import (
    Preferences,
    Topic,
    Way,
    choose,
    chosen_by,
    preferences_of,
)
from helpdesk.web.forms import Form, own_line

# In the order in which they are shown.
TOPICS: Mapping[Topic, Any] = {
    Topic.ASSIGNED: _lazy("A ticket is assigned to me"),
    Topic.MENTION: _lazy("A colleague names me in a note"),
    Topic.REPLY: _lazy("The requester of my ticket writes, or of one whose agent I stand in for"),
    Topic.ASIDE: _lazy("A third party answers on my ticket"),
    Topic.COLLEAGUE: _lazy("A colleague writes on my ticket"),
    Topic.WATCHED: _lazy("Somebody writes on a ticket that I watch"),
    Topic.NEW: _lazy("A new ticket of my groups that nobody has"),
    Topic.SOON: _lazy("A ticket of mine, or of a group I lead, will be late soon"),
    Topic.LATE: _lazy("A ticket of mine, or of a group I lead, is late"),
    Topic.CALL: _lazy("A call that I promised is due"),
    Topic.TROUBLE: _lazy("A mail of mine was not delivered, or a planned reply did not leave"),
}
WAYS: Mapping[Way, Any] = {
    Way.BELL: _lazy("Notices"),
    Way.MAIL: _lazy("Mail at once"),
    Way.DESKTOP: _lazy("On the screen"),
}


def _name(topic: Topic, way: Way) -> str:
    return f"{topic}_{way}"


class _NoticesForm(Form):
    brief = BooleanField()
    reset = StringField(filters=[own_line])


# A box for each kind and way.
NoticesForm = type(
    "NoticesForm",
    (_NoticesForm,),
    {_name(topic, way): BooleanField() for topic in Topic for way in Way},
)


def keep(person_id: int, form: Form) -> None:
    """Keep what was ticked, or go back to the defaults."""
    values = form.values
    if values["reset"]:
        choose(person_id, Preferences())
        return
    pairs = [(topic, way) for topic in Topic for way in Way if values[_name(topic, way)]]
    choose(person_id, chosen_by(pairs, is_brief=bool(values["brief"])))


def context(person_id: int) -> dict[str, Any]:
    """As `console/_own_notices.html` wants it."""
    chosen = preferences_of(person_id)
    return {
        "ways": [(way.value, str(words)) for way, words in WAYS.items()],
        "rows": [
            (
                str(words),
                [
                    (_name(topic, way), way.value, str(WAYS[way]), chosen.wants(topic, way))
                    for way in WAYS
                ],
            )
            for topic, words in TOPICS.items()
        ],
        "brief": chosen.is_brief,
        "is_default": chosen == Preferences(),
        "states": {
            "off": _("Nothing is shown on the screen of this computer."),
            "on": _("They are shown on the screen of this computer."),
            "refused": _(
                "Your browser refuses them. Open what it says of this page, at the lock beside its address, allow "
                "notifications there, and load this page again."
            ),
            "unsupported": _(
                "This browser cannot show them, or only on pages that come encrypted."
            ),
        },
    }
