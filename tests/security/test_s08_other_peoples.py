"""S08, S09: ten kinds of visitor at every route of the console; what is hidden is missing, and nothing changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from channels.channel import RawItem
from channels.email.dkim import Algorithm
from helpdesk.chat.models import Chat
from helpdesk.composing import pictures
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging import accounts
from helpdesk.messaging.blocking import block
from helpdesk.messaging.keeping import keep
from helpdesk.messaging.models import ChannelThread, Delivery, DeliveryState
from helpdesk.messaging.setting_aside import Reason, set_aside
from helpdesk.messaging.signing import add_key
from helpdesk.operations.models import Act
from helpdesk.operations.recording import recording
from helpdesk.people.models import Membership, Right, Role
from helpdesk.phone.models import CallBack, PhoneCall
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.views.commands import Wanted, create_view
from helpdesk.web.access_table import ACCESS, Who
from tests.cast import Cast, make_person
from tests.helpdesk.knowledge.shelf import make_article, make_category
from tests.helpdesk.messaging.aside import ask_aside, side_of
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient
from tests.rasters import png

# What each route asks of whom: "read" and "work" of the ticket's group, "lead" of the group, "admin", or any "staff".
ASKED = {
    "console.tickets": "read view",
    "console.export_list": "read view",
    "console.choose_list": "staff",
    "console.choose_order": "staff",
    "console.personal": "staff",
    "console.choose_signature": "staff",
    "console.preview_signature": "staff",
    "console.choose_hours": "staff",
    "console.saved_views": "staff",
    "console.rail_views": "staff",
    "console.new_view": "staff",
    "console.preview_view": "staff",
    # The view of this scene is an agent's own, and so there for nobody else.
    "console.edit_view_page": "nobody's",
    "console.delete_view": "nobody's",
    "console.arrange_view": "nobody's",
    "console.new_ticket": "staff",
    "console.ticket": "read",
    "console.reply": "work",
    "console.note": "work",
    "console.redact": "lead ticket",
    "console.take_out": "lead ticket",
    "console.source": "read",
    "console.print_ticket": "read",
    "console.forward": "work",
    "console.send_forward": "work",
    "console.find_recipients": "staff",
    "console.side": "read",
    "console.say_in_side": "work",
    "console.settle_side": "work",
    "console.change": "work",
    "console.watch": "work",
    "console.ticket_answers": "work",
    "console.own_answers": "staff",
    "console.own_answer": "staff",
    "console.remove_answer": "staff",
    "console.planned": "read",
    "console.mentionable": "work",
    "console.check_reply": "work",
    "console.ticket_recipients": "work",
    "console.take_back_planned": "work",
    "console.send_planned_now": "work",
    "console.choose_undo_time": "staff",
    "console.choose_plain_text": "staff",
    "console.put_picture": "work",
    # The picture of this scene waits for an agent's own reply, and is so there for nobody else.
    "console.waiting_picture": "nobody's",
    "console.keep_draft": "work",
    "console.discard_draft": "read",
    "console.drafts": "staff",
    "console.draft_numbers": "staff",
    "console.link": "work",
    "console.bulk": "staff",
    "console.search": "staff",
    "console.search_facets": "staff",
    "console.complete_query": "staff",
    "console.say_answer": "staff",
    "console.help": "staff",
    "console.set_theme": "staff",
    "console.set_keys": "staff",
    "console.tag_names": "staff",
    "console.palette": "staff",
    "console.frame": "read",
    "console.original": "read",
    "console.file": "read",
    "console.sent_mail": "staff",
    "console.sent_detail": "read",
    "console.sent_raw": "read",
    "console.sent_retry": "work",
    "console.sent_now": "work",
    "console.sent_withdraw": "work",
    "console.sending_rules": "admin",
    "console.sending_rules_changed": "admin",
    "console.sending_key_added": "admin",
    "console.sending_key_switched": "admin",
    "console.sending_key_removed": "admin",
    "console.people": "staff",
    "console.person": "staff",
    "console.new_person": "staff",
    "console.edit_person": "staff",
    "console.invite_person": "admin",
    "console.disable_person": "admin",
    "console.articles": "staff",
    "console.new_article": "staff",
    "console.article": "staff",
    "console.edit_article": "staff",
    "console.article_versions": "staff",
    "console.restore_article": "staff",
    "console.arrange_article": "staff",
    "console.translate_article": "staff",
    "console.attach_to_article": "staff",
    "console.settle_article": "staff",
    "console.article_gaps": "staff",
    "console.ticket_articles": "read",
    "console.write_down": "work",
    "console.groups": "staff",
    "console.new_group": "admin",
    "console.edit_group": "lead",
    "console.organisations": "staff",
    "console.agencies": "admin",
    "console.quarantine": "admin",
    "console.quarantine_detail": "admin",
    "console.quarantine_raw": "admin",
    "console.quarantine_file": "admin",
    "console.quarantine_reject": "admin",
    "console.mailboxes": "admin",
    "console.new_mailbox": "admin",
    "console.edit_mailbox": "admin",
    "console.test_mailbox": "admin",
    "console.health": "admin",
    "console.move_message_back": "work",
    "console.split_ticket": "work",
    "console.do_split_ticket": "work",
    "console.merge_tickets": "staff",
    "console.do_merge_tickets": "staff",
    "console.part_ticket": "work",
    "console.move_message": "work",
    "console.delete_ticket": "lead ticket",
    "console.deleted_tickets": "staff",
    "console.restore_ticket": "deleted ticket",
    "console.clear_mark": "staff",
    "console.choose_merge": "staff",
    "console.merge_people": "staff",
    "console.part_people": "staff",
    "console.find_distinct": "staff",
    "console.note_need": "staff",
    "console.drop_need": "staff",
    "console.name_representative": "staff",
    "console.end_representative": "staff",
    "console.beside": "read",
    "console.write_remark": "staff",
    "console.change_remark": "staff",
    "console.remove_remark": "staff",
    "console.give_warning": "staff",
    "console.end_warning": "staff",
    "console.mail_rules": "admin",
    "console.change_mail_rules": "admin",
    "console.block_sender": "admin",
    "console.unblock_sender": "admin",
    # No message of this scene was forwarded, so there is nothing to take for anybody.
    "console.take_original": "forwarded",
    "console.quarantine_again": "admin",
    "console.connect_mailbox": "admin",
    "console.ask_for_code": "admin",
    "console.check_code": "admin",
    "console.mailbox_mail": "admin",
    "console.look_into_mailbox": "admin",
    "console.mailbox_templates": "admin",
    "console.connect_slack": "admin",
    "console.choose_slack_channels": "admin",
    "console.offer_templates": "admin",
    "console.fetch_templates": "admin",
    "console.send_template": "work",
    "console.fetch_file": "work",
    "console.stop_old_mail": "admin",
    "console.go_on_with_old_mail": "admin",
    "console.clock": "read",
    "console.extend_clock": "work",
    "console.macros": "work",
    "console.preview_macro": "work",
    "console.use_macro": "work",
    "console.operations": "staff",
    "console.operation": "operation",
    "console.undo_operation": "operation",
    "console.stop_operation": "operation",
    "console.hand_over": "work",
    "console.do_hand_over": "work",
    "console.news_since": "staff",
    "console.note_here": "read",
    "console.team_page": "lead",
    "console.give_ticket": "lead",
    "console.notices": "staff",
    "console.news_of_notices": "staff",
    "console.read_notices": "staff",
    "console.choose_notices": "staff",
    "console.waiting": "staff",
    "console.chats": "staff",
    "console.chat_list": "staff",
    "console.chat_counts": "staff",
    "console.switch_chats": "staff",
    "console.chat": "read",
    "console.chat_flow": "read",
    "console.take_chat": "work",
    "console.put_chat_back": "work",
    "console.end_chat": "work",
    "console.say_in_chat": "work",
    "console.own_work": "staff",
    "console.keys": "staff",
    "console.make_key": "staff",
    "console.end_key": "staff",
    "console.work": "staff",
    "console.switch_presence": "staff",
    "console.plan_absence": "staff",
    "console.cancel_absence": "staff",
    "console.set_profile": "administrator",
    "console.log_call": "staff",
    "console.find_caller": "staff",
    "console.call": "read",
    "console.calls": "staff",
    "console.set_extension": "staff",
    "console.settle_call_back": "work",
    "console.live_call": "staff",
}
# All of these are the administrators'; what a name in an address stands for is not there in this scene.
ASKED |= {one: "admin" for one in ACCESS if one.startswith("admin.")}
# The mailbox of this scene takes a password, so there is nothing to connect.
NO_TOKENS = ("console.connect_mailbox", "console.ask_for_code", "console.check_code")
# What these addresses name is not there in this scene: Ada is no agent, no macro and no free clock was made.
NOT_THERE = frozenset(
    {
        "console.fetch_file",
        "console.own_answer",
        "console.take_back_planned",
        "console.send_planned_now",
        "console.remove_answer",
        "console.part_people",
        "console.end_representative",
        "console.change_remark",
        "console.remove_remark",
        "console.end_warning",
        "console.work",
        "console.end_key",
        "console.switch_presence",
        "console.plan_absence",
        "console.cancel_absence",
        "console.set_profile",
        "console.preview_macro",
        "console.use_macro",
        "console.clock",
        "console.extend_clock",
        "console.send_template",
        "console.mailbox_templates",
        "console.connect_slack",
        "console.choose_slack_channels",
        "console.offer_templates",
        "console.fetch_templates",
    }
)
# What takes something away from under the routes that name it; called last.
LAST = ("console.move_message",)
# Each kind of visitor, and what they may do with the tickets of IT support.
MAY = {
    "nobody": frozenset[str](),
    "requester": frozenset[str](),
    "disabled agent": frozenset[str](),
    "demoted agent": frozenset[str](),
    "agent of no group": frozenset({"staff"}),
    "agent of another group": frozenset({"staff"}),
    "removed member": frozenset({"staff"}),
    "reader": frozenset({"staff", "read", "read view"}),
    "worker": frozenset({"staff", "read", "read view", "work"}),
    "lead": frozenset({"staff", "read", "read view", "work", "lead"}),
    "administrator": frozenset({"staff", "read", "read view", "work", "lead", "admin"}),
}


@dataclass(frozen=True)
class Scene:
    """A ticket of IT support with everything that hangs on it, and the address of every route that reaches it."""

    ticket_id: int
    calls: tuple[tuple[str, str, str], ...]


@pytest.fixture
def scene(app: Flask, cast: Cast, settle: Callable[[], None]) -> Scene:
    file = NewFile("a.txt", "text/plain", b"x")
    ticket = make_ticket(cast.ada, cast.it, html="<p>Hello</p>", files=(file,))
    make_reply(ticket, cast.ben)
    settle()
    with unit_of_work():
        account = accounts.create_account(name="Help", values={"address": "help@borough.example"})
        raw = keep(account, RawItem("1", b"From: a@b.example\r\n\r\nHello"))
        assert raw is not None
        blocked = block("@spam.example")
        set_aside(raw, Reason.UNREADABLE)
        signing_key = add_key("desk.example", "a", algorithm=Algorithm.ED25519, actor=None)
        delivery = db.session.scalars(
            select(Delivery).where(Delivery.message_id.is_not(None)).order_by(Delivery.id).limit(1)
        ).one()
        delivery.state = DeliveryState.FAILED
        message = db.session.scalars(select(Message).order_by(Message.id).limit(1)).one()
        message.raw_id = raw.id
        call, call_back = make_call(message, cast)
    values = {
        "view": f"group-{cast.it.id}",
        "number": ticket.number,
        "message_id": message.id,
        "key": db.session.scalars(select(Attachment.key)).one(),
        "delivery_id": delivery.id,
        "person_id": cast.ada.id,
        "group_id": cast.it.id,
        "raw_id": raw.id,
        "account_id": account.id,
        "point_id": cast.ada.contact_points[0].id,
        "blocked_id": blocked.id,
        "key_id": signing_key.id,
        "metric": "first_response",
        "cycle": 1,
        "kind": "trigger",
        "name": "none",
        "run_id": 1,
        "test_id": 1,
        "spread_id": 1,
        "operation_id": an_operation_on(ticket, cast),
        "merge_id": 1,
        "row_id": 1,
        "awaited_id": 1,
        "template_id": 1,
        "article_id": make_article().id,
        "category_id": make_category().id,
        "language": "en",
        "version_number": 1,
        "call_id": call.id,
        "call_back_id": call_back.id,
        "draft_kind": "reply",
        "answer_id": 1,
        "planned_id": 1,
        "remark_id": 1,
        "warning_id": 1,
        "chat_id": a_chat_on(ticket, account.id),
        "side_id": side_of(ask_aside(ticket, cast.ben)).id,
        "view_id": a_view_of(cast),
        "picture_key": a_picture_on(ticket, cast),
    }
    return Scene(ticket.id, tuple(calls_of(app, values)))


def make_call(message: Message, cast: Cast) -> tuple[PhoneCall, CallBack]:
    """A message that was a call, and a promise to ring back."""
    at = message.created_at
    call = PhoneCall(
        ticket_id=message.ticket_id, message_id=message.id, started_at=at, created_at=at
    )
    call_back = CallBack(
        ticket_id=message.ticket_id,
        person_id=cast.ada.id,
        agent_id=cast.ben.id,
        due_at=at,
        created_at=at,
    )
    db.session.add_all([call, call_back])
    db.session.flush()
    return call, call_back


def an_operation_on(ticket: Ticket, cast: Cast) -> int:
    """What Ben did to this ticket; none of the visitors did."""
    with unit_of_work():
        locked = commands.lock(ticket.id)
        with recording(Act.CHANGE, [locked], by=cast.ben.id) as done:
            commands.set_tags(locked, ["seen"], by=cast.ben.id, cause="console")
    assert done.operation is not None
    return done.operation.id


def a_view_of(cast: Cast) -> int:
    """A view of Ben's own."""
    with unit_of_work():
        return create_view(Wanted("Mine", "is:open"), actor=cast.actor("ben")).id


