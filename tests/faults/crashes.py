"""The tests' side of a machine on which desks are killed, and the books that are looked at afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from flask import Flask
from redis import Redis
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry
from helpdesk.messaging.balancing import imbalances
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryState, RawMessage, RawState
from helpdesk.messaging.outcomes import MOST_COPIES
from helpdesk.tickets.models import Direction, Message, Ticket
from helpdesk.tickets.verifying import verify_all
from tests.conftest import MONDAY
from tests.faults.mailboxes import on_dovecot
from tests.flows.processes import ROOT
from tests.helpdesk.messaging.post import HELP
from tests.servers.dovecot import Dovecot
from tests.servers.processes import Keeper
from tests.servers.smtp import SmtpSink

# All of what the promises name, or as much as a run of every test can bear.
FULL = os.environ.get("DESK_FAULTS_FULL") == "1"
KILLED = -signal.SIGKILL
# Longer than any lease: whoever starts after a crash may take over what the dead one held.
BETWEEN_DESKS = timedelta(minutes=31)
PATIENCE_SECONDS = 600.0 if FULL else 180.0


class Machine:
    """Starts desks on the database of the tests and kills them; the next one starts half an hour later."""

    def __init__(self, keeper: Keeper, settings: Mapping[str, Any], folder: Path) -> None:
        self._log = folder / "machine.log"
        self._redis_url = settings["DESK_REDIS_URL"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.crashing"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        keeper.watch(self._process.pid)
        self.at = MONDAY
        assert self._ask(settings) == "ready"

    @property
    def complained(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def start(self, do: str, **order: Any) -> int:
        """Start a desk by a clock that is past every lease of those before; its process id."""
        self.at += BETWEEN_DESKS
        self._take_bells_off()
        return self.start_beside(do, **order)

    def start_beside(self, do: str, **order: Any) -> int:
        """Start a desk at the same time as the one before it."""
        pid = self._ask({"do": do, "at": self.at.isoformat(), **order})
        assert isinstance(pid, int), self.complained
        return pid

    def wait(self, pid: int, seconds: float = PATIENCE_SECONDS) -> int | None:
        """How it ended; None when it still runs."""
        code = self._ask({"do": "wait", "pid": pid, "seconds": seconds})
        assert code is None or isinstance(code, int)
        return code

    def kill(self, pid: int) -> int | None:
        """End it as a power cut would."""
        code = self._ask({"do": "kill", "pid": pid})
        assert isinstance(code, int)
        return code

    def run(self, do: str, **order: Any) -> int | None:
        """Start a desk and wait for its end, whichever it is."""
        pid = self.start(do, **order)
        code = self.wait(pid)
        if code is None:
            self.kill(pid)
        return code

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def begin_anew(self) -> None:
        """Forget the desks of the test before, and the bells that they left."""
        self.at = MONDAY
        if self._redis_url:
            with Redis.from_url(self._redis_url) as redis:
                redis.flushdb()

    def _take_bells_off(self) -> None:
        """A bell that nobody answered lapses after seconds of the machine's own clock."""
        if self._redis_url:
            with Redis.from_url(self._redis_url) as redis:
                for key in redis.scan_iter("desk:bell:*"):
                    redis.delete(key)

    def _ask(self, order: object) -> object:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order, default=str) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self.complained
        return json.loads(answer)


class Post:
    """A mailbox of the desk on a real server, numbered mails in it, and what must have become of them."""

    def __init__(self, server: Dovecot, sink: SmtpSink) -> None:
        self._server, self._sink = server, sink
        self.user = server.new_user()
        self.account: ChannelAccount = on_dovecot(server, self.user)
        self.count = 0

    def bring(self, count: int) -> None:
        """Put so many more mails into the mailbox, each of a person of its own."""
        numbers = range(self.count, self.count + count)
        self.count += count
        at = MONDAY + timedelta(days=1)
        self._server.append(self.user, *(bytes(mail_number(number)) for number in numbers), at=at)

    def flags_missing(self) -> int:
        return sum(b"\\Seen" not in flags for flags in self._server.flags(self.user))

    def copies(self) -> Counter[tuple[str, str]]:
        """How often each receipt arrived, by its recipient and its Message-ID."""
        return Counter(
            (taken.recipients[0], str(taken.message["Message-ID"])) for taken in self._sink.received
        )

    def check_once(self, *, most_extra: int) -> None:
        """Each mail is one article on one ticket with one receipt; at most so many receipts left a second time."""
        db.session.rollback()
        subjects = Counter(db.session.scalars(select(Ticket.subject)))
        assert subjects == Counter(subject_of(number) for number in range(self.count))
        # Besides what came in there may be notes: of a receipt that nobody can tell arrived.
        of_mail = select(Message.raw_id).where(Message.direction == Direction.IN)
        assert Counter(db.session.scalars(of_mail)) == Counter(
            db.session.scalars(select(RawMessage.id))
        )
        assert ledger_of_all() == {RawState.DONE: self.count}
        assert db.session.scalar(select(func.count()).select_from(OutboxEntry)) == 0
        assert list(imbalances()) == []
        assert list(verify_all()) == []
        assert self.flags_missing() == 0
        self._check_receipts(most_extra)

    def figures(self) -> str:
        """What a run comes to, in a line."""
        copies = self.copies()
        twice = sum(count > 1 for count in copies.values())
        doubted = len(in_doubt())
        return (
            f"{self.count} mails, {len(copies)} receipts, {twice} of them twice, {doubted} in doubt"
        )

    def _check_receipts(self, most_extra: int) -> None:
        copies = self.copies()
        assert len({address for address, _id in copies}) == len(copies), "Two receipts for one mail"
        assert max(copies.values()) <= 2
        assert copies.total() - len(copies) <= most_extra
        everybody = {address_of(number) for number in range(self.count)}
        missing = everybody - {address for address, _id in copies}
        # Two crashes while one receipt was sent: no third copy goes out, and a note says that nobody can tell.
        assert missing <= in_doubt()
        assert len(missing) <= most_extra // 2


def in_doubt() -> set[str]:
    """To whom a mail may have arrived or not, as a note on the ticket says."""
    noted = select(Message.ticket_id).where(Message.direction == Direction.NOTE)
    found = select(Delivery.recipient).where(
        Delivery.state == DeliveryState.UNCERTAIN,
        Delivery.copies == MOST_COPIES,
        Delivery.ticket_id.in_(noted),
    )
    return set(db.session.scalars(found))


def ledger_of_all() -> dict[RawState, int]:
    """fetched = done + duplicate + rejected + quarantined + waiting."""
    found = select(RawMessage.state, func.count()).group_by(RawMessage.state)
    return {row[0]: row[1] for row in db.session.execute(found)}


def mail_number(number: int) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = f"Person {number} <{address_of(number)}>", HELP
    mail["Subject"] = subject_of(number)
    mail["Date"] = format_datetime(MONDAY + timedelta(days=1))
    mail["Message-ID"] = f"<number-{number}@citizen.example>"
    mail.set_content(f"The printer in room {number} prints blank pages.\n")
    return mail


def subject_of(number: int) -> str:
    return f"Room {number}"


def address_of(number: int) -> str:
    return f"person{number}@citizen.example"


def settings_for(application: Flask, settings: Mapping[str, Any], sink: SmtpSink) -> dict[str, Any]:
    """The settings of the tests, with the sink as the server that takes the desk's mail."""
    assert application.config["SQLALCHEMY_DATABASE_URI"] == settings["SQLALCHEMY_DATABASE_URI"]
    return {**settings, "DESK_SMTP_URL": f"smtp://{sink.host}:{sink.port}?security=none"}
