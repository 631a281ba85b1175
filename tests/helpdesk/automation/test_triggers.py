"""Triggers at work: what they do, for which reason, and what never breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.automation.models import RuleTrouble
from helpdesk.automation.troubles import settle as put_back
from helpdesk.automation.troubles import troubles
from helpdesk.core.errors import Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.messaging.models import Delivery, DeliveryKind
from helpdesk.tickets import commands
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.counting import count_queries
from tests.helpdesk.automation.rules import entries, make_rule, make_trigger
from tests.makers import make_note, make_reply, make_ticket, make_words_of


def tags_of(ticket: Ticket) -> list[str]:
    return [tag.name for tag in ticket.tags]


def test_a_new_ticket_sets_off_the_triggers_that_hold(db: Any, cast: Cast) -> None:
    make_trigger(
        "printers",
        "printer type:incident",
        {"add_tag": "printer"},
        {"set_priority": 2},
        {"assign_group": "it support"},
        {"assign_agent": "ben@borough.example"},
        {"add_note": "{number} is about a printer."},
        on=["opened"],
    )
    make_trigger("lamps", "lamp", {"add_tag": "lamp"})
    ticket = make_ticket(cast.ada)
    assert (tags_of(ticket), ticket.priority) == (["printer"], 2)
    assert (ticket.group_id, ticket.assignee_id) == (cast.it.id, cast.ben.id)
    note = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert note.text == f"{ticket.number} is about a printer."
    assert note.visibility == "internal"


def test_each_change_names_the_rule_and_the_condition_that_held(cast: Cast) -> None:
    make_trigger("vip", "(tag:vip OR printer) -tag:done", {"set_priority": 1})
    ticket = make_ticket(cast.ada)
    assert entries(ticket, "PriorityChanged")[0].cause == "rule: Vip"
    assert entries(ticket, "PriorityChanged")[0].actor_id is None
    ran = entries(ticket, "RuleRan")[0].after
    assert (ran["rule"], ran["held"], ran["did"]) == (
        "Vip",
        "printer -tag:done",
        ["set_priority"],
    )
    assert list(verify_all()) == []


def test_a_trigger_asks_what_just_changed_and_who_did_it(cast: Cast) -> None:
    make_trigger("moved", "changed:group was:group=highways by:agent", {"add_tag": "moved"})
    make_trigger("answered", "event:reply by:agent", {"add_tag": "answered"})
    make_trigger("asked", "by:requester event:message -event:opened", {"add_tag": "asked"})
    ticket = make_ticket(cast.ada, cast.highways)
    make_note(ticket, cast.ben)
    assert tags_of(ticket) == []
    with unit_of_work():
        commands.move_to_group(commands.lock(ticket.id), cast.it, by=cast.ben.id, cause="console")
    assert tags_of(ticket) == ["moved"]
    make_reply(ticket, cast.ben)
    make_words_of(ticket, cast.ada)
    assert tags_of(ticket) == ["answered", "asked", "moved"]


def test_a_trigger_sees_what_another_changed_and_runs_once(cast: Cast) -> None:
    make_trigger("b", "tag:printer", {"add_note": "Seen."}, position=1)
    make_trigger("a", "printer", {"add_tag": "printer"}, position=2)
    ticket = make_ticket(cast.ada)
    assert [one.after["rule"] for one in entries(ticket, "RuleRan")] == ["A", "B"]
    assert ticket.message_count == 2


def test_a_ring_of_triggers_stops_names_itself_and_is_told_to_administrators_once(
    cast: Cast, settle: Callable[[], None], db: Any
) -> None:
    make_trigger("one", "priority:4", {"set_priority": 2}, position=1)
    make_trigger("two", "priority:2", {"set_priority": 4}, position=2)
    first, second = make_ticket(cast.ada), make_ticket(cast.ada)
    for ticket in (first, second):
        assert entries(ticket, "RulesStopped")[0].after["chain"] == "One → Two → One"
        assert ticket.priority == 4
    assert [one.text for one in troubles()] == ["One → Two → One"]
    settle()
    told = db.session.scalars(
        select(Delivery).where(Delivery.subject == "Rules set each other off")
    ).all()
    assert [one.recipient for one in told] == ["eve@borough.example"]


def test_a_broken_rule_is_set_aside_and_told_and_the_ticket_is_kept(
    cast: Cast, settle: Callable[[], None], db: Any
) -> None:
    make_trigger("broken", "printer", {"add_tag": "half"}, {"assign_group": "Gone"}, position=1)
    make_trigger("whole", "printer", {"add_tag": "whole"}, position=2)
    first = make_ticket(cast.ada)
    second = make_ticket(cast.ada)
    assert (tags_of(first), tags_of(second)) == (["whole"], ["whole"])
    assert len(entries(first, "RuleRefused")) == 1
    assert entries(second, "RuleRefused") == []
    found = troubles()
    assert [(one.name, one.is_set_aside) for one in found] == [("broken", True)]
    assert "Gone" in found[0].text
    settle()
    told = db.session.scalars(
        select(Delivery).where(Delivery.subject == "The rule broken was set aside")
    ).all()
    assert len(told) == 1
    assert list(verify_all()) == []


def test_a_rule_that_was_mended_or_put_back_runs_again(cast: Cast, db: Any) -> None:
    make_trigger("broken", "printer", {"assign_group": "Gone"})
    make_ticket(cast.ada)
    with pytest.raises(Refused), unit_of_work():
        put_back(troubles()[0].id, actor=cast.actor("ben"))
    with unit_of_work():
        put_back(troubles()[0].id, actor=cast.actor("eve"))
    make_ticket(cast.ada)
    assert len(troubles()) == 1
    make_trigger("broken", "printer", {"add_tag": "mended"})
    assert tags_of(make_ticket(cast.ada)) == ["mended"]
    assert db.session.scalar(select(RuleTrouble.id).limit(1)) is not None


def test_what_a_ticket_does_not_allow_is_noted_and_sets_no_rule_aside(cast: Cast) -> None:
    make_trigger("give", "printer", {"add_tag": "half"}, {"assign_agent": "dan@borough.example"})
    ticket = make_ticket(cast.ada, cast.it)
    assert (ticket.assignee_id, tags_of(ticket)) == (None, [])
    assert "may not work" in entries(ticket, "RuleRefused")[0].after["why_not"]
    assert list(troubles()) == []


def test_a_trigger_that_is_switched_off_does_not_run(cast: Cast) -> None:
    make_trigger("off", "printer", {"add_tag": "x"}, active=False)
    assert tags_of(make_ticket(cast.ada)) == []


def test_a_rule_answers_a_person_as_automatic_mail(
    cast: Cast, settle: Callable[[], None], db: Any
) -> None:
    make_rule(Kind.ANSWER, "thanks", text={"en": "Dear {requester}, {number}: {subject}"})
    make_trigger("thank", "event:opened", {"send_reply": {"answer": "thanks"}})
    ticket = make_ticket(cast.ada)
    settle()
    sent = db.session.scalars(
        select(Delivery).where(Delivery.ticket_id == ticket.id, Delivery.message_id.is_not(None))
    ).all()
    assert [(one.kind, one.recipient) for one in sent] == [
        (DeliveryKind.RECEIPT, "ada@borough.example")
    ]
    assert sent[0].headers["auto_submitted"] == "auto-replied"
    assert f"Dear Ada Byrne, {ticket.number}: {ticket.number}" in sent[0].text
    assert "Printer" not in sent[0].subject
    assert ticket.status == "new"


@pytest.mark.parametrize("first", [{"automation": "auto_reply"}, {"unverified": "dmarc"}])
def test_a_rule_never_answers_machines_or_doubtful_mail(
    cast: Cast, first: dict[str, Any], settle: Callable[[], None], db: Any
) -> None:
    make_trigger("thank", "event:opened", {"send_reply": "Thank you."}, {"add_tag": "seen"})
    ticket = make_ticket(cast.ada, **first)
    settle()
    assert db.session.scalars(select(Delivery).where(Delivery.message_id.is_not(None))).all() == []
    assert tags_of(ticket) == ["seen"]
    assert entries(ticket, "RuleRan")[0].after["did"][0].startswith("send_reply: Nothing was sent")


def test_rules_tell_staff_by_mail(cast: Cast, settle: Callable[[], None], db: Any) -> None:
    make_trigger("tell", "printer", {"notify": {"who": "leads", "text": "{number} is open."}})
    ticket = make_ticket(cast.ada, cast.it)
    settle()
    told = db.session.scalars(select(Delivery).where(Delivery.kind == DeliveryKind.NOTICE)).all()
    assert [(one.recipient, f"{ticket.number} is open." in one.text) for one in told] == [
        ("cleo@borough.example", True)
    ]


@pytest.mark.parametrize(
    "when",
    [
        "by:agent event:note",
        "assignee:nobody requester:ada is:unassigned",
        "tag:printer",
        "text:thought from:ben -is:automatic",
        "notes:1 answers:0",
        "in_status:<1h unanswered:<1h",
        "lamp OR printer",
        "is:open priority:4 messages:>=2 age:<1h",
        'due:"" group:"IT support" channel:web,email,phone',
    ],
)
def test_whatever_a_trigger_asks_for_is_known_when_it_is_asked(cast: Cast, when: str) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), ["printer"], by=None, cause="test")
    make_trigger("asks", when, {"add_tag": "held"})
    make_note(ticket, cast.ben, "A thought of mine.")
    assert [one.after["rule"] for one in entries(ticket, "RuleRan")] == ["Asks"]


def test_what_no_trigger_asks_for_is_not_read(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    for number in range(10):
        make_trigger(f"idle-{number}", f"status:closed priority:{number % 5 + 1}", {"add_tag": "x"})
    make_note(ticket, cast.ben)
    with count_queries() as few:
        make_note(ticket, cast.ben)
    make_trigger("asks", "tag:none", {"add_tag": "x"})
    make_note(ticket, cast.ben)
    with count_queries() as more:
        make_note(ticket, cast.ben)
    assert more.count == few.count + 1