def a_picture_on(ticket: Ticket, cast: Cast) -> str:
    """A picture that Ben put into a reply."""
    with unit_of_work():
        return pictures.keep(cast.ben.id, ticket, "door.png", png()).key


def a_chat_on(ticket: Ticket, account_id: int) -> int:
    """A chat of a visitor on this ticket."""
    at = clock.now()
    with unit_of_work():
        chat = Chat(
            key="k1",
            token_digest="d1",
            settings="council",
            account_id=account_id,
            ticket_id=ticket.id,
            group_id=ticket.group_id,
            opened_at=at,
            waiting_since=at,
            seen_at=at,
            changed_at=at,
        )
        db.session.add(chat)
        db.session.add(
            ChannelThread(
                account_id=account_id,
                thread_key="k1",
                ticket_id=ticket.id,
                person_id=ticket.requester_id,
                address="visitor-k1",
                last_in_at=at,
            )
        )
        db.session.flush()
        return chat.id


def calls_of(app: Flask, values: dict[str, object]) -> list[tuple[str, str, str]]:
    calls = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(("console.", "admin.")):
            built = rule.build({name: value_of(rule, name, values) for name in rule.arguments})
            assert built is not None
            path = built[1] if rule.endpoint != "console.tickets" else f"/views/{values['view']}"
            methods = sorted((rule.methods or set()) & {"GET", "POST"})
            calls += [(rule.endpoint, method, path) for method in methods]
    return sorted(calls, key=lambda call: call[0] in LAST)


