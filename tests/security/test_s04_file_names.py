"""S04: a file's name is a label; no name reaches a path, a header or the eye as something else."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment
from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient

NAMES = {
    "up": "../../../../etc/passwd",
    "up of windows": "..\\..\\windows\\system32\\x.dll",
    "whole path": "/etc/cron.d/x",
    "NUL": "a.txt\x00.exe",
    "line break": "a.txt\r\nSet-Cookie: desk=x\r\n\r\n<script>",
    "other line breaks": "a\u2028b\u2029c\x85d.txt",
    "turned round": "invoice\u202efdp.exe",
    "isolates": "a\u2066b\u2069.txt",
    "zero width": "in\u200bvo\u200dice\ufeff.pdf",
    "endless ending": "a." + "x" * 5000,
    "endless": "y" * 100_000 + ".txt",
    "quotes": 'a"; filename="b.exe',
    "percent": "a%0d%0aX: 1.txt",
    "mark-up": "<img src=x onerror=alert(1)>.png",
    "dots": "...",
    "blanks": "   ",
    "none": "",
    "device": "CON:1*?.txt",
    "surrogate": "a\udcff.txt",
    "private": "a\ue000\ue001.txt",
    "emoji": "Rechnung für Müller 📄.pdf",
}
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize("kind", sorted(NAMES))
def test_a_name_is_only_a_label(client: PageClient, cast: Cast, data_dir: Path, kind: str) -> None:
    before = set(data_dir.parent.rglob("passwd")) | set(data_dir.parent.rglob("*.dll"))
    begun = time.process_time()
    ticket = make_ticket(cast.ada, cast.it, files=(NewFile(NAMES[kind], "text/plain", b"x"),))
    client.sign_in("ben@borough.example")
    client.get(f"/tickets/{ticket.number}")
    attachment = db.session.scalars(select(Attachment)).one()
    answer = client.get(f"/files/{attachment.key}")
    assert time.process_time() - begun < 5
    name = attachment.name
    assert 0 < len(name) <= 150
    assert not {unicodedata.category(sign) for sign in name} & HIDDEN
    assert not set(name) & set('/\\:*?"<>|')
    assert not name.startswith(".")
    header = answer.headers["Content-Disposition"]
    assert header.isascii()
    assert header.count('"') == 2
    assert unquote(header.rpartition("UTF-8''")[2]) == name
    assert "Set-Cookie" not in answer.headers or "desk=x" not in answer.headers["Set-Cookie"]
    assert set(data_dir.parent.rglob("passwd")) | set(data_dir.parent.rglob("*.dll")) == before
    stored = data_dir / "files" / attachment.digest[:2] / attachment.digest[2:4]
    assert (stored / attachment.digest).read_bytes() == b"x"


def test_a_name_itself_takes_no_time(cast: Cast) -> None:
    begun = time.process_time()
    for name in NAMES.values():
        make_ticket(cast.ada, cast.it, files=(NewFile(name, "text/plain", b"x"),))
    assert (time.process_time() - begun) / len(NAMES) < 1


def test_a_key_that_is_a_path_finds_nothing(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    for key in ("..", "%2e%2e%2fetc", "../../desk.sqlite3", "a" * 32, "%00", "*"):
        client.get(f"/files/{key}", status=404)
