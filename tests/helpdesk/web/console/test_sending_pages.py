"""The pages about sending: sent mail and what is decided there, who a group writes as, limits and keys."""

from __future__ import annotations

import re
from collections.abc import Callable

import dkim
import pytest
from sqlalchemy import select

from channels.email.dkim import Algorithm, make_key
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging import policy
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.outlet_models import OutletStanding, SigningKey
from helpdesk.messaging.preparing import prepare_message
from helpdesk.people.models import Agency, Group
from tests.cast import Cast
from tests.helpdesk.messaging.post import make_account
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient
from tests.servers.scripted_smtp import ScriptedSmtp

Settle = Callable[[], None]


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def waiting(cast: Cast) -> Delivery:
    message = make_reply(make_ticket(cast.ada, cast.it, channel="phone"), cast.ben)
    with unit_of_work():
        return prepare_message(message.id)[0]


def one(delivery: Delivery) -> Delivery:
    look_again()
    return db.session.get_one(Delivery, delivery.id)


def test_sent_mail_is_narrowed_by_state_ticket_recipient_and_day(
    ben: PageClient, cast: Cast
) -> None:
    first, second = waiting(cast), waiting(cast)
    with unit_of_work():
        found = db.session.get_one(Delivery, second.id)
        found.recipient, found.recipients = "zoe@other.example", ["zoe@other.example"]
        found.state = DeliveryState.FAILED
    numbers = re.compile(rf"/sent/({first.id}|{second.id})\b")
    ticket = f"INC-{1000 + (first.ticket_id or 0)}"

    def shown(query: str) -> set[int]:
        return {int(each) for each in numbers.findall(ben.get(f"/sent?{query}").text)}

    assert shown("") == {first.id, second.id}
    assert shown("state=failed") == {second.id}
    assert shown("kind=receipt") == set()
    assert shown(f"ticket={ticket}") == {first.id}
    assert shown("to=zoe@other.example") == shown("to=@other.example") == {second.id}
    assert shown("from_day=2026-11-16&to_day=2026-11-16") == {first.id, second.id}
    assert shown("from_day=2026-11-17") == shown("to_day=2026-11-15") == set()


@pytest.mark.parametrize(
    "query", ["ticket=INC-9999", "from_day=yesterday", "to_day=0000-01-01", "state=lost"]
)
def test_a_filter_that_cannot_be_used_says_so(ben: PageClient, query: str) -> None:
    status = 404 if query.startswith("ticket") else 422
    assert "cannot be narrowed" in ben.get(f"/sent?{query}", status=status).text


def test_sent_mail_keeps_its_budget_however_it_is_narrowed(ben: PageClient, cast: Cast) -> None:
    for _ in range(12):
        waiting(cast)
    with counted() as statements:
        ben.get("/sent?state=waiting&to=@borough.example&from_day=2026-11-16")
    assert len(statements) <= 9, "\n\n".join(statements)


def test_a_waiting_mail_is_withdrawn_and_never_sent(
    ben: PageClient, cast: Cast, settle: Settle, scripted_relay: ScriptedSmtp
) -> None:
    delivery = waiting(cast)
    assert "Withdraw" in ben.get(f"/sent/{delivery.id}").text
    ben.post(f"/sent/{delivery.id}/withdraw")
    settle()
    look_again()

    events = set(db.session.scalars(select(Entry.event)))
    assert one(delivery).state is DeliveryState.WITHDRAWN
    assert scripted_relay.taken == []
    assert "DeliveryWithdrawn" in events
    assert "not waiting for a decision" in _after(ben, f"/sent/{delivery.id}/withdraw")


def _after(client: PageClient, path: str) -> str:
    client.post(path)
    return client.get(path.rpartition("/")[0]).text


