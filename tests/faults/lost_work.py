"""For each job there is: work owed of that kind, and how to see how often it took effect (P30)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import func, select

from channels.channel import RawItem
from helpdesk.backup.making import backups_in
from helpdesk.composing.planning import Plan, plan
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity.models import ContactClaim
from helpdesk.journal.models import Entry
from helpdesk.messaging import signing_in
from helpdesk.messaging.failing import fail
from helpdesk.messaging.filing import file_raw
from helpdesk.messaging.keeping import keep
from helpdesk.messaging.mailbox_models import MailSignIn
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryState, RawMessage
from helpdesk.messaging.sending import deliver
from helpdesk.notifications import digests
from helpdesk.notifications.models import Digest, Notification
from helpdesk.notifications.noting import note
from helpdesk.notifications.preferences import Way
from helpdesk.operations import bulk
from helpdesk.operations.changing import Changes
from helpdesk.operations.models import Operation
from helpdesk.operations.undoing import AT_ONCE, JOB
from helpdesk.people import tokens
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person, TokenPurpose
from helpdesk.search import indexing
from helpdesk.tickets.commands import assign, lock, watch
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Direction, Message
from helpdesk.tickets.stepping import change_status
from tests.cast import Cast
from tests.faults.mailboxes import articles, on_dovecot, on_script
from tests.faults.outgoing import written
from tests.helpdesk.messaging.post import mail_from, make_account
from tests.makers import make_reply, make_ticket
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.smtp import SmtpSink
from tests.servers.token_server import TokenServer

HUGE = 200_000_000


@dataclass(frozen=True)
class World:
    """What the work is done on."""

    app: Flask
    cast: Cast
    clock: StoppedClock
    sink: SmtpSink
    dovecot: Dovecot
    scripted_imap: ScriptedImap
    tokens: TokenServer

    def arrivals(self) -> int:
        """How many mails arrived that no program would take for copies of each other."""
        return len({str(taken.message["Message-ID"]) for taken in self.sink.received})


@dataclass(frozen=True)
class Work:
    """The id that a job is owed for; its effect as it must be once all is done, and how it is now."""

    subject_id: int
    once: object
    effect: Callable[[], object]


def filing(world: World) -> Work:
    raw = kept_mail(make_account(world.cast.it))
    return Work(raw.id, 1, articles)


def collecting(world: World) -> Work:
    account = on_script(world.scripted_imap)
    world.scripted_imap.add(mail_from())
    return Work(account.id, 1, articles)


def asking_for_tokens(world: World) -> Work:
    settings = {**world.tokens.settings(), "ca_file": world.tokens.ca_file}
    account_id = on_script(world.scripted_imap, imap_password="", **settings).id
    world.scripted_imap.tokens = world.tokens.good
    signing_in.begin(account_id)
    world.tokens.agree()
    world.clock.advance(timedelta(seconds=6))

    def effect() -> object:
        row = db.session.get_one(MailSignIn, account_id, populate_existing=True)
        return row.state.value, len(world.tokens.refresh_tokens)

    return Work(account_id, ("done", 1), effect)


def indexing_tickets(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it)
    whole = documents()
    indexing.forget([f"ticket:{ticket.id}", f"message:{ticket.messages[0].id}"])
    return Work(ticket.id, whole, documents)


def indexing_people(world: World) -> Work:
    indexing.index_people([world.cast.ada.id])
    whole = documents()
    indexing.forget([f"person:{world.cast.ada.id}"])
    return Work(world.cast.ada.id, whole, documents)


def healing(world: World) -> Work:
    """An index without a document, though there are messages for longer than it takes to index one."""
    ticket = make_ticket(world.cast.ada, world.cast.it)
    indexing.rebuild(lambda _line: None)
    whole = documents()
    people = db.session.scalars(select(Person.id)).all()
    refs = [f"ticket:{ticket.id}", f"message:{ticket.messages[0].id}"]
    indexing.forget([*refs, *(f"person:{each}" for each in people)])
    return Work(0, whole, documents)


def optimising(world: World) -> Work:
    make_ticket(world.cast.ada, world.cast.it)
    return Work(0, documents(), documents)


def preparing(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it, channel="phone")
    message = make_reply(ticket, world.cast.ben)
    return Work(message.id, (1, 1), lambda: (count(Delivery), world.arrivals()))


def sending_what_waited(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it, channel="phone")
    new = NewMessage(
        text="Later.",
        direction=Direction.OUT,
        recipients={"to": ["ada@borough.example"]},
        author=world.cast.ben,
    )
    with unit_of_work():
        how = Plan(undo=timedelta(seconds=10))
        row_id = plan(lock(ticket.id), new, world.cast.actor("ben"), how).id
    world.clock.advance(timedelta(seconds=11))
    return Work(row_id, (1, 1), lambda: (count(Delivery), world.arrivals()))


def receipting(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it)
    return Work(ticket.id, (1, 1), lambda: (count(Delivery), world.arrivals()))


def telling_of_size(world: World) -> Work:
    raw = kept_mail(make_account(world.cast.it), headers_only=True)
    with unit_of_work():
        file_raw(raw.id)
    return Work(raw.id, (1, 1), lambda: (count(Delivery), world.arrivals()))


def telling_of_a_message(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it)
    return Work(ticket.messages[0].id, 2, lambda: count(Notification))


def noting_claims(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it, text="Call me.\nAda\n020 7946 0018")
    return Work(ticket.messages[0].id, 1, lambda: count(ContactClaim))


def telling_of_a_status(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it)
    with unit_of_work():
        watch(lock(ticket.id), world.cast.ben, by=None, cause="console")
    with unit_of_work():
        change_status(lock(ticket.id), "in_progress", by=world.cast.cleo.id, cause="console")
    kept = select(func.count()).where(Notification.kind == "status")
    return Work(ticket.id, 1, lambda: db.session.scalar(kept) or 0)


def telling_of_an_assignment(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it)
    with unit_of_work():
        ben = db.session.get_one(Person, world.cast.ben.id)
        assign(lock(ticket.id), ben, by=world.cast.cleo.id, cause="console")
    return Work(ticket.id, 1, lambda: count(Notification))


def sending_a_daily_mail(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it, channel="phone")
    with unit_of_work():
        ben = db.session.get_one(Person, world.cast.ben.id)
        digests.choose_digest(ben, hour=17, weekdays=range(7), working_days=False)
        note(ben, ticket, "mention", ways=[Way.DIGEST])
    with unit_of_work():
        db.session.get_one(Digest, world.cast.ben.id).next_at = world.clock.now()
    return Work(ben.id, (1, 1), lambda: (count(Delivery), world.arrivals()))


def telling_of_a_failure(world: World) -> Work:
    delivery = written(make_ticket(world.cast.ada, world.cast.it), world.cast)
    with unit_of_work():
        fail(db.session.get_one(Delivery, delivery.id), "550 No such person here")
    return Work(delivery.id, 1, lambda: count(Notification))


def mailing_a_password(world: World) -> Work:
    with unit_of_work():
        ben = db.session.get_one(Person, world.cast.ben.id)
        token_id = tokens.mail_password_token(ben, TokenPurpose.INVITE).id
    return Work(token_id, 1, world.arrivals)


def delivering(world: World) -> Work:
    ticket = make_ticket(world.cast.ada, world.cast.it, channel="phone")
    delivery_id = written(ticket, world.cast).id

    def effect() -> object:
        row = db.session.get_one(Delivery, delivery_id, populate_existing=True)
        return row.state, len(world.sink.received)

    return Work(delivery_id, (DeliveryState.SENT, 1), effect)


def copying(world: World) -> Work:
    user = world.dovecot.new_user()
    world.dovecot.append(user, b"Subject: an old one\r\n\r\nx", folder="Sent")
    on_dovecot(
        world.dovecot,
        user,
        smtp_host=world.sink.host,
        smtp_port=world.sink.port,
        smtp_security="none",
        sent_folder="Sent",
    )
    with unit_of_work():
        db.session.scalars(select(ChannelAccount)).one().group_id = world.cast.it.id
    ticket = make_ticket(world.cast.ada, world.cast.it, channel="phone")
    delivery = written(ticket, world.cast)
    deliver(delivery.id)
    return Work(delivery.id, 2, lambda: len(world.dovecot.flags(user, "Sent")))


def backing_up(world: World) -> Work:
    folder = Path(current_app.config["DESK_BACKUP_DIR"])
    before = len(backups_in(folder))
    return Work(0, 1, lambda: len(backups_in(folder)) - before)


def changing_many(world: World) -> Work:
    """Tickets that a bulk change goes on with, some more than a worker takes at once."""
    tickets = [make_ticket(world.cast.ada, world.cast.it) for _number in range(AT_ONCE + 2)]
    ids = [one.id for one in tickets]
    with unit_of_work():
        chosen = [bulk.Chosen(one, None) for one in ids]
        wanted = bulk.Wanted(Changes(tag="rain"))
        made = bulk.change(actor_of(world.cast.ben), chosen, wanted).operation
    assert made is not None

    def effect() -> object:
        changes = select(func.count()).select_from(Entry).where(Entry.event == "TagsChanged")
        row = db.session.get_one(Operation, made.id, populate_existing=True)
        return row.state.value, db.session.scalar(changes)

    return Work(made.id, ("done", len(ids)), effect)


WORK: dict[str, Callable[[World], Work]] = {
    "file_raw": filing,
    "file_slow": filing,
    "collect_account": collecting,
    signing_in.ASK_JOB: asking_for_tokens,
    "index_ticket": indexing_tickets,
    "index_person": indexing_people,
    "optimise_index": optimising,
    "heal_index": healing,
    "prepare_message": preparing,
    "send_planned": sending_what_waited,
    digests.JOB: sending_a_daily_mail,
    "send_receipt": receipting,
    "tell_too_large": telling_of_size,
    "tell_of_message": telling_of_a_message,
    "note_claims": noting_claims,
    "tell_of_assignment": telling_of_an_assignment,
    "tell_of_status": telling_of_a_status,
    "tell_of_failure": telling_of_a_failure,
    "send_password_mail": mailing_a_password,
    "deliver": delivering,
    "copy_to_sent": copying,
    "back_up": backing_up,
    JOB: changing_many,
}


def kept_mail(account: ChannelAccount, *, headers_only: bool = False) -> RawMessage:
    size = HUGE if headers_only else None
    with unit_of_work():
        here = db.session.get_one(ChannelAccount, account.id)
        item = RawItem("INBOX:1:1", mail_from(), headers_only=headers_only, size=size)
        raw = keep(here, item)
    assert raw is not None
    return raw


def count(kind: type[Message | Delivery | Notification | ContactClaim]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def documents() -> int:
    return indexing.current_backend().health().documents
