"""Tables of answers: uploaded in versions, compared, put live by one at a time, taken back, and quick to look up."""

from __future__ import annotations

import threading
import time
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.answers import tables
from helpdesk.answers.csv_reading import read_table
from helpdesk.answers.models import AnswerTableRow
from helpdesk.answers.tables import Settings, look_up
from helpdesk.core.db import db as database
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from tests.cast import Cast
from tests.helpdesk.answers.desk import BINS, make_table, put_live
from workflows.services import FieldKind

NEW_BINS = BINS.replace(b",Monday", b",Friday").replace(b"SW1A 2AA,10", b"SW1A 3AA,10")


def day_of(key: str, name: str = "bins") -> list[str]:
    found = look_up(name, key)
    return [row["day"] for row in found.rows] if found else []


def upload(table: Any, body: bytes = NEW_BINS) -> Any:
    read = read_table(body, key_column="Postcode", key_kind=FieldKind.POSTCODE)
    return tables.upload(table, read, as_of=date(2026, 11, 16), by=None, cause="test")


def test_what_is_uploaded_answers_nobody_until_it_is_put_live(cast: Cast) -> None:
    table = make_table()
    with unit_of_work():
        version = upload(table)
    assert day_of("SW1A1AA") == ["Monday"]

    with unit_of_work():
        tables.publish(table, version.number, seen=1, by=None, cause="test")

    assert day_of("SW1A1AA") == ["Friday"]


def test_a_version_is_taken_back_by_putting_the_one_before_live(cast: Cast) -> None:
    table = make_table()
    with unit_of_work():
        put_live(table, NEW_BINS)

    with unit_of_work():
        tables.publish(table, 1, seen=2, by=None, cause="test")

    assert day_of("SW1A1AA") == ["Monday"]


def test_the_difference_is_counted_by_key(cast: Cast) -> None:
    table = make_table()
    with unit_of_work():
        difference = upload(table).difference

    counted = {name: difference[name] for name in ("added", "gone", "changed", "same")}
    assert counted == {"added": 1, "gone": 0, "changed": 2, "same": 0}
    assert ["SW1A1AA", "SW1A 1AA, 1 Palace Road, North, Monday"] in [
        example[:2] for example in difference["examples"]
    ]


def test_the_difference_is_made_anew_when_something_else_went_live(cast: Cast) -> None:
    table = make_table()
    with unit_of_work():
        version = upload(table)
        put_live(table, NEW_BINS)

    with unit_of_work():
        tables.compare_again(table, tables.access_version(table, version.number))

    assert tables.access_version(table, version.number).difference["changed"] == 0


def test_who_saw_another_version_live_puts_none_live(cast: Cast) -> None:
    table = make_table()
    with unit_of_work():
        version = upload(table)
        put_live(table, BINS)

    with pytest.raises(Conflict), unit_of_work():
        tables.publish(table, version.number, seen=1, by=None, cause="test")


def test_of_two_who_publish_at_once_one_does(app: Flask, cast: Cast) -> None:
    table = make_table()
    with unit_of_work():
        numbers = [upload(table).number, upload(table, BINS).number]
    table_id, done, start = table.id, list[int](), threading.Barrier(2)

    def publish(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    row = tables.lock(table_id)
                    tables.publish(row, number, seen=1, by=None, cause="test")
                done.append(number)
            except Conflict:
                pass
            finally:
                database.session.remove()

    both = [threading.Thread(target=publish, args=(number,)) for number in numbers]
    for one in both:
        one.start()
    for one in both:
        one.join()

    database.session.rollback()
    database.session.expire_all()
    assert [tables.find_table("bins").live_number] == done


def test_old_versions_give_up_their_rows_and_cannot_be_taken_up(cast: Cast) -> None:
    table = make_table()
    with unit_of_work():
        for _time in range(6):
            put_live(table, BINS)

    kept = [one.number for one in tables.versions_of(table) if one.rows_kept]
    assert kept == [7, 6, 5, 4]
    with pytest.raises(Invalid), unit_of_work():
        tables.publish(table, 1, seen=7, by=None, cause="test")


@pytest.mark.parametrize("as_of", [date(1999, 12, 31), date(2026, 11, 30)])
def test_the_day_of_the_facts_is_neither_long_ago_nor_to_come(cast: Cast, as_of: date) -> None:
    table = make_table()

    with pytest.raises(Invalid), unit_of_work():
        put_live(table, BINS, as_of=as_of)


def test_the_key_of_a_table_that_has_rows_stays(cast: Cast) -> None:
    table = make_table()

    with pytest.raises(Invalid), unit_of_work():
        tables.change(table, Settings("Bins", "Address", FieldKind.TEXT), by=None, cause="test")


def test_a_name_is_taken_once(cast: Cast) -> None:
    make_table()

    with pytest.raises(Invalid), unit_of_work():
        tables.create("bins", Settings("Bins", "Postcode"), by=None, cause="test")


def test_a_hundred_thousand_rows_are_looked_up_at_once(cast: Cast) -> None:
    rows = b"\n".join(b"%d,Street %d,Monday" % (number, number) for number in range(100_000))
    make_table("streets", b"UPRN,Street,Day\n" + rows, key_column="UPRN", key_kind=FieldKind.NUMBER)

    started = time.perf_counter()
    database.session.scalars(select(AnswerTableRow.values)).all()
    one_reading = time.perf_counter() - started
    started = time.perf_counter()
    for number in range(0, 100_000, 5_000):
        assert day_of(str(number), "streets") == ["Monday"]

    # Twenty look-ups; far more than they take on a machine that does something else meanwhile.
    assert time.perf_counter() - started < 10 * one_reading
