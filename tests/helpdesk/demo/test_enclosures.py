"""The files of the demo desk open in the programs they are made for."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from pypdf import PdfReader

from helpdesk.core.clock import StoppedClock
from helpdesk.demo.enclosures import make_file
from helpdesk.demo.scripts import BadContent


def test_a_document_is_a_pdf_whose_words_can_be_read(clock: StoppedClock) -> None:
    file = make_file("tenancy-agreement.pdf", about="New tenant (flat 2)", who="Zoë O'Dowd")
    page = PdfReader(io.BytesIO(file.body)).pages[0].extract_text()
    assert "Tenancy agreement" in page
    assert "Concerning: New tenant (flat 2)" in page


def test_a_picture_is_a_whole_png(clock: StoppedClock) -> None:
    body = make_file("pothole.png", about="A hole", who="Ada Byrne").body
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", body[16:24])
    length = struct.unpack(">I", body[33:37])[0]
    pixels = zlib.decompress(body[41 : 41 + length])
    assert len(pixels) == height * (width * 3 + 1)


def test_pictures_of_different_things_differ(clock: StoppedClock) -> None:
    one = make_file("pothole.png", about="A hole", who="Ada Byrne").body
    assert one != make_file("bench.png", about="A hole", who="Ada Byrne").body


def test_a_table_has_a_row_for_each_year(clock: StoppedClock) -> None:
    rows = (
        make_file("figures.csv", about="Parking income", who="Ada Byrne").body.decode().splitlines()
    )
    assert len({row.count(",") for row in rows}) == 1
    assert len(rows) == 6


def test_an_ending_we_do_not_know_is_refused(clock: StoppedClock) -> None:
    with pytest.raises(BadContent):
        make_file("letter.docx", about="A letter", who="Ada Byrne")
