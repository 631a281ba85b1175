"""The ledger of a mailbox: what was fetched and what became of each mail; old mail on its way in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.messaging.collecting import is_read
from helpdesk.messaging.folders import folders_of, pause_backlog
from helpdesk.messaging.mailbox_models import MailFolder
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.messaging.queries import kept_messages
from helpdesk.messaging.setting_aside import in_words, ledger
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.bare import require_bare_form
from helpdesk.web.console.blueprint import console


@console.get("/mailboxes/<int:account_id>/mail")
def mailbox_mail(account_id: int) -> ResponseReturnValue:
    """What was fetched of a mailbox, newest first, with what became of each mail."""
    account = access_mailbox(account_id)
    state = request.args.get("state") or ""
    states = [one for one in RawState if one.value == state] or list(RawState)
    after = request.args.get("after") or None
    page = kept_messages(current_actor(), states=states, account_id=account_id, after=after)
    numbers = _numbers(page.rows)
    # What is None, an address leaves out.
    here = url_for(".mailbox_mail", account_id=account_id, state=state or None)
    older = url_for(".mailbox_mail", account_id=account_id, state=state or None, after=page.older)
    counts = ledger(account_id)
    return render_template(
        "console/mailbox_mail.html",
        account={
            "id": account.id,
            "name": account.name,
            "address": account.address,
            "is_read": is_read(account),
            "last_good_at": account.last_good_at,
            "last_error": account.last_error,
        },
        fetched=sum(counts.values()),
        counts=[(one.value, state_words(one), counts[one]) for one in RawState],
        folders=[folder_shown(row) for row in folders_of([account_id]).get(account_id, [])],
        mails=[_row(raw, numbers) for raw in page.rows],
        state=state,
        paging={
            "newer_url": here if after else None,
            "older_url": older if page.older else None,
            "text": "",
        },
    )


@console.post("/mailboxes/<int:account_id>/look")
def look_into_mailbox(account_id: int) -> ResponseReturnValue:
    """Have a mailbox looked into now, in spite of a pause after a failure."""
    require_bare_form()
    access_mailbox(account_id)
    with unit_of_work():
        account = db.session.get_one(ChannelAccount, account_id, with_for_update=True)
        account.next_try_at = None
        owe("collect_account", account_id)
    flash(_("The mailbox is looked into now."), "ok")
    return redirect(url_for(".mailbox_mail", account_id=account_id), code=303)


@console.post("/mailboxes/<int:account_id>/old-mail/stop")
def stop_old_mail(account_id: int) -> ResponseReturnValue:
    """Take in no more old mail for now; new mail comes in all the same."""
    return _pause(account_id, True, _("No more old mail is taken in until you go on."))


@console.post("/mailboxes/<int:account_id>/old-mail/go-on")
def go_on_with_old_mail(account_id: int) -> ResponseReturnValue:
    """Take in old mail from where it was stopped."""
    return _pause(account_id, False, _("Old mail is taken in again, from where it was stopped."))


def _pause(account_id: int, paused: bool, said: str) -> ResponseReturnValue:
    require_bare_form()
    access_mailbox(account_id)
    with unit_of_work():
        pause_backlog(account_id, paused)
        if not paused:
            owe("collect_account", account_id)
    flash(said, "ok")
    return redirect(url_for(".mailbox_mail", account_id=account_id), code=303)


def access_mailbox(account_id: int) -> ChannelAccount:
    """One mailbox. Raises NotFound."""
    account = db.session.get(ChannelAccount, account_id)
    if account is None:
        raise NotFound(_("There is no such mailbox."), _("Look for it in the list of mailboxes."))
    return account


def state_words(state: RawState) -> str:
    """What became of a mail, in a word."""
    return {
        RawState.WAITING: _("waiting"),
        RawState.DONE: _("filed"),
        RawState.DUPLICATE: _("duplicate"),
        RawState.REJECTED: _("rejected"),
        RawState.QUARANTINED: _("in quarantine"),
    }[state]


def folder_shown(row: MailFolder) -> dict[str, Any]:
    """A folder as a page shows it; `taken` of `backlog` old mails are in."""
    return {
        "name": row.name,
        "mails": row.exists,
        "backlog": row.backlog,
        "taken": row.backlog - row.left,
        "left": row.left,
        "is_paused": row.is_paused,
        "looked_at": row.looked_at,
        "warning": row.warning,
    }


def _row(raw: RawMessage, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "id": raw.id,
        "sender": raw.sender,
        "subject": raw.subject,
        "size": raw.size,
        "state": raw.state.value,
        "state_words": state_words(raw.state),
        "reason_words": in_words(raw.reason) if raw.reason else "",
        "kept_at": raw.kept_at,
        "ticket": numbers.get(raw.ticket_id or 0),
    }


def _numbers(raws: Iterable[RawMessage]) -> dict[int, str]:
    ids = {raw.ticket_id for raw in raws if raw.ticket_id is not None}
    if not ids:
        return {}
    found = db.session.scalars(select(Ticket).where(Ticket.id.in_(ids)).limit(len(ids)))
    return {ticket.id: ticket.number for ticket in found}
