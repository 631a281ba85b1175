"""import_mail(): old mail from a file, an mbox or a Maildir, with true dates, once however often it is called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from channels.channel import RawItem
from channels.email.headers import date_of
from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import local_account
from helpdesk.messaging.filing import ARCHIVE
from helpdesk.messaging.keeping import Door, head_of, keep_at, known
from helpdesk.messaging.models import ChannelAccount

TOGETHER = 50
PROGRESS_EVERY = 500
# Younger mail is news: it is dated by now and its sender is told that it arrived.
NEWS_FOR = timedelta(days=2)
_DATE = re.compile(rb"(?im)^date[ \t]*:[ \t]*([^\r\n]*)")
_ENVELOPE = re.compile(rb"^From \S+.*\d{4}")
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")


@dataclass(slots=True)
class Summary:
    """How many mails were found, kept now, and known from before."""

    found: int = 0
    kept: int = 0
    known: int = 0

    def __str__(self) -> str:
        return f"{self.found} mails found: {self.kept} taken in, {self.known} known already."


def import_mail(
    path: Path, account: ChannelAccount | None = None, report: Callable[[str], object] = str
) -> Summary:
    """Keep every mail found at this path for an account, else for the SMTP door; the runner files them.

    Opens its own units of work, so that an import that was cut off goes on where it stopped. Raises Invalid for a
    path that holds no mail.
    """
    account = account or _local_account()
    summary = Summary()
    some: list[bytes] = []
    for body in mails_in(path):
        some.append(body)
        if len(some) >= TOGETHER:
            _keep_all(account, some, summary, report)
            some = []
    _keep_all(account, some, summary, report)
    if not summary.found:
        raise Invalid(f"{path} holds no mail.", "Name a mail file, an mbox file or a Maildir.")
    return summary


def mails_in(path: Path) -> Iterator[bytes]:
    """The bytes of each mail at a path, one at a time, so that an archive of any size fits."""
    if path.is_dir():
        yield from _mails_of_folder(path)
    elif _is_mbox(path):
        yield from _mails_of_mbox(path)
    else:
        yield path.read_bytes()


def _mails_of_folder(path: Path) -> Iterator[bytes]:
    """A Maildir's mails, or every `.eml` file below a plain folder."""
    is_maildir = (path / "cur").is_dir() or (path / "new").is_dir()
    folders = [path / "cur", path / "new"] if is_maildir else [path]
    for folder in folders:
        for file in sorted(folder.rglob("*") if not is_maildir else folder.glob("*")):
            if file.is_file() and (is_maildir or file.suffix.lower() == ".eml"):
                yield file.read_bytes()


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return _ENVELOPE.match(file.readline(1000)) is not None


def _mails_of_mbox(path: Path) -> Iterator[bytes]:
    lines: list[bytes] = []
    blank_before = True
    with path.open("rb") as file:
        for line in file:
            # A line that begins like an envelope counts as one only after an empty line (RFC 4155).
            if blank_before and _ENVELOPE.match(line):
                if lines:
                    yield _unquoted(lines)
                lines = []
            else:
                lines.append(line)
            blank_before = line in (b"\n", b"\r\n")
    if lines:
        yield _unquoted(lines)


def _unquoted(lines: list[bytes]) -> bytes:
    if lines[-1] in (b"\n", b"\r\n"):
        lines.pop()
    return _QUOTED_FROM.sub(rb"\1", b"".join(lines))


def _keep_all(
    account: ChannelAccount,
    bodies: list[bytes],
    summary: Summary,
    report: Callable[[str], object],
) -> None:
    if not bodies:
        return
    items = {_remote_id(body): body for body in bodies}
    before = known(account.id, list(items))
    door = Door(account.id, account.kind)
    with unit_of_work():
        for remote_id, body in items.items():
            if remote_id not in before:
                sent_at = sent_at_of(body)
                keep_at(door, RawItem(remote_id, body, sent_at), _envelope(sent_at))
    summary.found += len(bodies)
    summary.kept += len(items) - len(before)
    summary.known += len(bodies) - (len(items) - len(before))
    if summary.found // PROGRESS_EVERY > (summary.found - len(bodies)) // PROGRESS_EVERY:
        report(f"{summary.found} mails read, {summary.kept} taken in …")


def _envelope(sent_at: datetime | None) -> dict[str, bool]:
    is_news = sent_at is not None and sent_at > clock.now() - NEWS_FOR
    return {} if is_news else {ARCHIVE: True}


def sent_at_of(body: bytes) -> datetime | None:
    """When a mail says that it was sent, cheaply read."""
    found = _DATE.search(head_of(body))
    return date_of(found[1]) if found else None


def _remote_id(body: bytes) -> str:
    return f"import:{hashlib.sha256(body).hexdigest()}"


def _local_account() -> ChannelAccount:
    with unit_of_work():
        return local_account()