def test_a_waiting_mail_is_tried_now_though_its_server_was_away(
    ben: PageClient, cast: Cast, settle: Settle, scripted_relay: ScriptedSmtp
) -> None:
    delivery = waiting(cast)
    scripted_relay.go_away()
    settle()
    held = (one(delivery).state, one(delivery).held_for)
    scripted_relay.come_back()
    ben.post(f"/sent/{delivery.id}/now")
    settle()

    assert held == (DeliveryState.WAITING, "server")
    assert one(delivery).state is DeliveryState.SENT


def test_whoever_may_not_send_decides_nothing(client: PageClient, cast: Cast) -> None:
    delivery = waiting(cast)
    client.sign_in("dan@borough.example")
    for deed in ("again", "now", "withdraw"):
        client.post(f"/sent/{delivery.id}/{deed}", status=404)


def test_a_mail_in_doubt_is_explained(ben: PageClient, cast: Cast) -> None:
    delivery = waiting(cast)
    with unit_of_work():
        found = db.session.get_one(Delivery, delivery.id)
        found.state, found.copies, found.next_try_at = DeliveryState.UNCERTAIN, 2, None
    page = ben.get(f"/sent/{delivery.id}").text

    assert "No mail system can tell then" in page
    assert "It went out twice under the same Message-ID" in page
    assert "Send it again" in page


def test_a_mail_to_an_address_that_mail_came_back_from_is_sent_anyway_when_asked(
    ben: PageClient, cast: Cast, settle: Settle, scripted_relay: ScriptedSmtp
) -> None:
    from helpdesk.people.reachability import mark_undeliverable

    with unit_of_work():
        mark_undeliverable("ada@borough.example", "550 5.1.1 nobody", cause="test")
    delivery = waiting(cast)
    settle()
    page = ben.get(f"/sent/{delivery.id}").text
    ben.post(f"/sent/{delivery.id}/again")
    settle()

    assert "Send it anyway" in page
    assert "earlier mail to this address came back" in page
    assert one(delivery).state is DeliveryState.SENT
    assert len(scripted_relay.taken) == 1


def group_form(cast: Cast, **changes: str) -> dict[str, str]:
    return {
        "name": "IT support",
        "agency": "",
        "address": "it@borough.example",
        "sender_name": "IT of the borough",
        "reply_to": "",
        "signature": "{agent}\n{{7*7}} {group}",
        "is_active": "1",
        **changes,
    }


def test_a_reply_of_a_group_is_shown_before_it_is_saved(eve: PageClient, cast: Cast) -> None:
    form = group_form(cast, action="preview", reply_to="elsewhere@other.example")
    page = eve.post(f"/groups/{cast.it.id}", form, status=200).text
    look_again()

    assert "Eve at IT of the borough &lt;it@borough.example&gt;" in page
    assert "Eve Adair\n{{7*7}} IT support" in page
    assert "is no mailbox of the desk" in page
    assert db.session.get_one(Group, cast.it.id).sender_name == ""


def test_who_a_group_writes_as_is_saved(eve: PageClient, cast: Cast) -> None:
    make_account(cast.it)
    form = group_form(cast, reply_to="help@borough.example")
    eve.post(f"/groups/{cast.it.id}", form)
    look_again()
    group = db.session.get_one(Group, cast.it.id)

    assert (group.sender_name, group.reply_to) == ("IT of the borough", "help@borough.example")
    assert "is no mailbox" not in eve.get(f"/groups/{cast.it.id}").text


@pytest.mark.parametrize(("field", "value"), [("reply_to", "no address"), ("address", "a@b@c")])
def test_an_address_that_is_none_is_refused_at_its_field(
    eve: PageClient, cast: Cast, field: str, value: str
) -> None:
    page = eve.post(f"/groups/{cast.it.id}", group_form(cast, **{field: value}), status=422).text
    assert f'id="{field.replace("_", "-")}-error"' in page


RULES = {
    "desk_name": "Borough",
    "shows_agent_names": "1",
    "sends_a_minute": "30",
    "sends_an_hour": "500",
    "sends_to_one_an_hour": "5",
    "largest_sent": "20",
    "link_days": "14",
}


