"""Tickets in bulk, made with a fixed seed: written straight to the tables, as no one has a day to wait."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import ContactKind, ContactPoint, Group, Membership, Person, Right, Role
from helpdesk.people.passwords import hash_password
from helpdesk.tickets.models import Direction, Message, Ticket, TicketType, Visibility
from workflows.lifecycle import Category, Status
from workflows.priority import Level

GROUPS = 8
AGENTS = 20
PASSWORD = "measured and thrown away"  # noqa: S105 (of a desk that lives for the measurement)
SIGN_IN = "agent0@bench.example"
START = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
STEP = 2000

# Words with the frequencies of real text: a few in every mail, most of them seldom.
COMMON = [
    "the",
    "printer",
    "does",
    "not",
    "work",
    "since",
    "this",
    "morning",
    "and",
    "I",
    "cannot",
    "send",
    "my",
    "report",
    "please",
    "help",
    "as",
    "soon",
    "as",
    "possible",
    "thank",
    "you",
    "kind",
    "regards",
    "council",
    "tax",
    "bill",
    "payment",
    "refund",
    "bin",
    "collection",
    "missed",
    "street",
    "light",
    "repair",
    "housing",
    "boiler",
    "heating",
    "water",
    "leak",
    "password",
    "account",
    "login",
    "computer",
    "screen",
    "email",
    "form",
    "office",
]


def make_people() -> None:
    """Groups, agents who work in all of them, and an administrator."""
    at = START
    hashed = hash_password(PASSWORD)
    with unit_of_work():
        groups = [Group(name=f"Group {number}", created_at=at) for number in range(GROUPS)]
        agents = [
            Person(
                name=f"Agent {number}",
                role=Role.AGENT,
                sign_in_name=f"agent{number}@bench.example",
                password_hash=hashed,
                created_at=at,
            )
            for number in range(AGENTS)
        ]
        db.session.add_all([*groups, *agents])
        db.session.flush()
        db.session.add_all(
            Membership(person_id=agent.id, group_id=group.id, right=Right.WORK)
            for agent in agents
            for group in groups
        )


def make_tickets(count: int, seed: int, report: Callable[[int], None]) -> None:
    """So many tickets of three messages each, 70 % of them open, of `count / 5` requesters."""
    dice = random.Random(seed)
    requesters = make_requesters(max(count // 5, 10))
    groups = [group.id for group in db.session.scalars(db.select(Group).order_by(Group.id))]
    agents = [
        person.id
        for person in db.session.scalars(db.select(Person).where(Person.role == Role.AGENT))
    ]
    for first in range(0, count, STEP):
        rows = [
            ticket_row(dice, number, requesters, groups, agents)
            for number in range(first, min(first + STEP, count))
        ]
        with unit_of_work():
            ids = list(db.session.scalars(insert(Ticket).returning(Ticket.id), rows))
            messages = [
                message
                for ticket, row in zip(ids, rows, strict=True)
                for message in said(dice, ticket, row)
            ]
            db.session.execute(insert(Message), messages)
        report(first + len(rows))


def make_requesters(count: int) -> list[int]:
    """Requesters with a proven address each."""
    found: list[int] = []
    for first in range(0, count, STEP):
        numbers = range(first, min(first + STEP, count))
        people = [
            {"name": f"Requester {n}", "role": Role.REQUESTER, "created_at": START} for n in numbers
        ]
        with unit_of_work():
            ids = list(db.session.scalars(insert(Person).returning(Person.id), people))
            points = [
                {
                    "person_id": person,
                    "kind": ContactKind.EMAIL,
                    "value": f"requester{number}@bench.example",
                    "is_proven": True,
                    "created_at": START,
                }
                for person, number in zip(ids, numbers, strict=True)
            ]
            db.session.execute(insert(ContactPoint), points)
        found.extend(ids)
    return found


def ticket_row(
    dice: random.Random, number: int, requesters: list[int], groups: list[int], agents: list[int]
) -> dict[str, Any]:
    is_open = dice.random() < 0.7
    at = START + timedelta(minutes=number * 3)
    return {
        "prefix": "INC",
        "type": TicketType.INCIDENT,
        "subject": words(dice, 6).capitalize(),
        "status": Status.IN_PROGRESS if is_open else Status.CLOSED,
        "category": Category.ACTIVE if is_open else Category.CLOSED,
        "is_open": is_open,
        "impact": Level.LOW,
        "urgency": Level.MEDIUM,
        "priority": dice.randint(1, 5),
        "channel": dice.choice(["email", "email", "email", "web", "phone", "chat"]),
        "group_id": dice.choice(groups),
        "assignee_id": dice.choice([None, *agents]),
        "requester_id": dice.choice(requesters),
        "custom": {},
        "created_at": at,
        "updated_at": at,
        "last_activity_at": at + timedelta(minutes=dice.randint(1, 5000)),
        "message_count": 3,
        "last_line": words(dice, 12),
        "last_author": "Requester",
        "last_direction": Direction.IN,
    }


def said(dice: random.Random, ticket_id: int, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The three messages of a ticket: asked, answered, asked again."""
    for turn, direction in enumerate((Direction.IN, Direction.OUT, Direction.IN)):
        yield {
            "ticket_id": ticket_id,
            "visibility": Visibility.PUBLIC,
            "direction": direction,
            "channel": row["channel"],
            "author_id": row["requester_id"],
            "author_name": "Requester",
            "text": words(dice, dice.randint(20, 200)),
            "recipients": {},
            "created_at": row["created_at"] + timedelta(minutes=turn * 10),
        }


def words(dice: random.Random, count: int) -> str:
    """A text: half of it from few words, half from many."""
    return " ".join(
        dice.choice(COMMON)
        if dice.random() < 0.5
        else f"word{int(dice.paretovariate(0.6)) % 40000}"
        for _ in range(count)
    )


def with_file(mail: bytes, body: bytes) -> bytes:
    """The mail with a file beside its text."""
    head, _blank, text = mail.partition(b"\r\n\r\n")
    return (
        head.replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="bench"')
        + b"\r\n\r\n--bench\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + text
        + b"\r\n--bench\r\nContent-Type: application/octet-stream\r\n"
        + b'Content-Disposition: attachment; filename="plan.bin"\r\n'
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(body)
        + b"--bench--\r\n"
    )


def mails(count: int, senders: int, seed: int) -> Iterator[bytes]:
    """Mails of about 2 kB as a mail server hands them over."""
    dice = random.Random(seed)
    for number in range(count):
        body = words(dice, 210)
        lines = "\r\n".join(body[start : start + 76] for start in range(0, len(body), 76))
        yield (
            f"Received: from mx.bench.example by desk.bench.example; Mon, 16 Nov 2026 09:00:00 +0000\r\n"
            f"From: Sender {number % senders} <sender{number % senders}@bench.example>\r\n"
            f"To: desk@desk.localhost\r\n"
            f"Subject: {words(dice, 6)}\r\n"
            f"Date: Mon, 16 Nov 2026 09:{number // 60 % 60:02d}:{number % 60:02d} +0000\r\n"
            f"Message-ID: <{seed}.{number}@bench.example>\r\n"
            f"MIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n"
            f"\r\n{lines}\r\n"
        ).encode()
