"""What somebody wants to be told of, and how: what was chosen before stays, and what is new is as by default."""

from __future__ import annotations

from helpdesk.core import settings
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.preferences import (
    Preferences,
    Topic,
    Way,
    choose,
    preferences_of,
    read,
)
from tests.cast import Cast

MAILED = {Topic.ASSIGNED, Topic.MENTION, Topic.REPLY, Topic.ASIDE}
MAILED |= {Topic.SOON, Topic.LATE, Topic.CALL}


def topics_in(preferences: Preferences, way: Way) -> set[Topic]:
    return {topic for topic in Topic if preferences.wants(topic, way)}


def test_by_default_all_is_in_the_desk_and_what_is_ones_own_is_mailed() -> None:
    assert topics_in(Preferences(), Way.BELL) == set(Topic)
    assert topics_in(Preferences(), Way.MAIL) == MAILED
    assert topics_in(Preferences(), Way.DESKTOP) == MAILED | {
        Topic.TROUBLE,
        Topic.CHAT,
        Topic.OPERATION,
    }


def test_mails_that_were_switched_off_before_stay_off() -> None:
    found = read({"assigned": False, "message": True, "deadline": False})
    assert topics_in(found, Way.MAIL) == MAILED - {
        Topic.ASSIGNED,
        Topic.SOON,
        Topic.LATE,
        Topic.CALL,
    }
    assert topics_in(found, Way.BELL) == set(Topic)


def test_what_is_chosen_comes_back(cast: Cast) -> None:
    wanted = Preferences(is_brief=True).without(Way.MAIL).without(Way.BELL, Topic.NEW)
    with unit_of_work():
        choose(cast.ben.id, wanted)
    db.session.expire_all()
    assert preferences_of(cast.ben.id) == wanted
    assert preferences_of(cast.cleo.id) == Preferences()


def test_a_kind_or_a_way_that_was_not_there_to_be_chosen_is_as_by_default() -> None:
    stored = {"ways": {"mail": ["late"], "pigeon": ["late"]}, "known": ["late", "assigned", "gone"]}
    found = read(stored)
    assert topics_in(found, Way.MAIL) == MAILED - {Topic.ASSIGNED}
    assert topics_in(found, Way.BELL) == set(Topic)


def test_what_stands_in_the_settings_is_plain(cast: Cast) -> None:
    with unit_of_work():
        choose(cast.ben.id, Preferences())
    stored = settings.read(f"notices:{cast.ben.id}")
    assert stored["ways"]["mail"] == [topic.value for topic in Topic if topic in MAILED]
