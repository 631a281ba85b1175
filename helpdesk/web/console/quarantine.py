"""Mail that was set aside and waits for a person: look, file again, or reject."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import undefer

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.files import FileDamaged
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.keeping import body_of
from helpdesk.messaging.models import RawMessage
from helpdesk.messaging.queries import access_raw, kept_messages
from helpdesk.messaging.setting_aside import (
    Reason,
    in_words,
    read_all_again,
    reasons_waiting,
    refile,
    reject,
)
from helpdesk.tickets.naming import single_line
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.downloads import raw_download
from helpdesk.web.console.plain import fit

HEAD_BYTES = 64 * 1024
PREVIEW_BYTES = 4096
MOST_HEADERS = 60
LONGEST_HEADER = 2000


@console.get("/quarantine")
def quarantine() -> ResponseReturnValue:
    """What waits for a person."""
    after = request.args.get("after") or None
    page = kept_messages(current_actor(), after=after)
    return render_template(
        "console/quarantine.html",
        waiting=[_row(raw) for raw in page.rows],
        reasons=[
            {"code": code, "words": in_words(code), "count": count}
            for code, count in (reasons_waiting() if page.rows else {}).items()
        ],
        paging={
            "newer_url": url_for(".quarantine") if after else None,
            "older_url": url_for(".quarantine", after=page.older) if page.older else None,
            "text": "",
        },
    )


@console.post("/quarantine/again")
def quarantine_again() -> ResponseReturnValue:
    """Read all of them once more, or all that wait for one reason, such as after an upgrade."""
    if set(request.form) - {"csrf_token", "reason"}:
        raise Invalid(_("The form sent something we did not ask for."))
    reason = request.form.get("reason", "")
    if reason not in ("", *(known.value for known in Reason)):
        raise Invalid(_("Choose one of the reasons."), field="reason")
    count = read_all_again(Reason(reason) if reason else None, actor=current_actor())
    flash(
        ngettext(
            "%(num)s mail is read once more. If it must still wait, it comes back here.",
            "%(num)s mails are read once more. Those that must still wait come back here.",
            count,
        ),
        "ok",
    )
    return redirect(url_for(".quarantine"), code=303)


@console.get("/quarantine/<int:raw_id>")
def quarantine_detail(raw_id: int) -> ResponseReturnValue:
    """One mail that waits: why, what it claims, and how it begins."""
    raw = access_raw(current_actor(), raw_id)
    head, preview = _beginning(raw)
    return render_template(
        "console/quarantine_detail.html",
        raw={**_row(raw), "detail": fit(raw.detail), "digest": raw.digest},
        headers=head,
        preview=preview,
    )


@console.get("/quarantine/<int:raw_id>/raw")
def quarantine_raw(raw_id: int) -> ResponseReturnValue:
    """The bytes as they came."""
    return raw_download(access_raw(current_actor(), raw_id), f"mail-{raw_id}.txt")


@console.post("/quarantine/<int:raw_id>/file")
def quarantine_file(raw_id: int) -> ResponseReturnValue:
    """Read it once more, such as after its cause was mended."""
    _require_bare_form()
    actor = current_actor()
    access_raw(actor, raw_id)
    with unit_of_work():
        refile(db.session.get_one(RawMessage, raw_id, with_for_update=True), actor=actor)
    flash(_("It is read once more. If it cannot be filed, it comes back here."), "ok")
    return redirect(url_for(".quarantine"), code=303)


@console.post("/quarantine/<int:raw_id>/reject")
def quarantine_reject(raw_id: int) -> ResponseReturnValue:
    """Decide that it becomes no ticket; its bytes stay."""
    _require_bare_form()
    actor = current_actor()
    access_raw(actor, raw_id)
    with unit_of_work():
        reject(db.session.get_one(RawMessage, raw_id, with_for_update=True), actor=actor)
    flash(_("It is rejected. Its bytes are kept."), "ok")
    return redirect(url_for(".quarantine"), code=303)


def _require_bare_form() -> None:
    if set(request.form) - {"csrf_token"}:
        raise Invalid(_("The form sent something we did not ask for."))


def _row(raw: RawMessage) -> dict[str, Any]:
    return {
        "id": raw.id,
        "sender": raw.sender,
        "subject": raw.subject,
        "size": raw.size,
        "reason_words": in_words(raw.reason),
        "kept_at": raw.kept_at,
        "account": raw.account.name,
    }


def _beginning(raw: RawMessage) -> tuple[list[tuple[str, str]], str]:
    """The headers and the first text of a mail, taken apart by line only, since it may be what breaks a parser."""
    try:
        body = body_of(db.session.get_one(RawMessage, raw.id, options=[undefer(RawMessage.body)]))
    except FileDamaged:
        return [], ""
    text = body[:HEAD_BYTES].decode("utf-8", "replace").replace("\r\n", "\n")
    head, _blank, rest = text.partition("\n\n")
    lines: list[str] = []
    for line in head.split("\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    pairs = [line.partition(":") for line in lines[:MOST_HEADERS]]
    headers = [
        (fit(name[:80]), single_line(value, LONGEST_HEADER)) for name, _colon, value in pairs
    ]
    return headers, fit(rest[:PREVIEW_BYTES])
