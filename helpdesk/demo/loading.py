"""Loading the demo desk: its council, its people and its tickets, once and never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.core import clock, outbox, settings
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.unit_of_work import install, unit_of_work
from helpdesk.demo.answers import set_up_answers
from helpdesk.demo.articles import set_up_articles
from helpdesk.demo.calls import set_up_calls
from helpdesk.demo.doors import set_up_doors
from helpdesk.demo.linking import link_stories
from helpdesk.demo.performing import OPENING_DOMAIN, Stage
from helpdesk.demo.rules import set_up_rules
from helpdesk.demo.scripts import load_desk, load_people, load_scripts
from helpdesk.demo.setting_up import set_up
from helpdesk.demo.stories import DAYS, Story, tell_stories
from helpdesk.demo.talks import set_up_talks
from helpdesk.demo.views import set_up_views
from helpdesk.people.models import Person
from helpdesk.reactions import REACTIONS
from helpdesk.sla import sweeping
from helpdesk.tickets.models import Message, Ticket

SETTING = "demo"
# Nobody is to be told of what happened in a story: of the work owed, only the search index is kept.
OWED_JOBS = "index_"
# Steps that share a transaction; each is journalled at its own time all the same.
STEPS_TOGETHER = 60


class LogIn(NamedTuple):
    """How to sign in to the demo desk."""

    role: str
    address: str
    password: str


# For the command line, which speaks English; anybody else of `content/desk.toml` signs in with the same password.
DEMO_LOG_INS = tuple(
    LogIn(role, load_desk().agent(key).email, load_desk().password)
    for role, key in (("agent", "ben"), ("lead", "cleo"), ("administrator", "alex"))
)


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What stands after loading; `is_new` is False when it stood before."""

    is_new: bool
    tickets: int
    messages: int
    people: int

    def __str__(self) -> str:
        if not self.is_new:
            return _("The demo desk is here already; nothing was changed.")
        return _(
            "The demo desk has %(tickets)d tickets with %(messages)d messages, and %(people)d people.",
            tickets=self.tickets,
            messages=self.messages,
            people=self.people,
        )


def is_empty() -> bool:
    """Whether nobody uses this desk yet; one in which loading the demo was broken off counts as empty."""
    state = settings.read(SETTING)
    if state is not None:
        return not state["finished"]
    return db.session.scalar(select(Person.id).limit(1)) is None


def load_demo(report: Callable[[str], None]) -> DemoSummary:
    """Load the demo desk, saying how far it is; a second call does nothing.

    Call it outside a unit of work and before workers are started in this process, since it stops the process's clock.
    A load that was broken off goes on where it stood. Raises Conflict when the desk has tickets of its own.
    """
    state = settings.read(SETTING) or {}
    if state.get("finished"):
        return _summary(is_new=False)
    if not state and db.session.scalar(select(Ticket.id).limit(1)) is not None:
        raise Conflict(
            _("This desk has tickets of its own."),
            _("Load the demo into an empty database, such as that of another DESK_DATA_DIR."),
        )
    began = datetime.fromisoformat(state["began"]) if state else clock.now()
    if not state:
        with unit_of_work():
            _note(began)
    with _quietly(), clock.use(StoppedClock(began - timedelta(days=DAYS + 30))) as stopped:
        assert isinstance(stopped, StoppedClock)
        _tell(stopped, began, report)
    return _summary(is_new=True)


def _tell(stopped: StoppedClock, began: datetime, report: Callable[[str], None]) -> None:
    desk, people = load_desk(), load_people()
    report(_("Demo desk: making the council, its agents and %(count)d people.", count=len(people)))
    stage = Stage(stopped, set_up(desk, people), began, tickets=_tickets_told())
    stories = tell_stories(desk, people, load_scripts(), began)
    steps = _in_order(stories)
    for start in range(_steps_done(), len(steps), STEPS_TOGETHER):
        end = min(start + STEPS_TOGETHER, len(steps))
        with unit_of_work():
            for step in steps[start:end]:
                stage.perform(*step)
            _note(began, done=end)
        sweeping.sweep()
        told = len(stage.tickets)
        report(_("Demo desk: %(told)d of %(all)d tickets.", told=told, all=len(stories)))
    stopped.set(began)
    sweeping.sweep()
    with unit_of_work():
        link_stories(stories, stage.tickets)
        set_up_talks(stories, stage.tickets)
        set_up_rules()
        set_up_articles(desk.agent("cleo").email)
        set_up_answers()
        set_up_calls(desk.agent("ben").email)
        set_up_doors(desk.agent("ben").email)
        set_up_views()
        _note(began, done=len(steps), finished=True)
        outbox.freshen()


def _in_order(stories: list[Story]) -> list[tuple[Story, int]]:
    """Every step of every story as it happened, so that the desk's own numbers run with the time."""
    steps = [(story, place) for story in stories for place in range(len(story.steps))]
    return sorted(steps, key=lambda step: (step[0].steps[step[1]].at, step[0].ref, step[1]))


def _note(began: datetime, *, done: int = 0, finished: bool = False) -> None:
    state = {"began": began.isoformat(), "done": done, "finished": finished}
    settings.write(SETTING, state)


def _steps_done() -> int:
    return int(settings.read(SETTING)["done"])


def _tickets_told() -> dict[str, int]:
    """The tickets that a load which was broken off has opened, by story."""
    found = db.session.execute(
        select(Message.external_id, Message.ticket_id)
        .where(Message.external_id.endswith(f"@{OPENING_DOMAIN}"))
        .order_by(Message.id)
        .limit(1000)
    )
    return {str(mark).partition("@")[0]: ticket_id for mark, ticket_id in found}


@contextmanager
def _quietly() -> Iterator[None]:
    """Owe only the search index for what happens here; the reactions inside the transaction all run."""

    def store_some(owed: list[tuple[str, int]]) -> Callable[[], None]:
        kept = [(job, subject_id) for job, subject_id in owed if job.startswith(OWED_JOBS)]
        return outbox.store_owed(kept) if kept else lambda: None

    install(REACTIONS, store_some)
    try:
        yield
    finally:
        install(REACTIONS, outbox.store_owed)


def _summary(*, is_new: bool) -> DemoSummary:
    return DemoSummary(
        is_new=is_new,
        tickets=_count(Ticket),
        messages=_count(Message),
        people=_count(Person),
    )


def _count(kind: type[Ticket] | type[Message] | type[Person]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0
