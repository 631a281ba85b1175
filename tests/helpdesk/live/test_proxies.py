"""What the gateway does for pages behind proxies: beats, a proof, and the same for whoever asks."""

from __future__ import annotations

import json
import urllib.request

import pytest

from helpdesk.live.consoles import beat_of
from tests.helpdesk.live.conftest import LiveLines
from tests.helpdesk.live.streams import Stream, pass_of, watch
from tests.helpdesk.live.test_consoles import say_here
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.servers.proxy import proxy_before


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("", 15), ("3", 3), ("1", 2), ("0", 2), ("90", 15), ("9999", 15), ("-4", 15), ("2.5", 15)],
)
def test_a_page_may_ask_for_more_beats_within_limits(asked: str, seconds: float) -> None:
    assert beat_of(asked) == seconds


def test_a_beat_soon_after_the_greeting_proves_that_the_stream_comes_through(
    lines: LiveLines,
) -> None:
    stream = watch(lines, lines.cast.ben)
    stream.wait_for(lambda one: one["type"] == "beat")
    assert [one["type"] for one in stream.frames][-1] == "beat"


def test_who_asks_through_a_proxy_that_keeps_back_is_told_as_by_a_stream(lines: LiveLines) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)
    cleo = Stream(lines.port, pass_of(lines.cast.cleo))
    assert say_here(lines, cleo, ticket.number, "writing") == 204
    pass_ = pass_of(lines.cast.ben)
    with proxy_before(lines.port, hold_bytes=1 << 20, version="1.0") as proxy:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{proxy.port}/live/console?once=1&age=0",
            headers={"Authorization": f"Bearer {pass_}"},
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            frames = {one["type"]: one for one in json.load(answer)}
    assert frames["everywhere"]["here"][0]["people"][0]["state"] == "writing"
    assert frames["counts"]["counts"]["open"] == 1


def test_where_no_gateway_answers_the_pages_take_and_tell_who_is_where(lines: LiveLines) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)
    clients = {name: PageClient(lines.app) for name in ("ben", "cleo", "dan")}
    for name, client in clients.items():
        client.sign_in(f"{name}@borough.example")

    def there(name: str) -> str:
        frames = json.loads(clients[name].get("/news").get_data(as_text=True))["frames"]
        return json.dumps([one for one in frames if one["type"] == "everywhere"])

    where = f"/tickets/{ticket.number}/here"
    said = {"state": "writing", "tab": "hers"}
    clients["cleo"].post(where, said, status=204)
    assert "Cleo Marsh" in there("ben")
    assert ticket.number not in there("dan")
    clients["dan"].post(where, said, status=404)
    clients["cleo"].post(where, {**said, "state": "dancing"}, status=422)
    clients["cleo"].post(where, {**said, "state": "gone"}, status=204)
    assert "Cleo Marsh" not in there("ben")
