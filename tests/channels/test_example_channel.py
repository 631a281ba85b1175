"""The example of a third party's channel: its own tests pass, and the desk finds it by its entry point and files by it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from channels import registry
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.messaging.talking import _class_of
from helpdesk.people.models import ContactKind
from helpdesk.tickets.models import Attachment, Ticket
from tests.cast import Cast
from tests.pages import PageClient
from tests.servers.called import Called

Settle = Callable[[], None]
EXAMPLE = Path(__file__).parents[2] / "docs" / "example-channel"
SECRET = "between the gateway and us"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package beside ours, with its entry point as an installer writes it."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    about = tmp_path / "desk_fax-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {where}\n" for name, where in points.items())
        for group, points in project["entry-points"].items()
    ]
    (about / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    _class_of.cache_clear()
    yield
    _class_of.cache_clear()
    for name in ("desk_fax.channel", "desk_fax"):
        sys.modules.pop(name, None)


def test_its_own_tests_pass() -> None:
    path = os.pathsep.join([str(EXAMPLE), str(EXAMPLE.parents[1])])
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "tests"],
        cwd=EXAMPLE,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:]


@pytest.mark.usefixtures("installed")
def test_a_contact_comes_in_by_it_and_is_answered(
    app: Flask, cast: Cast, called: Called, client: PageClient, settle: Settle
) -> None:
    assert "fax" in registry.kinds()
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    with unit_of_work():
        account = accounts.create_account(
            kind="fax",
            name="Fax",
            values={"url": called.url, "secret": SECRET, "key": "k-1"},
            group=cast.it,
        )
    pdf = base64.b64encode(b"%PDF-1.7").decode()
    fax = {"fax": "f-1", "from": "+442079460000", "at": "2026-11-16T10:00:00Z", "pdf": pdf}
    body = json.dumps(fax).encode()
    proof = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    for _copy in range(2):
        answer = app.test_client().post(
            f"/hooks/{account.hook_key}",
            data=body,
            headers={"X-Fax-Signature": proof},
            base_url=str(app.config["DESK_BASE_URL"]),
        )
        assert answer.status_code == 202
    settle()
    ticket = db.session.scalars(select(Ticket)).one()
    (point,) = ticket.requester.contact_points
    assert (ticket.channel, ticket.group_id, point.kind) == ("fax", cast.it.id, ContactKind.PHONE)
    assert [one.name for one in db.session.scalars(select(Attachment))] == ["fax.pdf"]
    client.sign_in("ben@borough.example")
    sent = {"text": "We have it.", "version": str(ticket.version), "seen": "0"}
    client.post(f"/tickets/{ticket.number}/replies", sent)
    settle()
    said = json.loads(called.calls[0].body)
    assert (said["to"], said["text"]) == ("+442079460000", "We have it.")
    app.config["DESK_INTERNAL_HOSTS"] = ()


@pytest.mark.usefixtures("installed")
def test_an_administrator_adds_an_account_of_it(cast: Cast, client: PageClient) -> None:
    client.sign_in("eve@borough.example")
    assert "kind=fax" in client.get("/mailboxes").get_data(as_text=True)
    page = client.get("/mailboxes/new?kind=fax").get_data(as_text=True)
    assert "Where our faxes go" in page