def value_of(rule: Rule, name: str, values: dict[str, object]) -> object:
    """What a part of an address names in this scene."""
    if name == "number" and rule.endpoint.startswith("admin."):
        return 1
    return values[name]


def come_as(kind: str, client: PageClient, cast: Cast) -> None:
    """Sign in as such a visitor; what ends rights happens after it, as it does in life."""
    if kind in ("nobody", "requester"):
        return
    with unit_of_work():
        role = Role.ADMIN if kind == "administrator" else Role.AGENT
        person = make_person("Visitor", "visitor@borough.example", role)
        held = {"reader": Right.READ, "worker": Right.WORK, "lead": Right.LEAD}.get(kind)
        group = cast.highways if kind == "agent of another group" else cast.it
        if kind not in ("agent of no group", "administrator"):
            right = held or Right.WORK
            membership = Membership(person_id=person.id, group_id=group.id, right=right)
            db.session.add(membership)
    client.sign_in("visitor@borough.example")
    look_again()
    with unit_of_work():
        if kind == "disabled agent":
            person.is_active = False
        elif kind == "demoted agent":
            person.role = Role.REQUESTER
        elif kind == "removed member":
            db.session.delete(membership)


def expected_of(kind: str, endpoint: str) -> frozenset[int]:
    """The statuses that a visitor may meet at a route; what they sent was empty, so 422 is as good as 303."""
    asked, may = ASKED[endpoint], MAY[kind]
    if asked in ("lead ticket", "deleted ticket") and "staff" in may and "lead" not in may:
        seen = asked == "lead ticket" and "read" in may
        return frozenset({403} if seen else {404})
    if asked == "operation" and "staff" in may and "lead" not in may:
        return frozenset({404})
    asked = "lead" if asked in ("lead ticket", "deleted ticket", "operation") else asked
    if asked == "nobody's":
        return frozenset({404} if "staff" in may else {303, 401})
    if asked == "forwarded":
        # Whoever could take the original sender up finds that there is none.
        return frozenset({404}) if "work" in may else expected_of(kind, "console.reply")
    if endpoint in NO_TOKENS and asked in may:
        return frozenset({303, 404, 409})
    if asked in may or (asked == "administrator" and "admin" in may):
        missing = endpoint in NOT_THERE or endpoint.startswith("admin.")
        return frozenset({200, 204, 303, 409, 422}) | ({404} if missing else frozenset())
    if "staff" not in may:
        return frozenset({303, 401})
    if asked in ("read", "read view") or (asked == "work" and "read" not in may):
        return frozenset({404})
    return frozenset({403})


