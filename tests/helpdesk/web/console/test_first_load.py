"""What a browser fetches for a page it sees for the first time, compressed as a proxy sends it, against the budget."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.cast import Cast
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient

EVERYTHING = 200_000
SCRIPTS = 80_000
# Styles, scripts, pictures and the sprite of icons, wherever a page names them.
_FETCHED = re.compile(r'(?:src|href)="(/static/[^"#]+)')


def weights_of(client: PageClient, path: str) -> dict[str, int]:
    """The compressed bytes of a page and of each file it names."""
    page = client.get(path).get_data()
    weights = {path: len(gzip.compress(page))}
    for address in sorted(set(_FETCHED.findall(page.decode()))):
        with client.get(address) as answer:
            weights[address.partition("?")[0]] = len(gzip.compress(answer.get_data()))
    return weights


@pytest.mark.parametrize("page", ["list", "ticket", "search"])
def test_the_first_load_of_a_page_stays_within_its_bytes(
    client: PageClient, cast: Cast, page: str
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    for _ in range(20):
        make_reply(
            ticket,
            cast.ben,
            "The printer beeps twice and then says that drum unit 7 is worn out. " * 9,
        )
    for _ in range(50):
        make_ticket(cast.ada, cast.it)
    client.sign_in("eve@borough.example")
    paths = {
        "list": "/tickets",
        "ticket": f"/tickets/{ticket.number}",
        "search": "/search?q=printer",
    }

    weights = weights_of(client, paths[page])

    scripts = sum(bytes_ for name, bytes_ in weights.items() if name.endswith(".js"))
    assert any(name.endswith("/console.js") for name in weights)
    assert any(name.endswith("/console.css") for name in weights)
    assert scripts < SCRIPTS, weights
    assert sum(weights.values()) < EVERYTHING, weights
