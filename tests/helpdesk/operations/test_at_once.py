"""Two people who undo the same at the same moment: it is taken back once, and neither is refused."""

from __future__ import annotations

from flask import Flask

from helpdesk.core.db import db
from helpdesk.journal.models import Entry
from helpdesk.operations import undoing
from helpdesk.people.access import actor_of
from tests.cast import Cast
from tests.helpdesk.identity.test_at_once import together
from tests.helpdesk.operations.acts import act, again, tagged
from tests.makers import make_ticket


def test_of_two_undos_one_takes_back_and_the_other_finds_it_done(app: Flask, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    done = act(cast.ben, ticket, tagged("rain")).id
    ben, cleo = actor_of(cast.ben), actor_of(cast.cleo)

    went = together(
        app, lambda: undoing.undo(done, actor=ben), lambda: undoing.undo(done, actor=cleo)
    )

    assert went == [True, True]
    assert again(ticket).tags == []
    assert db.session.query(Entry).filter_by(event="OperationUndone").count() == 1
    assert db.session.query(Entry).filter_by(event="TakenBack").count() == 1
