"""Connecting a mailbox that takes no passwords: a code is shown, a person types it at the provider, and we ask."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from channels.channel import ChannelError
from channels.email.oauth import Flow, TokenSource
from helpdesk.core.db import db
from helpdesk.core.errors import DomainError, NotFound
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import signing_in
from helpdesk.messaging.mailbox_models import MailSignIn, SignInState
from helpdesk.messaging.models import ChannelAccount
from helpdesk.web.auth import current_actor
from helpdesk.web.console.bare import require_bare_form
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.plain import fit

# How often a page without a script asks whether the code was typed.
REFRESH_SECONDS = 6


@console.get("/mailboxes/<int:account_id>/connect")
def connect_mailbox(account_id: int) -> ResponseReturnValue:
    """How the mailbox is connected; while a code waits to be typed, the page looks again by itself."""
    account = access_by_token(account_id)
    row = signing_in.standing_of([account_id]).get(account_id)
    page = render_template(
        "console/mailbox_connect.html",
        account={"id": account.id, "name": account.name, "address": account.address},
        connection=_shown(row),
        by_key=account.settings.get("oauth_flow") == Flow.KEY.value,
        refresh_seconds=REFRESH_SECONDS,
    )
    answer = make_response(page)
    if row is not None and row.state is SignInState.WAITING:
        # A page that refreshes itself by its markup is a barrier to some; the header can be stopped by the browser.
        answer.headers["Refresh"] = str(REFRESH_SECONDS)
    return answer


@console.post("/mailboxes/<int:account_id>/connect")
def ask_for_code(account_id: int) -> ResponseReturnValue:
    """Ask the provider for a code."""
    require_bare_form()
    access_by_token(account_id)
    try:
        signing_in.begin(account_id, current_actor())
    except (ChannelError, VaultLocked, DomainError) as failure:
        flash(fit(str(failure)), "late")
    return redirect(url_for(".connect_mailbox", account_id=account_id), code=303)


@console.post("/mailboxes/<int:account_id>/connect/check")
def check_code(account_id: int) -> ResponseReturnValue:
    """Ask the provider now whether the code was typed."""
    require_bare_form()
    access_by_token(account_id)
    try:
        signing_in.ask(account_id)
    except (ChannelError, VaultLocked) as failure:
        flash(fit(str(failure)), "late")
    return redirect(url_for(".connect_mailbox", account_id=account_id), code=303)


def access_by_token(account_id: int) -> ChannelAccount:
    """A mailbox that signs in with tokens. Raises NotFound."""
    account = db.session.get(ChannelAccount, account_id)
    if account is None or not signs_in_by_token(account):
        raise NotFound(
            _("There is no mailbox here that signs in with a token."),
            _("Look for it in the list of mailboxes."),
        )
    return account


def signs_in_by_token(account: ChannelAccount) -> bool:
    """Whether this mailbox takes tokens; one whose settings cannot be read takes none."""
    try:
        return TokenSource.of(account.settings, {}) is not None
    except (ChannelError, ValueError):
        return False


def needs_a_person(account: ChannelAccount, row: MailSignIn | None) -> bool:
    """Whether nobody connected this mailbox yet, or its permission ended."""
    by_code = account.settings.get("oauth_flow", Flow.DEVICE.value) == Flow.DEVICE.value
    done = row is not None and row.state is SignInState.DONE
    return signs_in_by_token(account) and by_code and not done


def _shown(row: MailSignIn | None) -> dict[str, Any]:
    if row is None:
        return {"state": SignInState.NEEDED.value, "words": ""}
    return {
        "state": row.state.value,
        "words": fit(row.words),
        "code": fit(row.user_code),
        "link": row.link if row.link.startswith("https://") else "",
        "ends_at": row.ends_at,
        "changed_at": row.changed_at,
    }
