"""read_table(): a CSV file as rows under keys. What cannot be used is named by its line, and left out.

Pure. A file comes from somebody's spreadsheet: the encoding is guessed with care, the sign between cells is found in the
first line, and cells that are formulas are refused, since what a person is told must be what the file says.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from workflows.faults import N_, Fault, Faulty, fault
from workflows.service_fields import tidy
from workflows.services import FieldKind

LARGEST_FILE: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 40
LONGEST_CELL: Final = 2_000
MOST_FAULTS: Final = 200
# A quotation mark that is opened and not closed takes what follows into one cell; no honest cell has so many lines.
_MOST_LINES: Final = 30
ENCODINGS: Final = ("utf-8", "utf-16", "windows-1252", "iso-8859-14")
_DELIMITERS: Final = (",", ";", "\t", "|")
_FORMULA: Final = re.compile(r"[=@]|[+\-](?![\d.,\s()+\-/]*$)")


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was left out: its number in the file, counted from 1, and why."""

    line: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class ReadRow:
    key: str
    values: tuple[str, ...]


@dataclass(slots=True)
class ReadTable:
    """A file as it was understood. `accented` are lines by which a person sees whether the encoding was guessed well."""

    columns: tuple[str, ...]
    titles: tuple[str, ...]
    encoding: str
    rows: list[ReadRow] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    bad_count: int = 0
    accented: list[str] = field(default_factory=list)


def read_table(
    body: bytes,
    *,
    key_column: str,
    key_kind: FieldKind,
    encoding: str = "",
    most_rows: int = MOST_ROWS,
) -> ReadTable:
    """The rows of a file. Raises Faulty for a file that cannot be used at all."""
    text, chosen, broken = decode(body, encoding)
    records = _records(text)
    titles = next((record for _line, record in records if any(record)), None)
    if titles is None:
        raise fault((), N_("The file is empty. Its first line names the columns."))
    columns = column_names(titles)
    key = column_names([key_column])[0] if key_column else columns[0]
    if key not in columns:
        raise fault(
            ("key_column",),
            N_("The file has no column “%(name)s”; it has: %(all)s."),
            name=key_column,
            all=", ".join(columns),
        )
    table = ReadTable(columns, tuple(titles), chosen)
    _take(table, records, columns.index(key), key_kind, broken)
    if len(table.rows) > most_rows:
        raise fault((), N_("A table has at most %(most)d rows."), most=most_rows)
    if not table.rows:
        raise Faulty(
            Fault((), N_("No line of the file can be used.")),
            *[
                Fault((), N_("Line %(line)d: %(why)s"), {"line": one.line, "why": str(one.fault)})
                for one in table.bad[:5]
            ],
        )
    return table


def column_names(titles: Sequence[str]) -> tuple[str, ...]:
    """What columns are called in texts: small letters, digits and _. Raises Faulty for what cannot be told apart."""
    if len(titles) > MOST_COLUMNS:
        raise fault((), N_("A table has at most %(most)d columns."), most=MOST_COLUMNS)
    names = tuple(_column_name(title) for title in titles)
    for at, name in enumerate(names):
        if not name:
            raise fault((), N_("Column %(number)d has no name in the first line."), number=at + 1)
        if name in names[:at]:
            raise fault((), N_("Two columns are called “%(name)s”."), name=name)
    return names


def _column_name(title: str) -> str:
    apart = unicodedata.normalize("NFKD", title.strip()[:200]).casefold()
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60]
    return f"c_{name}"[:60] if name[:1].isdigit() else name


