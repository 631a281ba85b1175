"""availability(): whether somebody is there for a visitor now, how many wait before them and how long it takes."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import exists, func, select

from helpdesk.chat.models import Chat, ChatAgent, ChatState
from helpdesk.chat.settings import calendar_of
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.people.models import Membership, Person, Right, Role
from helpdesk.routing.models import AgentAbsence, AgentProfile
from workflows.chat import Chat as ChatSettings

# An agent whose pages have been silent for so long is gone.
AGENT_GONE_AFTER = timedelta(seconds=90)
# What an agent bears who has no limit of their own.
USUAL_CHATS = 3
# A visitor whose page has been silent for so long is shown as away.
GONE_AFTER_HINT = timedelta(seconds=45)
LOOKED_BACK_AT = 20
MOST_WAITING = 2_000
LOOKED_BACK_FOR = timedelta(days=7)
WAIT_IF_UNKNOWN = timedelta(minutes=2)
SHORTEST_WAIT = timedelta(minutes=1)


class Mode(enum.StrEnum):
    """Open: somebody is there. Nobody: it is within the hours, but nobody is. Closed: it is out of hours."""

    OPEN = "open"
    NOBODY = "nobody"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Availability:
    """How things stand for whoever begins a chat now; `opens_at` is when it opens next, where that is known."""

    mode: Mode
    opens_at: datetime | None = None
    waiting: int = 0
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AgentAtWork:
    """An agent who takes chats of a group now, with how many they have and how many they can bear."""

    person_id: int
    chats: int
    most: int

    @property
    def room(self) -> int:
        return max(0, self.most - self.chats)


@dataclass(frozen=True, slots=True)
class Queue:
    """Who waits in a group, the longest waiting first, and what it takes to say for how long."""

    ids: Sequence[int]
    agents: Sequence[AgentAtWork]
    usual: timedelta

    def before(self, chat_id: int) -> int:
        """How many wait before this one."""
        return self.ids.index(chat_id) if chat_id in self.ids else len(self.ids)

    def wait(self, chat: ChatSettings, before: int) -> timedelta | None:
        """How long somebody waits before whom so many wait; None while nobody is there."""
        return _wait(chat, before, self.agents, self.usual) if self.agents else None


def availability(chat: ChatSettings, group_id: int | None) -> Availability:
    """How a chat stands for a group now."""
    at = clock.now()
    hours = calendar_of(chat)
    if hours is not None and not hours.is_open(at):
        return Availability(Mode.CLOSED, opens_at=hours.next_open(at))
    agents = agents_at_work(group_id)
    if not agents:
        return Availability(Mode.NOBODY)
    waiting = len(_waiting(group_id))
    wait = _wait(chat, waiting, agents, _usual_wait(group_id))
    return Availability(Mode.OPEN, waiting=waiting, wait=wait)


def queue_of(group_id: int | None) -> Queue:
    """The queue of a group as it is now; four queries, whoever waits in it."""
    return Queue(_waiting(group_id), agents_at_work(group_id), _usual_wait(group_id))


def _waiting(group_id: int | None) -> Sequence[int]:
    return db.session.scalars(
        select(Chat.id)
        .where(Chat.state == ChatState.WAITING, Chat.group_id.is_not_distinct_from(group_id))
        .order_by(Chat.waiting_since, Chat.id)
        .limit(MOST_WAITING)
    ).all()


def agents_at_work(group_id: int | None) -> list[AgentAtWork]:
    """The agents who take chats of a group now: switched on, with a page open, and not away. Two queries."""
    at = clock.now()
    away = exists().where(
        AgentAbsence.person_id == Person.id, AgentAbsence.since <= at, AgentAbsence.until > at
    )
    found = (
        select(Person.id, AgentProfile.limits)
        .join(ChatAgent, ChatAgent.person_id == Person.id)
        .outerjoin(AgentProfile, AgentProfile.person_id == Person.id)
        .where(
            ChatAgent.is_on,
            ChatAgent.seen_at > at - AGENT_GONE_AFTER,
            Person.is_active,
            Person.role.in_([Role.AGENT, Role.ADMIN]),
            AgentProfile.is_available.is_not(False),
            ~away,
        )
        .order_by(Person.id)
        .limit(500)
    )
    if group_id is not None:
        found = found.where(
            exists().where(
                Membership.person_id == Person.id,
                Membership.group_id == group_id,
                Membership.right.in_([Right.WORK, Right.LEAD]),
            )
        )
    limits = {
        person: (held or {}).get("chat", USUAL_CHATS) for person, held in db.session.execute(found)
    }
    taken = _taken_by(list(limits))
    people = [AgentAtWork(one, taken.get(one, 0), int(most)) for one, most in limits.items()]
    # Who is to have no chats at all is not there for them.
    return [one for one in people if one.most]


def _taken_by(people: Sequence[int]) -> dict[int, int]:
    if not people:
        return {}
    rows = db.session.execute(
        select(Chat.agent_id, func.count())
        .where(Chat.agent_id.in_(people), Chat.state == ChatState.TAKEN)
        .group_by(Chat.agent_id)
    )
    return {person: count for person, count in rows if person is not None}


def _wait(
    chat: ChatSettings, before: int, agents: Sequence[AgentAtWork], usual: timedelta
) -> timedelta:
    if chat.expected_wait is not None:
        return timedelta(minutes=chat.expected_wait)
    if sum(one.room for one in agents) > before:
        return SHORTEST_WAIT
    rounds = before // len(agents) + 1
    return max(SHORTEST_WAIT, usual * rounds)


def _usual_wait(group_id: int | None) -> timedelta:
    """The median of how long the last who were taken had waited."""
    rows = db.session.execute(
        select(Chat.opened_at, Chat.taken_at)
        .where(
            Chat.group_id.is_not_distinct_from(group_id),
            Chat.taken_at.is_not(None),
            Chat.taken_at > clock.now() - LOOKED_BACK_FOR,
        )
        .order_by(Chat.taken_at.desc())
        .limit(LOOKED_BACK_AT)
    )
    waits = [(taken - opened).total_seconds() for opened, taken in rows if taken is not None]
    return timedelta(seconds=median(waits)) if waits else WAIT_IF_UNKNOWN
