"""The language of conditions: what it says of a ticket, and what it says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.conditions import ALWAYS, BadCondition, read_condition
from workflows.facts import TicketFacts, Who
from workflows.faults import Faulty
from workflows.fields import CHANGING, EVENTS, FIELDS, FLAGS, Kind

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
ADA = Who("Ada Byrne", ("ada@borough.example",))
BEN = Who("Ben Kaya", ("ben@borough.example",))

FACTS = TicketFacts(
    number="INC-1042",
    type="incident",
    status="pending_requester",
    category="waiting_requester",
    priority=2,
    impact="high",
    urgency="medium",
    group="IT support",
    assignee=BEN,
    requester=ADA,
    organisation="Northside School",
    language="en",
    channel="email",
    tags=frozenset({"vip", "printer"}),
    custom={"floor": 2, "site": "Town Hall", "leased": True, "rooms": ("A1", "B2")},
    subject="Printer prints blank pages",
    text="The café printer on floor 2 prints blank pages.",
    sender="Ada Byrne ada@borough.example",
    is_reply=True,
    messages=3,
    created_at=AT - timedelta(days=3),
    updated_at=AT - timedelta(hours=1),
    last_activity_at=AT - timedelta(hours=2),
    awaiting_since=AT - timedelta(hours=2),
    status_since=AT - timedelta(hours=2),
    due_at=AT + timedelta(minutes=30),
    breach_at=AT + timedelta(minutes=30),
    events=frozenset({"reply", "message", "changed"}),
    by="agent",
    changed=frozenset({"status", "assignee"}),
    before={"status": ("new",), "assignee": ("",)},
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "status:pending_requester",
        "status:pending",
        'status:"pending requester",new',
        "state:open",
        "category:waiting_requester",
        "type:incident impact:high",
        "priority:2",
        "priority:p2",
        "priority:<3",
        "priority:>=2 priority:<=2",
        'group:"IT support"',
        "group:it",
        "team:it",
        "assignee:ben",
        "assignee:ben@borough.example",
        "assignee:*",
        "requester:ada",
        "organisation:northside",
        "tag:vip",
        "tag:other,printer",
        "number:INC-1042",
        "number:1042",
        "is:open,closed",
        "is:reply -is:automatic",
        "printer",
        "PRINTER -toner",
        '"blank pages"',
        "bla*",
        '"prints bla"*',
        "cafe",
        "subject:printer",
        "from:ada@borough.example",
        "event:reply event:message",
        "by:agent",
        "changed:status",
        "changed:priority,assignee",
        "was:new",
        "was:status=new",
        'was:assignee=""',
        "created:2026-11-13",
        "created:13/11/2026",
        "created:2026-11",
        "created:<2026-11-14",
        "after:2026-11-13 before:2026-11-14",
        "age:>2d",
        "age:<=3d",
        "idle:>=2h idle:<2h1m",
        "awaiting:>1h",
        "in-status:>1h",
        "due:<1h",
        "due:<2026-11-17",
        'unanswered:""',
        'resolved:""',
        "custom.floor:2",
        "custom.floor:>1",
        'custom.site:"town hall"',
        "custom.leased:yes",
        "custom.rooms:b2",
        'custom.other:""',
        "type:change OR priority:2",
        "(type:change OR tag:vip) channel:email",
        "-(type:change OR type:task)",
        "NOT type:change AND channel:email",
    ],
)
def test_a_condition_that_is_so_holds(text: str) -> None:
    assert read_condition(text).holds(FACTS, AT)


@pytest.mark.parametrize(
    "text",
    [
        "status:new",
        "-status:pending",
        'assignee:""',
        "assignee:nobody",
        "group:none",
        'tag:""',
        "priority:>2",
        "is:breached",
        "toner",
        '"pages blank"',
        "print",
        "changed:priority",
        "was:resolved",
        "created:2026-11-14",
        "created:>2026-11-13",
        "age:>3d",
        "due:>1h",
        "due:<0m",
        "unanswered:>1m",
        "resolved:*",
        "custom.floor:3",
        "custom.other:x",
        "type:change tag:vip",
        "type:change tag:vip OR channel:web",
        "has:files",
    ],
)
def test_a_condition_that_is_not_so_fails(text: str) -> None:
    assert not read_condition(text).holds(FACTS, AT)


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("status:new colour:red", 12, "quotation marks"),
        ("statsu:new", 1, "did you mean “status”"),
        ("status:", 1, 'write status:""'),
        ("tag:a,", 1, "no value follows"),
        ('"blank pages', 1, "no partner"),
        ("(tag:a tag:b", 1, "never closed"),
        ("tag:a) tag:b", 6, "closes nothing"),
        ("tag:a OR", 9, "missing"),
        ("OR tag:a", 1, "missing"),
        ("tag:a AND", 10, "missing"),
        ("()", 2, "missing"),
        ("- tag:a", 1, "right after the minus"),
        ("!!!", 1, "no word"),
        ("a*", 1, "two letters"),
        ("priority:9", 1, "from 1, the highest, to 5"),
        ("priority:high", 1, "no whole number"),
        ("impact:hihg", 1, "write high"),
        ("is:asigned", 1, "write assigned"),
        ("idle:2h", 1, "idle:>2h"),
        ("idle:>soon", 1, "30m, 2h or 3d"),
        ("created:<3h", 1, "age:>3h"),
        ("created:2026-02-31", 1, "2026-11-21"),
        ("tag:>b", 1, "tag:b"),
        ("priority:<1,2", 1, "one value"),
        ("changed:subjct", 1, "write subject"),
        ("was:colour=red", 1, "one of"),
        ("assignee:me", 1, "“me” is nobody"),
        ('is:""', 1, "always has a value"),
        ("before:1,2", 1, "one day"),
        ('tag:"",vip', 1, "OR"),
    ],
)
def test_what_cannot_be_understood_is_said_with_its_place_and_its_cure(
    text: str, position: int, says: str
) -> None:
    with pytest.raises(BadCondition) as caught:
        read_condition(text, ("when",))
    fault = caught.value.faults[0]
    assert (fault.path, fault.position) == (("when",), position)
    assert says.lower() in str(fault).lower()


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  STATUS:New   tag:VIP ", "status:new tag:vip"),
        ("team:IT", "group:IT"),
        ("NOT (tag:a AND tag:b)", "-(tag:a tag:b)"),
        ("--tag:a", "tag:a"),
        ("(tag:a (tag:b tag:c))", "tag:a tag:b tag:c"),
        ("tag:a OR (tag:b OR tag:c)", "tag:a OR tag:b OR tag:c"),
        ("tag:a (tag:b OR tag:c)", "tag:a (tag:b OR tag:c)"),
        ("age:>24h", "age:>1d"),
        ("before:21/11/2026", "created:<2026-11-21"),
        ('"hot water!"', '"hot water"'),
        ('"boiler"', "boiler"),
        ("was:p1", "was:status=p1"),
        ("was:priority=p1", "was:priority=1"),
        ("tag:a,a,b", "tag:a,b"),
        ('"OR"', '"OR"'),
    ],
)
def test_a_condition_has_one_canonical_text(text: str, canonical: str) -> None:
    assert str(read_condition(text)) == canonical


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "always"),
        ("status:new", "status is new"),
        ("-status:new,in_progress", "status is not new or in progress"),
        ('assignee:""', "there is no assignee"),
        ("priority:<=2", "priority is at most 2"),
        ("-priority:<=2", "priority is more than 2"),
        ("idle:>1d12h", "time since the last public message is more than 1 day 12 hours"),
        ("tag:vip", "it is tagged vip"),
        ('"hot water"', "subject or text has the words “hot water”"),
        ("changed:status", "status changed just now"),
        ("was:priority=3", "priority was 3 before"),
        ("created:<2026-11-21", "day it was opened is before 2026-11-21"),
        ("due:<0m", "it is overdue"),
        ("tag:a (tag:b OR tag:c)", "it is tagged a, and (it is tagged b, or it is tagged c)"),
        ("-(tag:a tag:b)", "it is not so that (it is tagged a, and it is tagged b)"),
    ],
)
def test_a_condition_is_said_in_plain_words(text: str, words: str) -> None:
    assert read_condition(text).words() == words


def test_the_first_part_that_fails_is_named() -> None:
    condition = read_condition("channel:email tag:loud type:incident")
    failing = condition.why_not(FACTS, AT)
    assert str(failing) == "tag:loud"
    assert read_condition("channel:email").why_not(FACTS, AT) is None


def test_only_the_alternatives_that_held_are_given_as_the_reason() -> None:
    condition = read_condition("channel:email (tag:loud OR tag:vip OR priority:2)")
    assert str(condition.that_held(FACTS, AT)) == "channel:email tag:vip"


def test_lengths_of_time_can_be_measured_in_working_hours() -> None:
    condition = read_condition("idle:>1h")
    assert condition.holds(FACTS, AT)
    assert not condition.holds(FACTS, AT, between=lambda start, end: timedelta(minutes=20))


def test_a_timed_condition_knows_when_it_may_begin_to_hold() -> None:
    condition = read_condition("tag:vip (idle:>=4h OR due:<10m)")
    assert condition.looks_at_time
    first, second = condition.turning_points(FACTS)
    assert (first, second) == (
        AT + timedelta(minutes=20, seconds=1),
        AT + timedelta(hours=2),
    )
    assert not condition.holds(FACTS, first - timedelta(seconds=1))
    assert condition.holds(FACTS, first)
    assert condition.holds(FACTS, second)


def test_a_condition_of_events_is_known_as_such() -> None:
    assert read_condition("tag:a OR changed:status").looks_at_events
    assert not read_condition("tag:a age:>3h").looks_at_events
    assert ALWAYS.is_always


def test_a_long_text_is_refused_before_it_is_read() -> None:
    for text in ("a " * 5000, "(" * 50 + "a" + ")" * 50, " ".join(f"tag:t{n}" for n in range(70))):
        with pytest.raises(BadCondition):
            read_condition(text)


_values = {
    Kind.WORD: st.sampled_from(["new", "in_progress", "vip", "e-mail"]),
    Kind.NAME: st.sampled_from(["IT", '"IT support"', '"a, b"', "none"]),
    Kind.PERSON: st.sampled_from(["ben", '"Ben Kaya"', "nobody"]),
    Kind.NUMBER: st.sampled_from(["1", "3", "5"]),
    Kind.TEXT: st.sampled_from(["boiler", '"hot water"', '"hot wat"*', "lea*"]),
    Kind.DAY: st.sampled_from(["2026-11-21", "2026-11", "1/2/2026"]),
    Kind.SPAN: st.sampled_from(["2h", "1d12h", "90m", "8d"]),
    Kind.DEADLINE: st.sampled_from(["2h", "0m", "3w"]),
    Kind.CHANGE: st.sampled_from(CHANGING),
    Kind.FORMER: st.sampled_from(["new", "status=new", 'group="IT support"', 'assignee=""']),
    Kind.CUSTOM: st.sampled_from(["1", '"Town Hall"', '"<5"', '"-x"']),
}


@st.composite
def _tests(draw: st.DrawFn) -> str:
    field = draw(st.sampled_from(FIELDS))
    if draw(st.booleans()):
        return draw(st.sampled_from(["boiler", '"hot water"', "lea*", '"10:30"', '"AND"']))
    values = st.sampled_from(field.values) if field.values else _values[field.kind]
    many = 1 if field.kind in (Kind.SPAN, Kind.DEADLINE) else draw(st.integers(1, 3))
    how = ">" if field.kind in (Kind.SPAN, Kind.DEADLINE) else ""
    if field.kind in (Kind.NUMBER, Kind.DAY) and draw(st.booleans()):
        how, many = draw(st.sampled_from(["<", "<=", ">", ">="])), 1
    return f"{field.name}:{how}{','.join(draw(values) for _ in range(many))}"


_conditions = st.recursive(
    _tests(),
    lambda inner: st.one_of(
        inner.map(lambda one: f"-({one})"),
        inner.map(lambda one: f"NOT ({one})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({' OR '.join(some)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({' '.join(some)})"),
    ),
    max_leaves=8,
)


@given(_conditions)
def test_the_canonical_text_reads_as_the_same_condition(text: str) -> None:
    condition = read_condition(text)
    again = read_condition(str(condition))
    assert again == condition
    assert str(again) == str(condition)
    assert condition.holds(FACTS, AT) is again.holds(FACTS, AT)
    assert condition.words()
    if condition.holds(FACTS, AT):
        assert condition.that_held(FACTS, AT).holds(FACTS, AT)
    else:
        assert condition.why_not(FACTS, AT) is not None


_pieces = [
    "(",
    ")",
    "-",
    "OR",
    "AND",
    "NOT",
    '"',
    ":",
    "*",
    ",",
    "<",
    ">=",
    "was:",
    "tag:",
    "custom.a:",
    "=",
    "a",
    "status",
    "due:",
    "2h",
    "2026",
    "é",
]
_noise = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*_pieces, " ", "\x00", "\u2003", *EVENTS, *FLAGS]), max_size=20).map(
        "".join
    ),
)


@given(_noise)
def test_no_text_raises_anything_but_the_fault(text: str) -> None:
    try:
        condition = read_condition(text)
    except Faulty:
        return
    assert read_condition(str(condition)) == condition
    condition.holds(FACTS, AT)
    condition.turning_points(FACTS)
    condition.words()
