"""Forms: read with every fault at its place, asked in order, answered by what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.contact_answers import Problem, fields_of, read_answer, read_several, typed_of
from workflows.contact_form import ContactForm, Question, asked, filled_in, first_open
from workflows.contact_form_reading import read_contact_form
from workflows.faults import Faulty

BODY: dict[str, Any] = {
    "title": "Missed bin",
    "called": {"cy": "Bin heb ei gasglu"},
    "subject": "Missed bin: {where}",
    "questions": [
        {"name": "bin", "kind": "choice", "label": "Which bin?", "options": ["Food", "Glass"]},
        {"name": "smell", "kind": "yes_no", "label": "Does it smell?", "when": {"bin": "food"}},
        {"name": "rats", "kind": "text", "label": "Since when?", "when": {"smell": ["yes"]}},
        {"name": "where", "kind": "address", "label": "Where?"},
    ],
}


def form(**more: Any) -> ContactForm:
    return read_contact_form({**BODY, **more})


def question(kind: str, **more: Any) -> Question:
    said = {"name": "it", "kind": kind, "label": "It?", **more}
    return read_contact_form({"title": "T", "questions": [said]}).questions[0]


def names(answers: dict[str, Any]) -> list[str]:
    return [one.name for one in asked(form(), answers)]


def test_a_question_is_asked_only_after_the_answers_that_lead_to_it() -> None:
    assert names({}) == ["bin", "where"]
    assert names({"bin": "food"}) == ["bin", "smell", "where"]
    assert names({"bin": "food", "smell": "yes"}) == ["bin", "smell", "rats", "where"]


def test_an_answer_that_is_not_asked_for_any_more_leads_nowhere() -> None:
    assert names({"bin": "glass", "smell": "yes"}) == ["bin", "where"]


def test_the_first_question_that_nobody_dealt_with_comes_next() -> None:
    after = first_open(form(), {"bin": "glass"})
    assert after is not None
    assert after.name == "where"
    assert first_open(form(), {"bin": "glass", "where": None}) is None


def test_a_form_is_called_by_its_name_in_the_readers_language() -> None:
    assert form().title.in_("cy") == "Bin heb ei gasglu"
    assert form().title.in_("pl") == "Missed bin"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"title": ""}, "title"),
        ({"questions": []}, "questions"),
        ({"questions": [{"name": "Bad Name", "kind": "text", "label": "x"}]}, "questions.0.name"),
        ({"questions": [{"name": "check", "kind": "text", "label": "x"}]}, "questions.0.name"),
        ({"questions": [{"name": "a", "kind": "magic", "label": "x"}]}, "questions.0.kind"),
        ({"questions": [{"name": "a", "kind": "text"}]}, "questions.0.label"),
        ({"questions": [{"name": "a", "kind": "choice", "label": "x"}]}, "questions.0.options"),
        ({"questions": [{"name": "a", "kind": "group", "label": "x"}]}, "questions.0.questions"),
        (
            {"questions": [{"name": "a", "kind": "text", "label": "x", "when": {"b": "yes"}}]},
            "questions.0.when.b",
        ),
        (
            {
                "questions": [
                    {"name": "b", "kind": "yes_no", "label": "x"},
                    {"name": "a", "kind": "text", "label": "x", "when": {"b": "maybe"}},
                ]
            },
            "questions.1.when.b",
        ),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_fault_says_where_it_is(change: dict[str, Any], path: str) -> None:
    with pytest.raises(Faulty) as caught:
        form(**change)
    assert [".".join(map(str, one.path)) for one in caught.value.faults] == [path]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", {"it": ["  a \n b "]}, "a b"),
        ("text", {"it": ["a\u202eb\x00"]}, "ab"),
        ("long_text", {"it": [" one\r\ntwo "]}, "one\ntwo"),
        ("yes_no", {"it": ["no"]}, "no"),
        ("date", {"it-day": ["7"], "it-month": ["2"], "it-year": ["2026"]}, "2026-02-07"),
        ("email", {"it": [" Ada@Example.org "]}, "Ada@Example.org"),
        ("phone", {"it": ["(01632) 960 001"]}, "(01632) 960 001"),
        ("number", {"it": ["1,200.5"]}, "1200.5"),
        (
            "address",
            {"it-line1": ["14 Alder Row"], "it-town": ["Ambridge"], "it-postcode": ["ab1 2cd"]},
            {"line1": "14 Alder Row", "line2": "", "town": "Ambridge", "postcode": "AB1 2CD"},
        ),
    ],
)
def test_what_was_typed_is_kept_as_it_was_meant(
    kind: str, typed: dict[str, list[str]], value: Any
) -> None:
    read = read_answer(question(kind), typed)
    assert read.value == value
    assert not read.problems


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("text", {}, "it"),
        ("text", {"it": ["x" * 301]}, "it"),
        ("long_text", {"it": ["x" * 20_001]}, "it"),
        ("yes_no", {"it": ["perhaps"]}, "it"),
        ("date", {"it-day": ["31"], "it-month": ["2"], "it-year": ["2026"]}, "it-day"),
        ("date", {"it-day": ["3"], "it-year": ["2026"]}, "it-month"),
        ("date", {"it-day": ["٣"], "it-month": ["2"], "it-year": ["2026"]}, "it-day"),
        ("email", {"it": ["ada at example"]}, "it"),
        ("email", {"it": ["a@b.c,d@e.f"]}, "it"),
        ("phone", {"it": ["call me"]}, "it"),
        ("number", {"it": ["twelve"]}, "it"),
        ("address", {"it-line1": ["14 Alder Row"], "it-postcode": ["AB1"]}, "it-town"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(
    kind: str, typed: dict[str, list[str]], field: str
) -> None:
    read = read_answer(question(kind), typed)
    assert read.value is None
    assert list(read.problems) == [field]


def test_what_may_be_left_out_is_no_problem() -> None:
    assert not read_answer(question("text", required=False), {}).problems


def test_a_number_keeps_within_its_bounds() -> None:
    bounded = question("number", min=1, max=5)
    assert read_answer(bounded, {"it": ["0"]}).problems["it"] == Problem(
        "Type a number of at least %(least)s.", {"least": "1"}
    )
    assert "it" in read_answer(bounded, {"it": ["6"]}).problems
    assert read_answer(bounded, {"it": ["5"]}).value == "5"


def test_only_what_is_offered_can_be_chosen() -> None:
    several = question("several", options=["One", "Two"])
    assert read_answer(several, {"it": ["one", "one", "two"]}).value == ["one", "two"]
    assert "it" in read_answer(several, {"it": ["three"]}).problems


@pytest.mark.parametrize(
    ("kind", "value"),
    [("text", "x"), ("date", "2026-02-07"), ("several", ["one"])],
)
def test_what_was_answered_stands_in_the_fields_again(kind: str, value: Any) -> None:
    asked_for = question(kind, options=["One"]) if kind == "several" else question(kind)
    typed = typed_of(asked_for, value)
    assert set(typed) == set(fields_of(asked_for))
    assert read_answer(asked_for, typed).value == value


def test_questions_of_one_page_are_read_together() -> None:
    group = question("group", questions=[{"name": "make", "kind": "text", "label": "Make"}])
    assert read_several(group.questions, {"make": ["Ford"]}).value == {"make": "Ford"}
    assert read_several(group.questions, {}).problems


def test_a_subject_takes_in_answers_and_computes_nothing() -> None:
    said = {"where": "14 Alder Row", "evil": "{where.__class__}"}
    assert filled_in("Missed bin: {where}", said) == "Missed bin: 14 Alder Row"
    assert filled_in("Missed bin: {nothing}", said) == "Missed bin"
    assert filled_in("{evil}", said) == "{where.__class__}"