def test_every_route_of_the_console_is_in_the_matrix() -> None:
    assert {one for one in ACCESS if one.startswith(("console.", "admin."))} == set(ASKED)
    admins = {one for one, row in ACCESS.items() if row.who is Who.ADMIN}
    assert admins == {one for one, asked in ASKED.items() if asked == "admin"}


@pytest.mark.parametrize("kind", list(MAY))
def test_each_visitor_reaches_what_they_may_and_nothing_else(
    client: PageClient, cast: Cast, scene: Scene, kind: str
) -> None:
    come_as(kind, client, cast)
    token = client.token() if "staff" in MAY[kind] else ""
    wrong = []
    for endpoint, method, path in scene.calls:
        answer = client.raw.open(
            path,
            method=method,
            base_url="http://desk.example",
            data={"csrf_token": token} if method == "POST" else None,
        )
        outside = answer.status_code == 303 and "/sign-in" in (answer.location or "")
        inside_only = "staff" in MAY[kind]
        refused_form = method == "POST" and not token and answer.status_code in (400, 403)
        fits = answer.status_code in expected_of(kind, endpoint) and outside != inside_only
        if not (fits or (answer.status_code == 401 and not inside_only) or refused_form):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("kind", [kind for kind, may in MAY.items() if "work" not in may])
