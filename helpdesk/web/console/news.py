"""What changed, for a console that has no open line: asked for now and then, in the words of the line."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import StringField

from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.live import bell, marks, news
from helpdesk.live.consoles import EARLIER, LONGEST_AGE, age_of
from helpdesk.live.consoling import say_here
from helpdesk.live.here import LONGEST_TAB, STATES
from helpdesk.live.passes import make_pass
from helpdesk.live.watching import watch
from helpdesk.tickets.access import access_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.live_counts import counts_of_all
from helpdesk.web.forms import Form, own_line


class HereForm(Form):
    state = StringField(filters=[own_line])
    tab = StringField(filters=[own_line])


@console.get("/news")
def news_since() -> ResponseReturnValue:
    """What this person would have been told since a mark, or while their page was on its way."""
    actor = current_actor()
    after = marks.entry_of(request.args.get("after", ""))
    age = age_of(request.args.get("age", ""))
    mark = marks.mark_of(news.settled())
    if after is not None:
        changed = news.missed(after)
    else:
        changed = news.since(clock.now() - age - EARLIER) if age <= LONGEST_AGE else None
    frames: list[dict[str, Any]] = [{"type": "hello", "mark": mark}]
    frames += [{"type": "refetch"}] if changed is None else news.frames_for(actor, changed)
    frames.append(bell.frame_for(actor))
    there = news.who_is_where(actor, watch().everywhere())
    frames.append({"type": "everywhere", "here": there})
    frames.append({"type": "counts", "counts": counts_of_all([actor])[0]})
    return jsonify({"frames": frames, "pass": make_pass(current_user.session_id)})


@console.post("/tickets/<number>/here")
def note_here(number: str) -> ResponseReturnValue:
    """Note that one looks at a ticket, writes on it, or left: as over the line, for pages that have none."""
    actor, form = current_actor(), HereForm()
    found = access_ticket(actor, number)
    tab, state = (form.tab.data or "")[:LONGEST_TAB], form.state.data or ""
    if not form.is_valid() or state not in STATES or not tab:
        raise Invalid(_("Say whether you look, write or left."))
    watch()
    say_here(actor, found.number, tab, state)
    return "", 204
