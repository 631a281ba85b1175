"""The words of the demo desk: whole, varied, and about nobody who exists."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from helpdesk.demo import scripts
from helpdesk.demo.office import ZONE, is_working_day
from helpdesk.demo.scripts import load_desk, load_people, load_scripts
from helpdesk.demo.stories import Story, tell_stories
from helpdesk.people.passwords import check_rules
from workflows.lifecycle import Facts, Occasion, automatic, map_state
from workflows.lifecycle_checking import way_between
from workflows.lifecycle_shipped import shipped

FOLDER = Path(scripts.__file__).parent / "content"
FILES = sorted(FOLDER.rglob("*.toml"))
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
TYPES = {"incident", "request", "question", "problem"}
CHANNELS = {"email", "web", "phone", "chat", "sms", "whatsapp", "slack", "instagram"}


@cache
def stories() -> tuple[Story, ...]:
    return tuple(tell_stories(load_desk(), load_people(), load_scripts(), MONDAY))


def words_of(story: Story) -> str:
    said = [step.says.text + step.says.quoted for step in story.steps if step.says]
    return "\n".join([story.subject, *said, *map(str, story.fields.values())])


def test_there_are_two_hundred_stories() -> None:
    assert len(stories()) == 200
    assert len({story.ref for story in stories()}) == 200


def test_there_are_some_sixty_kinds_of_conversation() -> None:
    assert len(load_scripts()) >= 60


def test_no_two_stories_have_the_same_subject_or_opening() -> None:
    assert max(Counter(story.subject for story in stories()).values()) == 1
    openings = Counter(story.steps[0].says.text for story in stories() if story.steps[0].says)
    assert max(openings.values()) == 1


def test_nothing_is_left_to_fill_in() -> None:
    for story in stories():
        assert not re.search(r"[{}]|\[[^\]]*\|", words_of(story)), story.ref


def test_every_script_is_of_a_known_kind() -> None:
    groups = {group["key"] for group in load_desk().groups}
    for script in load_scripts():
        for case in script.cases:
            assert case.subject.strip(), script.id
            assert case.text.strip(), script.id
            assert case.via in CHANNELS, script.id
            assert case.type in TYPES, script.id
            assert case.group in groups, script.id
            assert case.priority in ("P1", "P2", "P3", "P4"), script.id


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_address_is_real(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    domains = re.findall(r"@([\w-]+(?:\.[\w-]+)+)", text) + re.findall(r"https?://([\w.-]+)", text)
    assert [domain for domain in domains if not domain.rstrip(".").endswith(".example")] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_telephone_number_is_real(path: Path) -> None:
    numbers = re.findall(
        r"(?<![\d-])0\d{3,4}[ ]?\d{3}[ ]?\d{3,4}\b", path.read_text(encoding="utf-8")
    )
    for number in numbers:
        assert number.replace(" ", "").startswith(("01632960", "07700900")), number


def test_no_two_people_share_an_address_or_a_number() -> None:
    people = [*load_people(), *load_desk().agents]
    further = [
        one for person in load_people() for one in (*person.more_emails, *person.more_phones)
    ]
    points = [*(one.email for one in people), *(one.phone for one in people), *further]
    counted = Counter(point.replace(" ", "") for point in points if point)
    assert [point for point, count in counted.items() if count > 1] == []


def test_a_story_fills_in_only_the_fields_of_its_type() -> None:
    types = {field["key"]: set(field.get("types", TYPES)) for field in load_desk().fields}
    told = {(key, story.type) for story in stories() for key in story.fields}
    assert {(key, type) for key, type in told if type not in types[key]} == set()
    assert all(sum(type in of for of in types.values()) <= 6 for type in TYPES)


def test_some_ninety_people_write_and_nearly_all_of_them_did() -> None:
    assert 85 <= len(load_people()) <= 100
    assert len({story.requester.name for story in stories()}) >= 80


def test_every_channel_has_its_share() -> None:
    counted = Counter(story.channel for story in stories())
    assert set(counted) == CHANNELS
    assert min(counted[one] for one in ("email", "web", "phone", "chat")) >= 15
    assert counted["email"] >= 60


def test_every_status_priority_and_type_is_met() -> None:
    assert {status_of(story) for story in stories()} == {
        *("new", "in_progress", "pending_requester", "pending_third_party", "resolved", "closed"),
    }
    assert {story.type for story in stories()} == TYPES
    assert {story.priority for story in stories()} == {"P1", "P2", "P3", "P4"}


def test_a_third_of_the_tickets_is_open_and_some_of_those_are_nobodys() -> None:
    still_open = [one for one in stories() if status_of(one) not in ("resolved", "closed")]
    nobodys = [one for one in still_open if not any(step.assign for step in one.steps)]
    assert 50 <= len(still_open) <= 110
    assert len(nobodys) >= 15


def test_some_tickets_were_reopened() -> None:
    def was_reopened(story: Story) -> bool:
        ends = [place for place, step in enumerate(story.steps) if step.status == "resolved"]
        return any(
            step.says is not None and step.says.kind == "in"
            for end in ends
            for step in story.steps[end + 1 :]
        )

    assert sum(map(was_reopened, stories())) >= 10


def test_conversations_have_one_to_nine_messages() -> None:
    counted = {sum(step.says is not None for step in story.steps) for story in stories()}
    assert min(counted) == 1
    assert max(counted) == 9


def test_every_change_of_status_is_one_that_some_way_leads_to() -> None:
    for story in stories():
        life, before = shipped(story.type), shipped(story.type).initial
        for step in story.steps:
            if step.says and step.says.kind == "in":
                words = Facts(state=before, roles=frozenset())
                woken = automatic(life, Occasion.REQUESTER_MESSAGE, words)
                before = woken.target if woken else before
            if step.status:
                after = map_state(shipped("incident"), step.status, life)
                assert way_between(life, before, after) is not None, (story.ref, before, after)
                before = after


def test_stories_run_forward_over_sixty_days_and_end_before_now() -> None:
    for story in stories():
        moments = [step.at for step in story.steps]
        assert moments == sorted(moments), story.ref
        assert moments[-1] <= MONDAY
    ages = [MONDAY - story.opened_at for story in stories()]
    assert max(ages) > timedelta(days=50)
    assert max(ages) < timedelta(days=65)


def test_agents_answer_when_the_office_is_open() -> None:
    for story in stories():
        for step in story.steps:
            if step.says and step.says.kind == "out" and step.says.channel == "email":
                local = step.at.astimezone(ZONE)
                assert is_working_day(local), (story.ref, local)
                assert 8 <= local.hour <= 17, (story.ref, local)


def test_people_write_in_five_languages() -> None:
    assert {story.language for story in stories()} == {"en", "cy", "ar", "ur", "pl"}
    right_to_left = [story for story in stories() if re.search("[\u0600-\u06ff]", story.subject)]
    assert len(right_to_left) >= 3


def test_the_same_moment_gives_the_same_stories() -> None:
    again = tell_stories(load_desk(), load_people(), load_scripts(), MONDAY)
    assert tuple(again) == stories()


@pytest.mark.parametrize("hour", [2, 7, 12, 19, 23])
@pytest.mark.parametrize("day", range(7))
def test_the_stories_can_be_told_at_any_hour_of_the_week(day: int, hour: int) -> None:
    now = datetime(2026, 12, 21, hour, 30, tzinfo=UTC) + timedelta(days=day)
    told = tell_stories(load_desk(), load_people(), load_scripts(), now)
    assert len(told) == 200
    assert all(story.steps and story.steps[-1].at <= now for story in told)


def test_the_password_of_the_demo_keeps_the_rules() -> None:
    desk = load_desk()
    for agent in desk.agents:
        check_rules(desk.password, about=(agent.name, agent.email))


def status_of(story: Story) -> str:
    status = "new"
    for step in story.steps:
        if step.says and step.says.kind == "in" and status in ("pending_requester", "resolved"):
            status = "in_progress"
        status = step.status or status
    return status
