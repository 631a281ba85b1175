"""A telephone system that tells the desk of its calls."""

from __future__ import annotations

from typing import Any

from flask import Flask

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.people.models import Group
from tests.helpdesk.messaging.services import SECRET, Service


class System(Service):
    """Tells of one step of a call at a time; each piece of news has an id of its own."""

    def tell(self, event: str, *, call: str = "c-7", **more: Any) -> int:
        said = {"id": f"n-{self.calls + 1}", "call": call, "event": event, **more}
        return self.call(said)


def make_system(app: Flask, group: Group | None = None) -> System:
    with unit_of_work():
        account = accounts.create_account(
            kind="telephony",
            name="Switchboard",
            values={"secret": SECRET, "ticket_type": "question"},
            group=group,
        )
    return System(app, account)
