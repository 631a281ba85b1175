"""Connecting a Slack workspace: the app's manifest to copy, the tokens to paste, the channels to watch."""

from __future__ import annotations

import json
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from channels.channel import ChannelError
from channels.slack.manifest import COMMAND, manifest
from channels.slack.settings import HTTP, WAY
from helpdesk.core.errors import NotFound
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import choosing
from helpdesk.messaging.models import ChannelAccount
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.mailbox_mail import access_mailbox
from helpdesk.web.console.plain import fit
from helpdesk.web.forms import Form

SLACK = "slack"
NEW_APP = "https://api.slack.com/apps?new_app=1"
MOST_CHANNELS = 500


class ChannelsForm(Form):
    """Has no field of its own: the boxes are as many as there are channels."""


@console.get("/mailboxes/<int:account_id>/slack")
def connect_slack(account_id: int) -> ResponseReturnValue:
    """What has to be done in Slack and here, one step after the other."""
    account = _access_slack(account_id)
    shown = {"id": account.id, "name": account.name, "last_error": account.last_error}
    made, by_call = _manifest(account), account.settings.get(WAY, HTTP) == HTTP
    has_tokens = bool(account.secrets)
    places, problem = _places(account) if has_tokens else ([], "")
    return render_template(
        "console/slack.html",
        account=shown,
        manifest=json.dumps(made, indent=2, ensure_ascii=False),
        new_app=NEW_APP,
        command=COMMAND,
        by_call=by_call,
        has_tokens=has_tokens,
        places=places,
        problem=problem,
    )


@console.post("/mailboxes/<int:account_id>/slack")
def choose_slack_channels(account_id: int) -> ResponseReturnValue:
    """Make the ticked channels the support channels."""
    _access_slack(account_id)
    ChannelsForm()
    ids = request.form.getlist("channel")[:MOST_CHANNELS]
    choosing.choose(account_id, ids, actor=current_actor())
    flash(_("The support channels are saved."), "ok")
    return redirect(url_for(".connect_slack", account_id=account_id), code=303)


def _access_slack(account_id: int) -> ChannelAccount:
    account = access_mailbox(account_id)
    if account.kind != SLACK:
        raise NotFound(
            _("There is no Slack workspace here."), _("Look for it in the list of mailboxes.")
        )
    return account


def _places(account: ChannelAccount) -> tuple[list[choosing.Place], str]:
    try:
        return choosing.places(account), ""
    except (ChannelError, VaultLocked) as failure:
        return [], fit(str(failure))


def _manifest(account: ChannelAccount) -> dict[str, Any]:
    base = str(current_app.config["DESK_BASE_URL"]).rstrip("/")
    return manifest(
        name=account.name,
        way=str(account.settings.get(WAY, HTTP)),
        url=f"{base}{url_for('api.hook', key=account.hook_key)}",
        words={
            "about": _("Ask for help, and follow what becomes of it."),
            "command": _("Ask for help"),
            "form": _("Ask for help"),
            "message": _("Make this a ticket"),
        },
    )
