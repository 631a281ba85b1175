"""The files that people of the demo desk attach: small pictures, documents, tables and logs, made here."""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta
from random import Random

from helpdesk.core import clock
from helpdesk.demo.scripts import BadContent
from helpdesk.tickets.conversation import NewFile

WIDTH, HEIGHT = 480, 320
_PDF_LINES = 46


def make_file(name: str, *, about: str, who: str) -> NewFile:
    """A file of this name; its ending says what it is. Raises BadContent for an ending we cannot make."""
    ending = name.rpartition(".")[2]
    title = name.rpartition(".")[0].replace("-", " ").capitalize()
    if ending == "png":
        return NewFile(name, "image/png", picture(name))
    if ending == "pdf":
        return NewFile(name, "application/pdf", document(title, _page(title, about, who)))
    if ending == "csv":
        return NewFile(name, "text/csv", _table(about).encode("utf-8"))
    if ending == "txt":
        return NewFile(name, "text/plain", _log(name, about, who).encode("utf-8"))
    raise BadContent(f"No file can be made that is called {name}.")


def picture(name: str) -> bytes:
    """A PNG of a simple scene; the same for the same name."""
    rng = Random(name)
    sky = [rng.randint(150, 215) for _ in range(3)]
    ground = [rng.randint(70, 130) for _ in range(3)]
    horizon = rng.randint(110, 180)
    rows = [_shade(sky, 1 - row / 900) for row in range(horizon)]
    rows += [_shade(ground, 1 - (row - horizon) / 500) for row in range(horizon, HEIGHT)]
    for _ in range(rng.randint(5, 9)):
        _paint_block(rows, rng, horizon)
    pixels = b"".join(b"\x00" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _shade(colour: list[int], light: float) -> bytearray:
    return bytearray(bytes(max(0, min(255, int(part * light))) for part in colour) * WIDTH)


def _paint_block(rows: list[bytearray], rng: Random, horizon: int) -> None:
    width, height = rng.randint(24, 130), rng.randint(20, 110)
    left = rng.randint(0, WIDTH - width)
    top = min(HEIGHT - height - 1, max(0, horizon + rng.randint(-80, 90)))
    colour = bytes(rng.randint(35, 200) for _ in range(3))
    for row in range(top, top + height):
        rows[row][left * 3 : (left + width) * 3] = colour * width


def _chunk(kind: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def _page(title: str, about: str, who: str) -> list[str]:
    rng = Random(f"{title} {about}")
    day = (clock.now() - timedelta(days=rng.randint(2, 40))).strftime("%d %B %Y").lstrip("0")
    return [
        title,
        "",
        f"Date: {day}",
        f"Reference: {rng.randint(100_000, 999_999)}/{rng.randint(10, 99)}",
        f"Name: {who}",
        f"Concerning: {about}",
        "",
        "This page belongs to the demonstration of the desk. The people, places and",
        "numbers in it are invented.",
        "",
        *(f"{line}. {_ITEMS[(line + rng.randint(0, 3)) % len(_ITEMS)]}" for line in range(1, 6)),
        "",
        f"Total: {rng.randint(40, 900)}.{rng.choice(('00', '20', '50', '75'))} GBP",
        "",
        "Signed and dated by the person named above.",
    ]


_ITEMS = (
    "Particulars as given by the person named above",
    "Seen and compared with the original",
    "Valid from the first day of the following month",
    "Payable within thirty days of the date of this page",
    "Copy for the file of the service",
    "No further evidence is needed",
    "Measurements taken on the spot, in metres",
)


def document(title: str, lines: list[str]) -> bytes:
    """A PDF of one page with these lines, in the shape of PDF 1.4."""
    text = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines[:_PDF_LINES])
    stream = f"BT /F1 12 Tf 64 770 Td 17 TL\n{text}\nET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Title (%s) >>" % _escaped(title).encode("cp1252", "replace"),
    ]
    return _assembled(objects)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _assembled(objects: list[bytes]) -> bytes:
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        made
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (size, len(objects))
        + b"startxref\n%d\n%%%%EOF\n" % len(made)
    )


def _table(about: str) -> str:
    rng = Random(about)
    year = clock.now().year
    rows = ["Year,First half,Second half,Total,Cancelled on appeal"]
    for back in range(5, 0, -1):
        first, second = rng.randint(90_000, 180_000), rng.randint(90_000, 180_000)
        total = first + second
        rows.append(
            f"{year - back}/{(year - back + 1) % 100:02},{first},{second},{total},{rng.randint(80, 400)}"
        )
    return "\n".join(rows) + "\n"


def _log(name: str, about: str, who: str) -> str:
    rng = Random(f"{name} {about}")
    at = clock.now() - timedelta(hours=3)
    lines = [f"# {about}", f"# sent in by {who}"]
    for place in range(26):
        at += timedelta(seconds=rng.randint(20, 400))
        lines.append(
            f"{at:%Y-%m-%d %H:%M:%S} {_LOG_LINES[place * 7 % len(_LOG_LINES)]} [{rng.randint(1000, 9999)}]"
        )
    return "\n".join(lines) + "\n"


_LOG_LINES = (
    "INFO  session opened, key renewed",
    "INFO  heartbeat answered in 18 ms",
    "WARN  heartbeat late by 4 s",
    "ERROR connection closed by the other side, code 1603",
    "INFO  trying again in 5 s",
    "INFO  signed in",
)
