"""A CSV file as somebody's spreadsheet wrote it: understood where it can be, and every bad line named."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.answers.csv_reading import LARGEST_FILE, ReadTable, decode, read_table
from workflows.faults import Faulty
from workflows.services import FieldKind

HEAD = b"Postcode,Day\n"


def read(body: bytes, kind: FieldKind = FieldKind.POSTCODE, **more: Any) -> ReadTable:
    return read_table(body, **{"key_column": "Postcode", "key_kind": kind, **more})


@pytest.mark.parametrize(
    ("body", "encoding", "day"),
    [
        (HEAD + "SW1A 1AA,dydd Sadŵrn".encode(), "utf-8", "dydd Sadŵrn"),
        (b"\xef\xbb\xbf" + HEAD + b"SW1A 1AA,Monday", "utf-8", "Monday"),
        ("Postcode,Day\nSW1A 1AA,Café".encode("utf-16"), "utf-16", "Café"),
        (HEAD + b"SW1A 1AA,Caf\xe9 \x96 Monday", "windows-1252", "Café – Monday"),
        (b"Postcode;Day\r\nSW1A 1AA;Monday\r\n", "utf-8", "Monday"),
        (b"Postcode\tDay\nSW1A 1AA\tMonday", "utf-8", "Monday"),
        (HEAD + b'SW1A 1AA,"Monday, weekly"', "utf-8", "Monday, weekly"),
        (HEAD + b'SW1A 1AA,"Monday\nand Friday"', "utf-8", "Monday\nand Friday"),
        (HEAD + b"\n\nSW1A 1AA,Monday\n,\n", "utf-8", "Monday"),
        (HEAD + "SW1A 1AA,Mon\u202eday\u200b".encode(), "utf-8", "Monday"),
        (HEAD + b"SW1A 1AA,-3.5", "utf-8", "-3.5"),
        (HEAD + b"SW1A 1AA,+44 20 7946 0000", "utf-8", "+44 20 7946 0000"),
    ],
)
def test_a_file_is_understood(body: bytes, encoding: str, day: str) -> None:
    table = read(body)

    assert (table.encoding, table.bad) == (encoding, [])
    assert [(row.key, row.values[1]) for row in table.rows] == [("SW1A1AA", day)]


def test_a_file_is_read_in_the_encoding_somebody_names() -> None:
    table = read(HEAD + "SW1A 1AA,dydd Sadŵrn".encode("iso-8859-14"), encoding="iso-8859-14")

    assert table.rows[0].values[1] == "dydd Sadŵrn"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"SW1A 1AA", "1 cells where the first line has 2"),
        (b"SW1A 1AA,Monday,Tuesday", "3 cells"),
        (b"nowhere,Monday", "not a full postcode"),
        (b",Monday", "Write something"),
        (b"SW1A 1AA,=cmd|' /C calc'!A0", "a formula"),
        (b"SW1A 1AA,@SUM(A1)", "a formula"),
        (b"SW1A 1AA,+A1+A2", "a formula"),
        (b"SW1A 1AA,-2+3+cmd|' /C calc'!A0", "a formula"),
        (b'SW1A 1AA,"\t=1+1"', "a formula"),
        (b"SW1A 1AA,Mon\x00day", "a NUL"),
        (b"SW1A 1AA," + b"x" * 2_001, "more than 2000 characters"),
        (b"SW1A 1AA," + b"x" * 200_000, "far too long"),
    ],
)
def test_a_bad_line_is_left_out_and_named(line: bytes, why: str) -> None:
    table = read(HEAD + b"SW1A 2AA,Tuesday\n" + line + b"\nSW1A 3AA,Friday\n")

    assert [row.key for row in table.rows] == ["SW1A2AA", "SW1A3AA"]
    assert [bad.line for bad in table.bad] == [3]
    assert why in str(table.bad[0].fault)


def test_lines_after_one_with_breaks_keep_their_numbers() -> None:
    table = read(HEAD + b'SW1A 1AA,"Monday\nand\nFriday"\nnowhere,Monday\n')

    assert [bad.line for bad in table.bad] == [5]


def test_a_quotation_mark_that_is_not_closed_does_not_swallow_the_file_unsaid() -> None:
    table = read(HEAD + b"SW1A 2AA,Tuesday\n" + b'SW1A 1AA,"Monday\n' + b"SW1A 3AA,Friday\n" * 40)

    assert [(bad.line, "quotation mark" in str(bad.fault)) for bad in table.bad] == [(3, True)]


def test_mixed_encodings_are_named_by_line() -> None:
    body = HEAD + "SW1A 1AA,Café\n".encode() + b"SW1A 2AA,Caf\xe9\n" + b"SW1A 3AA,Monday\n"

    table = read(body)

    assert table.encoding == "utf-8"
    assert [row.values[1] for row in table.rows] == ["Café", "Monday"]
    assert [bad.line for bad in table.bad] == [3]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"Street,Day\nOak Road,Monday", "no column"),
        (b"Postcode,Postcode\nSW1A 1AA,x", "Two columns"),
        (b"Postcode,\nSW1A 1AA,x", "Column 2 has no name"),
        (b"Postcode,Day\nnowhere,Monday", "No line"),
        (b"P\x00o\x00s\x00t\x00c\x00o\x00d\x00e\x00,\x00D\x00\n\x00", "UTF-16"),
        (b",".join(b"c%d" % number for number in range(41)), "at most 40 columns"),
        (b"Postcode,Day\nSW1A 1AA,\x81\n", "not written in windows-1252"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(body: bytes, why: str) -> None:
    with pytest.raises(Faulty, match=why):
        read(body)


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(Faulty, match="20 MB"):
        decode(b"x" * (LARGEST_FILE + 1))


def test_a_table_with_too_many_rows_is_refused() -> None:
    with pytest.raises(Faulty, match="at most 2 rows"):
        read(HEAD + b"SW1A 1AA,Monday\n" * 3, most_rows=2)


def test_no_more_bad_lines_are_kept_than_anybody_reads() -> None:
    table = read(HEAD + b"SW1A 1AA,Monday\n" + b"nowhere,Monday\n" * 500)

    assert (len(table.bad), table.bad_count) == (200, 500)