def test_the_rules_of_sending_are_set(eve: PageClient, cast: Cast) -> None:
    with unit_of_work():
        db.session.add(OutletStanding(name="desk", largest=10_000_000, last_error="away"))
    eve.get("/sending")
    eve.post("/sending", {**RULES, "quotes_previous": "1"})
    look_again()
    rules = policy.read()

    assert (rules.sends_an_hour, rules.largest_sent, rules.quotes_previous) == (
        500,
        20 * 1024 * 1024,
        True,
    )
    eve.post("/sending", {**RULES, "sends_an_hour": "-1"}, status=422)


def test_only_administrators_reach_the_rules_and_keys(ben: PageClient, cast: Cast) -> None:
    ben.get("/sending", status=403)
    ben.post("/sending", RULES, status=403)
    ben.post("/sending/keys", {"domain": "a.example", "selector": "a"}, status=403)


def test_a_key_is_made_published_switched_on_and_proves_what_is_sent(
    eve: PageClient, cast: Cast, settle: Settle, scripted_relay: ScriptedSmtp
) -> None:
    pems = {"desk1": "", "desk2": make_key(Algorithm.ED25519)}
    for selector, pem in pems.items():
        eve.post(
            "/sending/keys",
            {"domain": "Desk.Example", "selector": selector, "algorithm": "rsa-sha256", "pem": pem},
        )
    page = eve.get("/sending").text
    records = dict(
        zip(
            re.findall(r"<code>(desk\d\._domainkey\.desk\.example)</code>", page),
            re.findall(r"<code>(v=DKIM1; k=\w+; p=[^<]+)</code>", page),
            strict=True,
        )
    )
    look_again()
    for key in db.session.scalars(select(SigningKey)).all():
        assert "PRIVATE" not in page + key.secrets
        eve.post(f"/sending/keys/{key.id}/switch", {"on": "1"})
    waiting(cast)
    settle()

    body = scripted_relay.wait_for(1)[0].content
    found = {f"{name}.".encode(): text.encode() for name, text in records.items()}
    assert [
        dkim.DKIM(body).verify(idx=index, dnsfunc=lambda name, timeout=5: found.get(name))
        for index in range(2)
    ] == [True, True]
    assert b"v=DKIM1; k=ed25519" in b" ".join(found.values())


def test_a_key_that_signs_is_not_removed(eve: PageClient, cast: Cast) -> None:
    eve.post("/sending/keys", {"domain": "desk.example", "selector": "a", "pem": ""})
    look_again()
    [key_id] = db.session.scalars(select(SigningKey.id)).all()
    path = f"/sending/keys/{key_id}"
    eve.post(f"{path}/switch", {"on": "1"})
    eve.post(f"{path}/remove")
    look_again()
    still = db.session.get(SigningKey, key_id) is not None
    eve.post(f"{path}/switch", {})
    eve.post(f"{path}/remove")
    look_again()

    assert still
    assert db.session.get(SigningKey, key_id) is None


@pytest.mark.parametrize(
    "form",
    [
        {"domain": "no domain", "selector": "a"},
        {"domain": "desk.example", "selector": "a.b"},
        {"domain": "desk.example", "selector": "a", "pem": "not a key"},
    ],
)
def test_what_makes_no_key_is_refused_in_words(eve: PageClient, form: dict[str, str]) -> None:
    page = eve.post("/sending/keys", form, status=422).text
    assert "There is a problem" in page
    assert "not a key" not in page


def test_an_agency_signs_for_its_groups(eve: PageClient, cast: Cast) -> None:
    eve.post("/agencies", {"name": "Harbour trust", "address": "", "signature": "{agency}"})
    look_again()
    agency = db.session.scalars(select(Agency)).one()
    form = group_form(cast, action="preview", signature="", agency=str(agency.id))

    assert "-- \nHarbour trust" in eve.post(f"/groups/{cast.it.id}", form, status=200).text
