"""Why a ticket was given to somebody, or to nobody, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from helpdesk.routing.waiting import why_of
from helpdesk.web.console.names import Names
from helpdesk.web.moments import stamp
from helpdesk.web.words import channel_word
from workflows.assignment import Why

# So many of those who were not chosen are named in a line of the journal.
MOST_NAMED = 5


def reason_words(why: Why) -> str:
    """A reason in the reader's language."""
    values = dict(why.values)
    if "until" in values:
        values["until"] = stamp(datetime.fromisoformat(str(values["until"])))
    return str(_(why.text, **values))


def people_of_routing(after: Mapping[str, Any]) -> set[int | None]:
    """The people that an entry of a routing speaks of."""
    others = (agent for agent, _why in after.get("why_not") or ())
    return {after.get("given_to"), after.get("in_place_of"), *others}


def routed_words(after: Mapping[str, Any], names: Names) -> str:
    """An entry of a routing in a line: who was chosen and why, and for others why not."""
    said = _(
        "Routing “%(name)s” chose %(who)s: %(why)s",
        name=str(after.get("routing", "")),
        who=names.person(after.get("given_to")),
        why=reason_words(why_of(after.get("why") or {})),
    )
    if after.get("in_place_of"):
        said += " " + _("(in place of %(who)s)", who=names.person(after["in_place_of"]))
    others = [
        _("%(who)s: %(why)s", who=names.person(agent), why=reason_words(why_of(why)))
        for agent, why in (after.get("why_not") or ())[:MOST_NAMED]
    ]
    return f"{said}. {'; '.join(others)}" if others else said


def limits_words(limits: Mapping[str, int]) -> str:
    """Limits by channel in a line."""
    return ", ".join(f"{channel_word(channel)} {most}" for channel, most in limits.items())
