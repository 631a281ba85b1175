"""Performing the stories: each step is a unit of work on a clock that stands where the story is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import react
from helpdesk.demo.enclosures import make_file
from helpdesk.demo.html_mails import html_of
from helpdesk.demo.posting import post
from helpdesk.demo.setting_up import CAUSE, Ids
from helpdesk.demo.stories import Saying, Step, Story
from helpdesk.people.models import Group, Person
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.customizing import set_custom
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import Direction, Ticket, Visibility
from workflows.lifecycle import Role, map_state
from workflows.lifecycle_checking import way_between
from workflows.lifecycle_fields import is_typed
from workflows.lifecycle_shipped import shipped
from workflows.priority import Level

LEVELS = {
    "P1": (Level.HIGH, Level.HIGH),
    "P2": (Level.MEDIUM, Level.HIGH),
    "P3": (Level.MEDIUM, Level.MEDIUM),
    "P4": (Level.LOW, Level.MEDIUM),
}
DIRECTIONS = {"in": Direction.IN, "out": Direction.OUT, "note": Direction.NOTE}
FRONT_DESK = "services"
# What the agents of the stories note where a move asks for it.
NOTED = {
    "pending_reason": "An answer from outside the council",
    "third_party": "The contractor",
    "cancel_reason": "Sent twice by mistake",
    "reason": "The trouble is back",
    "root_cause": "A part at the end of its life",
    "workaround": "Use the other entrance meanwhile",
    "fix_note": "The part was replaced and has been watched for a week",
    "resolution_note": "Done as agreed",
}
# The Message-IDs of the openings; a load that was broken off finds its tickets again by them.
OPENING_DOMAIN = "stories.harbourstead.example"
# Mail that is older is not on the "Sent mail" page, as if it had been tidied away.
MAIL_SHOWN_FOR = timedelta(days=21)


@dataclass
class Stage:
    """Where the stories are performed: the clock, the rows they speak of, and the tickets opened so far."""

    clock: StoppedClock
    ids: Ids
    began: datetime
    tickets: dict[str, int] = field(default_factory=dict)
    # The session forgets rows that nobody holds, and the same few people act all the time.
    held: dict[str, Person | Group] = field(default_factory=dict)

    def perform(self, story: Story, place: int) -> None:
        """Let one step of a story happen, inside a unit of work."""
        step = story.steps[place]
        self.clock.set(step.at)
        if place == 0:
            self._open(story, step)
        else:
            self._go_on(story, step)
        react()

    def _open(self, story: Story, step: Step) -> None:
        assert step.says is not None  # Every story opens with words.
        impact, urgency = LEVELS[story.priority]
        goes_to = next((later.move_to for later in story.steps if later.move_to), "")
        ticket = commands.open_ticket(
            requester=self._person(story.requester.name),
            subject=story.subject,
            type=story.type,
            channel=story.channel,
            group=self._group(FRONT_DESK if goes_to else story.group),
            impact=impact,
            urgency=urgency,
            first=self._message(story, step, step.says),
            by=self._id(step.by),
            cause=CAUSE,
        )
        self.tickets[story.ref] = ticket.id
        commands.set_tags(ticket, story.tags, by=None, cause=CAUSE)
        set_custom(ticket, story.fields, by=None, cause=CAUSE)

    def _go_on(self, story: Story, step: Step) -> None:
        ticket = commands.lock(self.tickets[story.ref])
        by = self._id(step.by)
        if step.move_to:
            commands.move_to_group(ticket, self._group(step.move_to), by=by, cause=CAUSE)
        if step.assign:
            commands.assign(ticket, self._person(step.assign), by=by, cause=CAUSE)
        if step.says is not None:
            message = add_message(ticket, self._message(story, step, step.says), by=by, cause=CAUSE)
            if self._goes_by_mail(step):
                post(message, refused=step.says.fails)
        if step.status:
            self._lead_to(ticket, step.status, by)

    def _lead_to(self, ticket: Ticket, status: str, by: int | None) -> None:
        """Take a ticket where a story has it, on the way that its type prescribes and with what that asks for."""
        life = lifecycle_of(ticket.type)
        meant = map_state(shipped("incident"), status, life)
        for move in way_between(life, ticket.status, meant) or []:
            wanted = [name for name in move.fields if is_typed(name)]
            fields = {name: life.field(name).default or NOTED.get(name, "") for name in wanted}
            said = {name: value for name, value in fields.items() if value}
            commands.change_status(
                ticket, move.target, by=by, cause=CAUSE, fields=said, roles=frozenset(Role)
            )

    def _goes_by_mail(self, step: Step) -> bool:
        says = step.says
        by_mail = says is not None and says.kind == "out" and says.channel == "email"
        return by_mail and step.at > self.began - MAIL_SHOWN_FOR

    def _message(self, story: Story, step: Step, says: Saying) -> NewMessage:
        author = self._person(story.requester.name if says.kind == "in" else step.by)
        group = self._group(story.group)
        people = {"in": story.requester.email, "out": group.address}
        to = {"in": group.address, "out": says.sent_to or story.requester.email}.get(says.kind, "")
        by_mail = says.channel == "email" and says.kind != "note"
        is_opening = step is story.steps[0]
        return NewMessage(
            text=says.text,
            quoted=says.quoted,
            html=html_of(says.html, says.text) if says.html else None,
            direction=DIRECTIONS[says.kind],
            visibility=Visibility.INTERNAL if says.kind == "note" else Visibility.PUBLIC,
            channel=says.channel,
            author=author,
            author_address=people.get(says.kind, "") if by_mail else "",
            recipients={"to": [to]} if by_mail and to else {},
            subject=story.subject if by_mail else "",
            external_id=f"{story.ref}@{OPENING_DOMAIN}" if is_opening else None,
            joined_by="new" if is_opening else "reply-token",
            sent_at=step.at if by_mail else None,
            created_at=step.at,
            files=tuple(
                make_file(name, about=story.subject, who=author.name) for name in says.files
            ),
        )

    def _person(self, name: str) -> Person:
        person = db.session.get_one(Person, self.ids.people[name])
        self.held[name] = person
        return person

    def _group(self, key: str) -> Group:
        group = db.session.get_one(Group, self.ids.groups[key])
        self.held[f"group {key}"] = group
        return group

    def _id(self, name: str) -> int | None:
        return self.ids.people[name] if name else None
