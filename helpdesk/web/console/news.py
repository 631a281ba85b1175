"""What changed, for a console that has no open line: asked for now and then, in the words of the line."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from helpdesk.core import clock
from helpdesk.live import bell, marks, news
from helpdesk.live.consoles import EARLIER, LONGEST_AGE, age_of
from helpdesk.live.passes import make_pass
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.live_counts import counts_of_all


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
    frames.append({"type": "counts", "counts": counts_of_all([actor])[0]})
    return jsonify({"frames": frames, "pass": make_pass(current_user.session_id)})
