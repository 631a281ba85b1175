"""The pages of the wallboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from helpdesk.chat.waiting import waiting_by_group
from helpdesk.core import clock
from helpdesk.core.errors import NotFound, Refused
from helpdesk.live.passes import make_board_pass
from helpdesk.people.models import Group
from helpdesk.routing import team
from helpdesk.routing.boards import groups_of
from helpdesk.web import durations
from helpdesk.web.auth import current_actor
from helpdesk.web.moments import end_of_day
from helpdesk.web.security import live_url

wallboard = Blueprint("wallboard", __name__)

THEMES = ("light", "dark")


@wallboard.get("/wallboard")
def board() -> ResponseReturnValue:
    """The wallboard of the groups that this person leads."""
    actor = current_actor()
    led = team.led_groups(actor)
    if not led:
        raise Refused(
            _("This page is for who leads a group."), _("Ask an administrator of the desk.")
        )
    return _page(led, actor.time_zone, make_board_pass(current_user.session_id))


@wallboard.get("/wallboard/<token>")
def by_link(token: str) -> ResponseReturnValue:
    """The wallboard on a screen where nobody is signed in; the link is the proof, as long as its maker leads groups."""
    found = groups_of(token)
    if found is None:
        raise NotFound(
            _("This wallboard is not to be had any more."), _("Ask who leads the group for a link.")
        )
    person, groups = found
    answer = make_response(_page(groups, person.time_zone, token))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _page(groups: Sequence[Group], zone: str, pass_: str) -> str:
    ids = [group.id for group in groups]
    figures = team.figures_of(ids, ends=end_of_day(zone))
    agents = team.agents_of(ids)
    chats = waiting_by_group(ids)
    total = team.together(figures.values())
    theme = request.args.get("theme", "")
    return render_template(
        "wallboard/board.html",
        line={"url": live_url(), "pass": pass_},
        theme_asked=theme if theme in THEMES else "",
        total=total,
        oldest=_since(total),
        chats=sum(chats.values()),
        on=sum(agent.is_on for agent in agents),
        agents=len(agents),
        groups=[_line(group, figures.get(group.id, team.Figures())) for group in groups],
    )


def _line(group: Group, figures: team.Figures) -> dict[str, Any]:
    return {"name": group.name, "figures": figures, "oldest": _since(figures)}


def _since(figures: team.Figures) -> str:
    """How long the oldest waits, in words; nothing where nothing waits."""
    if figures.oldest is None:
        return ""
    return durations.short(clock.now() - figures.oldest)