def decode(body: bytes, encoding: str = "") -> tuple[str, str, frozenset[int]]:
    """The text of a file, its encoding, and the numbers of lines that do not fit it. Raises Faulty.

    UTF-8 is recognised by itself. What is not UTF-8 anywhere is taken for Windows-1252, as spreadsheets write it; where
    some lines are UTF-8 and others are not, the file is UTF-8 and the others are named.
    """
    if len(body) > LARGEST_FILE:
        raise fault((), N_("A file has at most %(most)d MB."), most=LARGEST_FILE // 1_048_576)
    if encoding:
        return _decoded(body, encoding), encoding, frozenset()
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(body, "utf-16"), "utf-16", frozenset()
    if body[:2_000].count(0) * 4 > len(body[:2_000]):
        raise fault((), N_("This looks like UTF-16. Save the file as CSV UTF-8."))
    try:
        return body.decode("utf-8-sig"), "utf-8", frozenset()
    except UnicodeDecodeError:
        return _guessed(body)


def _guessed(body: bytes) -> tuple[str, str, frozenset[int]]:
    broken, fits = set[int](), False
    for number, line in enumerate(body.splitlines(), 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8-sig")
            fits = True
        except UnicodeDecodeError:
            broken.add(number)
    if fits:
        return body.decode("utf-8-sig", "replace"), "utf-8", frozenset(broken)
    return _decoded(body, "windows-1252"), "windows-1252", frozenset()


def _decoded(body: bytes, encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise fault(("encoding",), N_("Choose one of: %(all)s."), all=", ".join(ENCODINGS))
    try:
        return body.decode("utf-8-sig" if encoding == "utf-8" else encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as unfit:
        line = body.count(b"\n", 0, unfit.start) + 1
        raise fault(
            ("encoding",),
            N_("Line %(line)d is not written in %(name)s. Save the file as CSV UTF-8."),
            line=line,
            name=encoding,
        ) from unfit


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line it begins in; one that is too long for a cell is empty but for a NUL."""
    head = text[:10_000].split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=lambda sign: (head.count(sign), -_DELIMITERS.index(sign)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A cell larger than the library reads.
            record = ["\x00"]
        yield begins, record if reader.line_num - begins < _MOST_LINES else ["\x00"]
        begins = reader.line_num + 1


def _take(
    table: ReadTable,
    records: Iterator[tuple[int, list[str]]],
    key_at: int,
    key_kind: FieldKind,
    broken: frozenset[int],
) -> None:
    for line, record in records:
        if not any(cell.strip() for cell in record):
            continue
        try:
            if line in broken:
                raise fault((), N_("It is not written in UTF-8, as other lines are."))
            row = _row(table, record, key_at, key_kind)
        except Faulty as faulty:
            table.bad_count += 1
            if len(table.bad) < MOST_FAULTS:
                table.bad.append(BadLine(line, faulty.faults[0]))
            continue
        table.rows.append(row)
        if len(table.accented) < 3 and not all(cell.isascii() for cell in row.values):
            table.accented.append(", ".join(row.values)[:120])


def _row(table: ReadTable, record: Sequence[str], key_at: int, key_kind: FieldKind) -> ReadRow:
    if "\x00" in record[0] and len(record) == 1:
        raise fault((), N_("A cell is far too long, or a quotation mark is not closed."))
    if len(record) != len(table.columns):
        raise fault(
            (),
            N_("It has %(found)d cells where the first line has %(wanted)d."),
            found=len(record),
            wanted=len(table.columns),
        )
    cells = tuple(_cell(cell, table.titles[at]) for at, cell in enumerate(record))
    return ReadRow(tidy(key_kind, cells[key_at]), cells)


def _cell(cell: str, title: str) -> str:
    text = cell.strip()
    if "\x00" in text:
        raise fault((), N_("There is a NUL in “%(name)s”."), name=title)
    if len(text) > LONGEST_CELL:
        raise fault(
            (), N_("“%(name)s” has more than %(most)d characters."), name=title, most=LONGEST_CELL
        )
    if _FORMULA.match(text):
        raise fault((), N_("“%(name)s” is a formula, not a value."), name=title)
    if text.isprintable():
        return text
    # Marks that change the direction of reading, and signs that steer a machine, have no business in an answer.
    return "".join(
        sign
        for sign in text
        if sign in "\n" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs")
    )
