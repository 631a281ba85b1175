"""Texts are in the language that is spoken at the moment, and a page settles only once which that is."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string
from flask_babel import Domain, force_locale, gettext

from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient

ASKED, SAID = "How can we help?", "Sut gallwn ni helpu?"


def said() -> list[str]:
    return [gettext(ASKED), render_template_string('{{ _("How can we help?") }}')]


def test_a_language_spoken_for_a_while_is_spoken_everywhere_and_only_then(app: Flask) -> None:
    with app.test_request_context("/"):
        before = said()
        with force_locale("cy"):
            meanwhile = said()
            with force_locale("en"):
                within = said()
            again = said()
        after = said()
    assert before == after == within == [ASKED, ASKED]
    assert meanwhile == again == [SAID, SAID]


def test_jobs_speak_the_language_they_are_told_to(app: Flask) -> None:
    with app.app_context():
        assert gettext(ASKED) == ASKED
        with force_locale("cy"):
            assert gettext(ASKED) == SAID
        assert gettext(ASKED) == ASKED


def test_a_page_chooses_its_catalogue_once(
    cast: Cast, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    client.sign_in("ben@borough.example")
    chosen = []
    choose = Domain.get_translations

    def noted(domain: Domain) -> object:
        chosen.append(domain)
        return choose(domain)

    monkeypatch.setattr(Domain, "get_translations", noted)
    client.get(f"/tickets/{ticket.number}")
    assert len(chosen) == 1
