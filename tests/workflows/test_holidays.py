"""Public holidays by country and region, as closures with their names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.workflows.walking import utc
from workflows.calendar import read_calendar
from workflows.faults import Faulty
from workflows.holidays import Region, holidays_in, read_region, regions

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def calendar(*regions: dict[str, str], **more: Any):
    return read_calendar(
        {"zone": "Europe/London", "weekly": WEEK, "public_holidays": list(regions), **more}
    )


ENGLAND, SCOTLAND, ULSTER = ({"country": "GB", "region": part} for part in ("ENG", "SCT", "NIR"))


@pytest.mark.parametrize(
    ("region", "day", "is_holiday"),
    [
        ("ENG", date(2024, 4, 1), True),
        ("SCT", date(2024, 4, 1), False),
        ("SCT", date(2024, 1, 2), True),
        ("ENG", date(2024, 1, 2), False),
        ("SCT", date(2024, 8, 5), True),
        ("WLS", date(2024, 8, 26), True),
        ("NIR", date(2024, 3, 18), True),
        ("NIR", date(2024, 7, 12), True),
        ("ENG", date(2022, 9, 19), True),
        ("ENG", date(2021, 12, 28), True),
    ],
)
def test_the_parts_of_the_kingdom_have_their_own_holidays(region: str, day: date, is_holiday: bool):
    assert (day in holidays_in(Region("GB", region), day.year)) is is_holiday


def test_a_public_holiday_is_closed_and_its_name_is_the_cause():
    stretches = calendar(ENGLAND).stretches(utc(2024, 12, 25), utc(2024, 12, 26))
    assert [(one.is_open, one.cause.name) for one in stretches] == [(False, "Christmas Day")]


def test_holidays_of_several_regions_are_all_closed():
    both = calendar(ENGLAND, SCOTLAND)
    assert both.between(utc(2024, 4, 1), utc(2024, 4, 2)) == timedelta()
    assert both.between(utc(2024, 1, 2), utc(2024, 1, 3)) == timedelta()


def test_a_date_with_hours_of_its_own_is_open_though_it_is_a_holiday():
    opened = {"date": "2024-12-26", "open": [["10:00", "12:00"]]}
    found = calendar(ENGLAND, holidays=[opened])
    assert found.between(utc(2024, 12, 26), utc(2024, 12, 27)) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("GB", ()),
        ({"country": "XX"}, ("country",)),
        ({"country": "gb"}, ("country",)),
        ({"country": None}, ("country",)),
        ({"country": "GB", "region": "LONDON"}, ("region",)),
        ({"country": "GB", "region": 3}, ("region",)),
        ({"country": "GB", "city": "London"}, ("city",)),
    ],
)
def test_a_region_that_is_not_known_is_said_at_its_place(entry: object, path: tuple[str, ...]):
    with pytest.raises(Faulty) as faulty:
        read_region(entry, ("public_holidays", 0))
    assert [fault.path for fault in faulty.value.faults] == [("public_holidays", 0, *path)]


def test_all_countries_can_be_chosen_from():
    assert regions()["GB"] == ("ENG", "NIR", "SCT", "WLS")
    assert len(regions()) > 100
