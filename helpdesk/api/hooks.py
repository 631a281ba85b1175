"""POST /hooks/<key>: where services call the desk; the call's own signature is the proof (S51, S52)."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from channels.channel import ChannelError, WebhookRequest
from helpdesk.api.blueprint import api
from helpdesk.api.problems import Unauthorised, Unavailable
from helpdesk.core import clock
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import hooks


@api.route("/hooks/<key>", methods=["GET", "POST"])
def hook(key: str) -> tuple[Response, int]:
    """Keep a call; it is committed when it is answered. Raises Unauthorised, Unavailable and NotFound."""
    try:
        reply = hooks.receive(key, _call())
    except hooks.Unproven as unproven:
        raise Unauthorised(
            _("This call does not prove who made it."), _("Check the secret, and the clock.")
        ) from unproven
    except hooks.Late as late:
        raise Unavailable(_("The desk is busy."), _("Call again in a moment.")) from late
    except (VaultLocked, ChannelError) as unfit:
        raise Unavailable(_("This channel cannot be used now."), str(unfit)) from unfit
    return Response(reply.body, content_type=reply.content_type), reply.status


def _call() -> WebhookRequest:
    # The bytes as they came: what is signed is these, and not what a framework reads into them.
    body = request.get_data(cache=False)
    return WebhookRequest(
        method=request.method,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        at=clock.now(),
        query=request.args.to_dict(),
        url=request.url,
    )
