"""S02: whatever stands in any text column is shown as text, on every page."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from sqlalchemy import Column, Enum, String, Table, Text, literal, select, update
from sqlalchemy import cast as cast_to

from channels.channel import RawItem
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge.models import ArticleCategory
from helpdesk.messaging import accounts
from helpdesk.messaging.keeping import keep
from helpdesk.messaging.models import Delivery, RawMessage
from helpdesk.messaging.setting_aside import Reason, set_aside
from helpdesk.people import commands as people
from helpdesk.tickets import commands, customizing, links
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import LinkKind, Message, Ticket
from tests.cast import Cast
from tests.helpdesk.knowledge.shelf import make_article
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_note, make_reply, make_ticket
from tests.pages import PageClient

# It ends an attribute, an element and a template's expression, and would show as an element of its own.
BREAK = "\"'></a></title><x-out onx=1>{{7*7}}"
# Codes, keys and digests, which the desk makes and no person types.
OURS = frozenset(
    [
        "attachment.key",
        "attachment.digest",
        "raw_message.digest",
        "raw_message.content_digest",
        "raw_message.remote_id",
        "delivery.digest",
        "delivery.external_id",
        "delivery.via",
        "person.password_hash",
        "person.locale",
        "person.time_zone",
        "person.theme",
        "person.sign_in_name",
        "web_session.token_digest",
        "password_token.token_digest",
        "password_token.salt",
        "api_token.token_digest",
        "journal_entry.subject_kind",
        "journal_entry.event",
        "journal_entry.salt",
        "journal_entry.previous",
        "journal_entry.digest",
        "ticket.prefix",
        "ticket.channel",
        "message.channel",
        "message.joined_by",
        "message.automation",
        "message.external_id",
        "message.html",
        "delivery.html",
        "channel_account.kind",
        "channel_account.secrets",
        "custom_field.key",
        "custom_field.kind",
        "outbox_entry.job",
        "outbox_entry.lane",
        "outbox_entry.holder",
        "lease.name",
        "lease.holder",
        "schedule_slot.job",
        "setting.key",
        "tally.key",
        "search_document.ref",
        "search_document.kind",
        "search_document.readers",
        "extracted_text.digest",
        "alembic_version.version_num",
    ]
)


def text_columns() -> list[tuple[Table, Column[str]]]:
    return [
        (table, column)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, (String, Text))
        and not isinstance(column.type, Enum)
        and f"{table.name}.{column.name}" not in OURS
    ]


@pytest.fixture
def ticket(cast: Cast, settle: Callable[[], None]) -> Ticket:
    """A ticket with something of everything, and a mail in quarantine."""
    ticket = make_ticket(
        cast.ada, cast.it, files=(NewFile("a.txt", "text/plain", b"x"),), unverified="doubt"
    )
    other = make_ticket(cast.ada, cast.it)
    make_note(ticket, cast.ben)
    make_reply(ticket, cast.ben)
    with unit_of_work():
        locked = commands.lock(ticket.id)
        commands.set_tags(locked, ["printer"], by=None, cause="test")
        commands.assign(locked, cast.ben, by=cast.cleo.id, cause="test")
        links.link(locked, other, LinkKind.RELATED, by=None, cause="test")
        customizing.add_field(key="asset", label="Asset", kind="text")
        customizing.add_field(key="floor", label="Floor", kind="choice", options=[BREAK])
        customizing.set_custom(locked, {"asset": BREAK, "floor": BREAK}, by=None, cause="test")
        watcher = people.register_requester("Zoe", "zoe@example.org")
        commands.watch(locked, watcher, by=None, cause="test")
        school = people.create_organisation("School")
        people.create_agency("Parks")
        people.edit_person(cast.ada, name="Ada", organisation_id=school.id, note="Note")
        account = accounts.create_account(name="Help", values={"address": "help@borough.example"})
        raw = keep(
            account, RawItem("1", f"From: {BREAK}\r\n{BREAK}: {BREAK}\r\n\r\n{BREAK}".encode())
        )
        assert raw is not None
        set_aside(raw, Reason.UNREADABLE, "broken")
    make_article(BREAK, BREAK, category=BREAK)
    settle()
    return ticket


def is_code(table: str) -> bool:
    """Whether the texts of a table are names that the desk gives, such as those of timers and of definitions."""
    return table == "definition" or table.startswith("sla_")


def fill_every_column(ticket_id: int) -> None:
    look_again()
    with unit_of_work():
        for table, column in text_columns():
            length = getattr(column.type, "length", None) or 4000
            # Names of files in the store, and what counts time, are made by the desk alone.
            if length < len(BREAK) + 8 or column.name == "file_digest" or is_code(table.name):
                continue
            text = literal(BREAK)
            if column.unique or table.name in ("desk_group", "tag", "contact_point"):
                # Each row another, since the column allows no two alike.
                text = text + cast_to(table.c.id, String)
            db.session.execute(update(table).values({column.name: text}))
        db.session.execute(
            update(Delivery).values(recipients=[BREAK]),
            execution_options={"synchronize_session": False},
        )
        db.session.execute(
            update(Message).values(recipients={"to": [BREAK], "cc": [BREAK]}),
            execution_options={"synchronize_session": False},
        )


def pages_of(app: Flask, cast: Cast, ticket: Ticket) -> list[str]:
    """Every page that can be opened by address, with things that are there."""
    delivery = db.session.scalars(select(Delivery.id).order_by(Delivery.id).limit(1)).one()
    raw = db.session.scalars(select(RawMessage.id).order_by(RawMessage.id).limit(1)).one()
    ids = {
        "number": ticket.number,
        "view": f"group-{cast.it.id}",
        "person_id": cast.ada.id,
        "group_id": cast.it.id,
        "delivery_id": delivery,
        "raw_id": raw,
        "account_id": accounts.accounts()[0].id,
    }
    paths = []
    for rule in app.url_map.iter_rules():
        named = rule.endpoint.startswith("console.") and "GET" in (rule.methods or ())
        if named and set(rule.arguments) <= set(ids) and rule.endpoint not in DOWNLOADS:
            named_here = {**ids, "person_id": cast.ben.id} if rule.endpoint in OF_AGENTS else ids
            built = rule.build({name: named_here[name] for name in rule.arguments})
            assert built is not None
            paths.append(built[1])
    category = db.session.scalars(select(ArticleCategory.id)).one()
    paths += ["/admin/articles", f"/admin/articles/categories/{category}"]
    return [*paths, "/search?q=printer", "/people?q=ada", "/tickets/new?find=x-out"]


OF_AGENTS = ("console.work",)
# Whatever is no page, or is one only for a mailbox that signs in with tokens.
DOWNLOADS = (
    "console.own_work",
    "console.sent_raw",
    "console.quarantine_raw",
    "console.connect_mailbox",
    "console.connect_slack",
    "console.mailbox_templates",
)


def elements_of(html: str) -> list[Element]:
    root: Element = html5lib.parse(html)
    return [one for one in root.iter() if isinstance(one.tag, str)]


def test_every_text_column_is_shown_as_text_on_every_page(
    app: Flask, client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    number = ticket.number
    client.sign_in("eve@borough.example")
    paths = pages_of(app, cast, ticket)
    fill_every_column(ticket.id)
    shown = 0
    assert len(paths) >= 25
    for path in paths:
        answer = client.get(path)
        if answer.mimetype in ("application/json", "text/csv"):
            shown += 1
            continue
        page = answer.get_data(as_text=True)
        assert not [one for one in elements_of(page) if one.tag.endswith("x-out")], path
        assert "49" not in page.partition("{{7*7}}")[0][-60:], path
        shown += "x-out" in page
    assert shown >= len(paths) // 2
    page = client.get(f"/tickets/{number}").get_data(as_text=True)
    # Subject, names, texts, tags, file names, addresses, links, fields, history, deliveries.
    assert page.count("&lt;x-out onx=1&gt;") >= 30


def test_a_typed_text_comes_back_as_text(client: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    client.sign_in("ben@borough.example")
    fields = {"text": BREAK, "cc": BREAK, "version": "1"}
    client.post(f"/tickets/{ticket.number}/replies", fields, status=422)
    assert client.last is not None
    page = client.last.get_data(as_text=True)
    assert not [one for one in elements_of(page) if one.tag.endswith("x-out")]
    client.get("/search", query_string={"q": BREAK})
    assert not [
        one for one in elements_of(client.last.get_data(as_text=True)) if one.tag.endswith("x-out")
    ]
