"""Definitions: versions that hold from an instant on, and never change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.journal.reading import history_of
from tests.cast import Cast


def say(text: str, *, name: str = "thanks", **more: object) -> store.Version:
    with unit_of_work():
        body = {"title": "Thanks", "text": text}
        return store.save(Kind.ANSWER, name, body, by=None, cause="test", **more)  # type: ignore[arg-type]


def test_an_edit_is_a_new_version_and_the_old_one_stays(cast: Cast) -> None:
    first = say("Thank you.")
    second = say("Thank you very much.")
    assert (first.number, second.number) == (1, 2)
    assert store.version_by_id(first.id).body["text"] == "Thank you."
    assert [one.number for one in store.versions_of(Kind.ANSWER, "thanks")] == [2, 1]


def test_what_is_said_already_makes_no_version(cast: Cast) -> None:
    assert say("Thank you.").id == say("Thank you.").id


def test_a_version_holds_from_its_instant_on(cast: Cast, clock: StoppedClock) -> None:
    start = clock.now()
    say("Now.")
    say("Tomorrow.", effective_at=start + timedelta(days=1))
    assert store.find(Kind.ANSWER, "thanks").body["text"] == "Now."
    clock.advance(timedelta(days=1))
    assert store.find(Kind.ANSWER, "thanks").body["text"] == "Tomorrow."
    assert store.find(Kind.ANSWER, "thanks", at=start).body["text"] == "Now."


def test_nothing_begins_in_the_past(cast: Cast, clock: StoppedClock) -> None:
    with pytest.raises(Invalid) as refusal:
        say("Before.", effective_at=clock.now() - timedelta(seconds=1))
    assert refusal.value.field == "effective_at"


@pytest.mark.parametrize("name", ["", "Upper", "-dash", "a b", "x" * 61])
def test_a_name_that_no_file_could_have_is_refused(cast: Cast, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        say("Hello.", name=name)
    assert refusal.value.field == "name"


def test_what_is_retired_is_found_no_longer_and_can_be_defined_again(cast: Cast) -> None:
    say("Hello.")
    with unit_of_work():
        store.retire(Kind.ANSWER, "thanks", by=cast.eve.id, cause="test")
    with pytest.raises(NotFound):
        store.find(Kind.ANSWER, "thanks")
    say("Hello.")
    assert store.find(Kind.ANSWER, "thanks").body["text"] == "Hello."


def test_the_journal_keeps_every_version_whole(cast: Cast) -> None:
    version = say("Thank you.")
    say("Thanks.")
    entries = history_of("definition", version.definition_id)
    assert [one.after["body"]["text"] for one in entries] == ["Thank you.", "Thanks."]


def test_they_come_in_their_order(cast: Cast) -> None:
    for name, position in (("c", 1), ("a", 2), ("b", 1)):
        with unit_of_work():
            store.save(
                Kind.ANSWER, name, {"position": position, "text": "Hello."}, by=None, cause="test"
            )
    assert [one.name for one in store.current(Kind.ANSWER)] == ["b", "c", "a"]
