"""The text of attachments: PDF, Word and plain text, within limits that a hostile file cannot pass."""

from __future__ import annotations

import codecs
import io
import logging
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

import pypdf
from pypdf.errors import PyPdfError

log = logging.getLogger(__name__)

LARGEST_FILE = 20_000_000
LARGEST_PART = 8_000_000
LONGEST_TEXT = 100_000
MOST_PAGES = 200
MOST_SECONDS = 10.0

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What a Word file keeps its words in; nothing else of it is opened.
_DOCX_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")

# What a damaged or hostile file makes the readers raise. Python's own kinds are here because pypdf and zipfile let them
# through; a file that cannot be read has no text, and that is all there is to say of it.
_UNREADABLE = (
    PyPdfError,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
)


def can_be_read(content_type: str, name: str) -> bool:
    """Whether a file of this kind holds text that we know how to read."""
    return _reader(content_type, name) is not None


def text_of(body: bytes, content_type: str, name: str) -> str:
    """The text of a file, "" if there is none to be read. Never raises."""
    reader = _reader(content_type, name)
    if reader is None or len(body) > LARGEST_FILE:
        return ""
    try:
        found = "".join(_limited(reader(body)))
    except _UNREADABLE as error:
        log.info("A file could not be read for the search index: %s.", type(error).__name__)
        return ""
    return " ".join(found.replace("\x00", " ").split())[:LONGEST_TEXT]


def _reader(content_type: str, name: str) -> Callable[[bytes], Iterator[str]] | None:
    kind, ending = content_type.partition(";")[0].strip().lower(), name.rpartition(".")[2].lower()
    if kind == "application/pdf" or ending == "pdf":
        return _pdf
    if kind == _DOCX or ending == "docx":
        return _docx
    if kind in ("text/plain", "text/csv", "text/markdown") or ending in ("txt", "csv", "md", "log"):
        return _plain
    return None


def _limited(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces of a text until it is long enough or has taken long enough."""
    length, ends = 0, time.monotonic() + MOST_SECONDS
    for piece in pieces:
        yield piece
        length += len(piece)
        if length >= LONGEST_TEXT or time.monotonic() > ends:
            return


def _pdf(body: bytes) -> Iterator[str]:
    document = pypdf.PdfReader(io.BytesIO(body), strict=False)
    if document.is_encrypted and not document.decrypt(""):
        return
    for number, page in enumerate(document.pages):
        if number >= MOST_PAGES:
            return
        yield page.extract_text() + "\n"


def _docx(body: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in sorted(archive.namelist()):
            if _DOCX_PARTS.fullmatch(name):
                # The size that the archive claims is not believed; reading stops at our own limit.
                with archive.open(name) as part:
                    yield _words_of_xml(part.read(LARGEST_PART))


def _words_of_xml(markup: bytes) -> str:
    """The text inside w:t elements. Entities and document types are refused, so nothing can expand."""
    pieces: list[str] = []
    inside = False

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal inside
        inside = name.endswith(":t")
        if name.endswith((":p", ":tab", ":br", ":tr")):
            pieces.append(" ")

    def end(_name: str) -> None:
        nonlocal inside
        inside = False

    def characters(text: str) -> None:
        if inside:
            pieces.append(text)

    def refuse(*_what: object) -> None:
        raise ValueError("A document type in a Word file.")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.Parse(markup, len(markup) < LARGEST_PART)
    return "".join(pieces)


def _plain(body: bytes) -> Iterator[str]:
    head = body[: LONGEST_TEXT * 4]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield head.decode("utf-16", "replace")
    elif b"\x00" in head[:1000]:
        return
    else:
        try:
            yield head.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # Cut in the midst of a letter at our own limit, it still is UTF-8.
            is_cut = error.start > len(head) - 4 and len(body) > len(head)
            yield head.decode("utf-8" if is_cut else "cp1252", "replace")