def test_whoever_may_not_work_on_a_ticket_changes_nothing(
    client: PageClient, cast: Cast, scene: Scene, kind: str
) -> None:
    come_as(kind, client, cast)
    look_again()
    token = client.token() if "staff" in MAY[kind] else ""
    ticket = db.session.get_one(Ticket, scene.ticket_id)
    number, version = ticket.number, str(ticket.version)
    before = state_of(scene)
    fields = {"csrf_token": token, "version": version}
    for path, more in (
        ("replies", {"text": "Hello"}),
        ("notes", {"note_text": "Hello"}),
        ("properties", {"status": "cancelled"}),
        ("watchers", {"add": "visitor@borough.example"}),
        ("links", {"number": number, "kind": "related"}),
    ):
        client.raw.post(
            f"/tickets/{number}/{path}", base_url="http://desk.example", data={**fields, **more}
        )
    client.raw.post(
        "/tickets/bulk",
        base_url="http://desk.example",
        data={"csrf_token": token, "ticket": number, "status": "cancelled"},
    )
    assert state_of(scene) == before


def state_of(scene: Scene) -> tuple[object, ...]:
    look_again()
    ticket = db.session.get_one(Ticket, scene.ticket_id)
    entries = db.session.scalar(
        select(func.count()).select_from(Entry).where(Entry.subject_id == ticket.id)
    )
    return ticket.status, ticket.version, ticket.message_count, len(ticket.watchers), entries


def test_a_hidden_thing_is_told_like_a_missing_one(
    client: PageClient, cast: Cast, scene: Scene
) -> None:
    come_as("agent of another group", client, cast)
    missing = {
        "console.ticket": "/tickets/INC-999999",
        "console.file": f"/files/{'0' * 32}",
        "console.sent_detail": "/sent/999999",
        "console.frame": "/tickets/INC-999999/messages/1/frame",
    }
    for endpoint, method, path in scene.calls:
        if method == "GET" and endpoint in missing:
            hidden, absent = (
                client.get(each, status=404).get_data(as_text=True)
                for each in (path, missing[endpoint])
            )
            assert without_tokens(hidden) == without_tokens(absent)


def without_tokens(page: str) -> str:
    """A page without its anti-forgery tokens, which hold the second they were made in."""
    return re.sub(r'((?:name="csrf_token" value|data-pass)=)"[^"]*"', r"\1", page)
