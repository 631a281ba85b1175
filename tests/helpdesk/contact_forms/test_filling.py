"""A form all on one page: what is asked by now, and what its fields come to."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.contact_forms.filling import Filling
from workflows.contact_form_reading import read_contact_form

CARS = {
    "name": "cars",
    "kind": "group",
    "label": "Cars?",
    "required": False,
    "most": 3,
    "questions": [{"name": "plate", "kind": "text", "label": "Plate"}],
}


def filling(*questions: dict[str, Any], **typed: str) -> Filling:
    form = read_contact_form({"title": "Form", "questions": list(questions)})
    fields = {name.replace("__", "-"): (said,) if said else () for name, said in typed.items()}
    return Filling("form", 1, form, fields)


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("date", "2026-03-27", "2026-03-27"),
        ("date", "27 3 2026", "2026-03-27"),
        ("date", "27/3/2026", "2026-03-27"),
        ("phone", "01632 960 001", "01632 960 001"),
        ("number", "3.5", "3.5"),
        ("text", "a\nb", "a b"),
        ("yes_no", "yes", "yes"),
    ],
)
def test_what_stands_in_a_field_is_the_answer(kind: str, said: str, value: str) -> None:
    read = filling({"name": "one", "kind": kind, "label": "One?"}, one=said).read()
    assert (read.values, read.problems, read.unseen) == ({"one": value}, {}, False)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("date", "soon"),
        ("date", "31 2 2026"),
        ("date", ""),
        ("phone", "none"),
        ("number", "many"),
        ("email", "ada"),
        ("text", "x" * 301),
        ("yes_no", "maybe"),
        ("files", ""),
    ],
)
def test_what_cannot_be_used_is_said_at_the_one_field_there_is(kind: str, said: str) -> None:
    read = filling({"name": "one", "kind": kind, "label": "One?"}, one=said).read()
    assert (read.values, [*read.problems]) == ({"one": None}, ["one"])


def test_the_parts_of_an_address_have_fields_of_their_own() -> None:
    made = filling(
        {"name": "where", "kind": "address", "label": "Where?"},
        where__line1="14 Alder Row",
        where__line2="",
        where__town="",
        where__postcode="ab1 2cd",
    )
    assert [*made.read().problems] == ["where-town"]


def test_a_condition_follows_what_stands_in_the_form_now() -> None:
    questions = (
        {"name": "help", "kind": "yes_no", "label": "Help?"},
        {"name": "how", "kind": "text", "label": "How?", "when": {"help": ["yes"]}},
    )
    assert [one.name for one in filling(*questions).questions()] == ["help"]
    assert [one.name for one in filling(*questions, help="yes").questions()] == ["help", "how"]
    assert filling(*questions, help="yes").read().unseen
    assert filling(*questions, help="no", how="So.").read().values == {"help": "no"}


def test_of_a_group_what_was_left_blank_counts_for_nothing() -> None:
    made = filling(CARS).with_one_more("cars").with_one_more("cars")
    assert [*made.fields(made.form.questions[0])] == ["cars.0.plate", "cars.1.plate"]
    typed = {"cars.0.plate": (), "cars.1.plate": ("X1",)}
    read = Filling("form", 1, made.form, typed, made.more).read()
    assert (read.values, read.problems) == ({"cars": [{"plate": "X1"}]}, {})


def test_a_group_takes_no_more_than_its_most() -> None:
    made = filling(CARS)
    for _turn in range(9):
        made = made.with_one_more("cars")
    assert made.count(made.form.questions[0]) == 3
