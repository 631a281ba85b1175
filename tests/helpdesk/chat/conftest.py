"""A mail that answers one of ours, as it comes in."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from flask import Flask

from channels.channel import RawItem
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import local_account
from helpdesk.messaging.keeping import keep


@pytest.fixture
def file_mail(app: Flask, settle: Callable[[], None]) -> Callable[..., None]:
    def filed(*, sender: str, to: str, text: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, "Re: your chat"
        mail["Date"], mail["Message-ID"] = "Mon, 16 Nov 2026 10:10:00 +0000", "<a1@citizen.example>"
        mail.set_content(text)
        with unit_of_work():
            keep(local_account(), RawItem("mail-1", bytes(mail)))
        settle()

    return filed
