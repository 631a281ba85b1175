"""Reading the text of attachments, whatever is sent."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from helpdesk.search.extracting import LARGEST_FILE, LONGEST_TEXT, can_be_read, text_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def a_docx(*paragraphs: str, head: str = "") -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return zipped(
        {
            "word/document.xml": f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        }
    )


def zipped(parts: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return made.getvalue()


def a_pdf(text: str) -> bytes:
    """A page with one line, as small as the format allows."""
    stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj" % number + one + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        made
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(made)
    )


def test_the_text_of_a_pdf_is_read() -> None:
    assert text_of(a_pdf("Planning notice"), "application/pdf", "notice.pdf") == "Planning notice"


def test_the_text_of_a_word_file_is_read_paragraph_by_paragraph() -> None:
    assert text_of(a_docx("Caf&#233; licence", "granted"), DOCX, "x.docx") == "Café licence granted"


def test_the_ending_tells_the_kind_when_the_type_does_not() -> None:
    assert can_be_read("application/octet-stream", "x.DOCX")
    assert not can_be_read("image/png", "x.png")
    assert not can_be_read("application/zip", "x.zip")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Grüße".encode(), "Grüße"),
        ("\ufeffGrüße".encode(), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Grüße".encode("cp1252"), "Grüße"),
        (b"\x00\x01\x02binary", ""),
        (b"", ""),
    ],
)
def test_plain_text_is_read_in_the_encodings_people_use(body: bytes, text: str) -> None:
    assert text_of(body, "text/plain", "x.txt") == text


def test_entities_and_document_types_are_refused() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    assert text_of(a_docx("&b;", head=bomb), DOCX, "x.docx") == ""


def test_an_archive_that_swells_is_read_up_to_a_limit() -> None:
    swelling = a_docx(*["boiler " * 100_000] * 30)
    assert len(swelling) < 1_000_000
    assert len(text_of(swelling, DOCX, "x.docx")) <= LONGEST_TEXT


def test_a_file_that_is_too_large_is_not_opened() -> None:
    assert text_of(b"a " * (LARGEST_FILE // 2 + 1), "text/plain", "x.txt") == ""


@pytest.mark.parametrize("kind", ["application/pdf", DOCX, "text/plain"])
def test_damaged_files_have_no_text_and_raise_nothing(kind: str) -> None:
    source = random.Random(3)
    whole = {"application/pdf": a_pdf("words"), DOCX: a_docx("words")}.get(kind, b"words")
    for _ in range(60):
        harmed = bytearray(whole)
        for _bite in range(source.randint(1, 12)):
            harmed[source.randrange(len(harmed))] = source.randrange(256)
        assert (
            len(text_of(bytes(harmed[: source.randint(0, len(harmed))]), kind, "x")) <= LONGEST_TEXT
        )
