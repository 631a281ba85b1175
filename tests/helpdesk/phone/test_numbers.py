"""Numbers and lengths as people write them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from config import BadSetting, Config
from helpdesk.people import numbers
from helpdesk.phone.lengths import length_of, seconds_in


@pytest.fixture
def irish(app: Flask) -> Iterator[None]:
    app.config["DESK_COUNTRY"] = "IE"
    yield
    del app.config["DESK_COUNTRY"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("020 7946 0000", "+442079460000"),
        ("tel:+44-20-7946-0000", "+442079460000"),
        ("44 20 7946 0000", "+442079460000"),
        ("+44 020 7946 0000", "+442079460000"),
        ("(020) 7946.0000", "+442079460000"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("60990", "60990"),
    ],
)
def test_a_number_has_one_form(app: Flask, typed: str, kept: str) -> None:
    assert numbers.normalise_phone(typed) == kept
    assert numbers.normalise_phone(kept) == kept


def test_a_number_without_a_calling_code_is_of_the_desks_own_country(irish: None) -> None:
    assert numbers.normalise_phone("01 679 6000") == "+35316796000"
    assert numbers.readable("+35316796000") == "(01) 679 6000"
    assert numbers.readable("+442079460000") == "+44 20 7946 0000"


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("020 79", None),
        ("0207946", "+44207946"),
        ("+44 207", None),
        ("+44 2079", "+442079"),
        ("Ada", None),
    ],
)
def test_what_is_still_being_typed_begins_a_number(
    app: Flask, typed: str, begins: str | None
) -> None:
    assert numbers.beginning_of(typed) == begins


@pytest.mark.parametrize("text", ["9" * 10_000, "+", "٠٢٠", "020\u202e7946", "-- --", "1;2"])
def test_hostile_figures_are_refused_quickly(app: Flask, text: str) -> None:
    assert numbers.spellings(text) == []


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("4", 240),
        ("4:30", 270),
        ("0:05", 5),
        ("1:02:03", 3723),
        ("35 s", 35),
        ("12 min", 720),
        ("4:75", None),
        ("-1", None),
        ("25:00:00", None),
        ("soon", None),
        ("٤", None),
    ],
)
def test_a_length_is_read_as_people_type_it(typed: str, seconds: int | None) -> None:
    assert seconds_in(typed) == seconds


@pytest.mark.parametrize("seconds", [0, 59, 60, 3599, 3600, 86_400])
def test_a_length_that_is_shown_can_be_typed(seconds: int) -> None:
    assert seconds_in(length_of(seconds)) == seconds


def test_a_country_is_two_letters(tmp_path: object) -> None:
    with pytest.raises(BadSetting, match="DESK_COUNTRY"):
        Config.from_environment({"DESK_COUNTRY": "England", "DESK_DATA_DIR": str(tmp_path)})
