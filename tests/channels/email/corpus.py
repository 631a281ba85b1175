"""How a stated expectation of the corpus is compared with what we read; the rules stand in its README."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from channels.email.charsets import decode, decode_html, readable
from channels.email.forwarding import read_forward
from channels.email.parse import parse
from channels.email.plaintext import text_of_html
from channels.email.quoting import SplitReply, count_messages, split_reply
from channels.email.tnef import Tnef, read_tnef
from channels.message import Automation, DeliveryReport, File, InboundMessage
from helpdesk.core.html import clean

# Expectations are JSON of many shapes; each rule below knows the shape of its own.
Expected = Any
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff\xad]")
_SAME = str.maketrans({"\u2015": "\u2014", "\u30fb": "\u00b7", "\uff5e": "\u301c"})


# The messages of each thread: their place in it and their id.
Threads = dict[str, list[tuple[int, str]]]


class Reading:
    """One file of the corpus as the desk reads it; `subject` is that of the mail a bare text came in."""

    def __init__(
        self, path: Path, kind: str, subject: str = "", threads: "Threads | None" = None
    ) -> None:
        raw = path.read_bytes()
        self.threads = threads or {}
        self.message: InboundMessage | None = None
        self.html: str | None = None
        self.tnef: Tnef | None = None
        if kind == "message":
            self.message = parse(raw)
            self.text, self.html = self.message.text, self.message.html
            self.split = SplitReply(
                self.message.visible_text, self.message.quoted_text, self.message.signature
            )
        elif kind == "html":
            self.html = readable(decode_html(raw))
            self.text = text_of_html(self.html)
            self.split = split_reply(self.text)
        elif kind == "tnef":
            self.tnef = read_tnef(raw) or Tnef()
            self.text, self.html = self.tnef.readable_text, self.tnef.readable_html
            self.split = split_reply(self.text)
        else:
            self.text = readable(decode(raw))
            self.split = split_reply(self.text)

        self.forwarded = (
            self.message.forwarded if self.message else read_forward(self.text, subject)
        )

    @property
    def mail(self) -> InboundMessage:
        assert self.message is not None
        return self.message

    @property
    def files(self) -> tuple[File, ...]:
        return self.tnef.files if self.tnef else self.mail.files

    @property
    def report(self) -> DeliveryReport:
        return self.mail.report or DeliveryReport(())


def squeezed(text: str | None) -> str:
    return " ".join(_ZERO_WIDTH.sub("", text or "").translate(_SAME).split())


def met(reading: Reading, field: str, expected: Expected, kind: str, corpus: str) -> bool:
    if kind == "html" and corpus == "talon" and field == "visible_reply":
        return "".join(reading.split.visible.split()) == "".join(expected.split())
    rule = RULES.get(field)
    return rule is not None and bool(rule(reading, expected))


def _lower(people: Any) -> list[str]:
    return [person.address.lower() for person in people]


def _contains(text: str, wanted: Expected) -> bool:
    wanted = [wanted] if isinstance(wanted, str) else wanted
    return all(squeezed(each) in squeezed(text) for each in wanted)


def _lacks(text: str, unwanted: Expected) -> bool:
    unwanted = [unwanted] if isinstance(unwanted, str) else unwanted
    return not any(squeezed(each) in squeezed(text) for each in unwanted)


def _sender(reading: Reading, expected: Expected) -> bool:
    return (reading.mail.sender.address.lower() or None) == (expected or None)


def _date(reading: Reading, expected: Expected) -> bool:
    if expected is None:
        return reading.mail.sent_at is None
    moment = datetime.fromisoformat(expected)
    return reading.mail.sent_at == (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _file_is(file: File, expected: dict[str, Any]) -> bool:
    if "sha256" in expected and hashlib.sha256(file.body).hexdigest() != expected["sha256"]:
        return False
    if "filename" in expected and squeezed(file.name) != squeezed(
        expected["filename"] or file.name
    ):
        return False
    if "disposition" in expected and file.disposition != (expected["disposition"] or ""):
        return False
    # The source makes this name up; what is asked of us is that there is one.
    if "generated_filename" in expected and not file.name:
        return False
    wanted_type = expected.get("content_type", file.content_type)
    if "size" in expected and file.size != expected["size"]:
        return False
    if "content_id" in expected and file.content_id != (expected["content_id"] or "").strip("<>"):
        return False
    return wanted_type is None or file.content_type == wanted_type.lower()


def _files(reading: Reading, expected: Expected) -> bool:
    left = list(reading.files)
    if len(left) != len(expected):
        return False
    for wanted in expected:
        found = next((file for file in left if _file_is(file, wanted)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _forwarded(reading: Reading, expected: Expected) -> bool:
    found = reading.forwarded
    if found is None or not expected["is_forwarded"]:
        return (found is not None) == expected["is_forwarded"]
    said = {
        "from_address": found.sender.address.lower(),
        "from_name": found.sender.name,
        "subject": found.subject,
        "body": found.text,
        "comment": found.comment,
    }
    fits = all(
        squeezed(said[name]) == squeezed(expected[name]) for name in said if name in expected
    )
    if "to_first" in expected and not _are((expected["to_first"],), found.recipients[:1]):
        return False
    lists = {"to": found.recipients, "cc": found.cc}
    people = all(_are(expected[name], lists[name]) for name in lists if name in expected)
    begins = squeezed(found.text).startswith(squeezed(expected.get("body_startswith", "")))
    return fits and people and begins and _contains(found.text, expected.get("body_contains", []))


def _are(expected: Expected, people: Any) -> bool:
    wanted = [(each["address"].lower(), each.get("name")) for each in expected]
    return len(wanted) == len(people) and all(
        person.address.lower() == address and (name is None or person.name == name)
        for (address, name), person in zip(wanted, people, strict=True)
    )


def _bounced(reading: Reading, expected: Expected) -> bool:
    found = {address.lower() for address in reading.report.recipients}
    return found == {address.lower() for address in expected}


def _bounce(reading: Reading, expected: Expected) -> bool:
    report = reading.report
    if not report.failures:
        return False
    if "hard" in expected and report.permanent != expected["hard"]:
        return False
    if expected.get("temporary") and report.permanent:
        return False
    actions = {failed.action for failed in report.failures}
    if "action" in expected and expected["action"] not in actions:
        return False
    statuses = {failed.status for failed in report.failures}
    return "status" not in expected or expected["status"] in statuses


def _failures(reading: Reading, expected: Expected) -> bool:
    """Permanence and a report's kind; the finer reasons are one source's own vocabulary."""
    if reading.report.feedback_type is not None:
        return all(f.get("feedback_type") in (None, reading.report.feedback_type) for f in expected)
    if len(reading.report.failures) < len(expected):
        return False
    wanted_hard = any(failure.get("hard") for failure in expected)
    # Codes from x.0.900 on are the source's own invention; no server says them.
    wanted = {f["status"] for f in expected if f.get("status") and ".0.9" not in f["status"]}
    statuses = {failed.status for failed in reading.report.failures}
    hard = any(failed.address_is_dead for failed in reading.report.failures)
    return hard == wanted_hard and wanted <= statuses


def _tnef_body(reading: Reading, expected: Expected) -> bool:
    """The forms of a body, named as the source's own tool names them: `body.rtf`."""
    tnef = reading.tnef
    assert tnef is not None
    forms = {"body.txt": bool(tnef.text), "body.rtf": bool(tnef.rtf), "body.html": bool(tnef.html)}
    return {name for name, found in forms.items() if found} == set(expected)


def _external_ticket(reading: Reading, expected: Expected) -> bool:
    found = reading.mail.external_ticket
    if found is None or expected is None:
        return found is None and expected is None
    return (found.system, found.id) == (expected["system"], expected["id"])


def _thread(reading: Reading, expected: Expected) -> bool:
    """The first of a thread answers nothing of it; each later one names an earlier one."""
    named = {*reading.mail.in_reply_to, *reading.mail.references}
    earlier = {
        each for order, each in reading.threads.get(expected["id"], ()) if order < expected["order"]
    }
    return bool(named & earlier) if expected["order"] > 1 else not named & earlier


def _cleaned(reading: Reading, unwanted: Expected) -> bool:
    """Gone from what the desk keeps and shows of the HTML."""
    unwanted = [unwanted] if isinstance(unwanted, str) else unwanted
    shown = clean(reading.html or "").lower()
    return not any(each.lower() in shown for each in unwanted)


_NO_AUTOMATIC_REPLY = {None, Automation.MAILING_LIST, Automation.BULK, Automation.FEEDBACK}

RULES: dict[str, Callable[[Reading, Expected], object]] = {
    "parses": lambda r, e: e,
    "max_seconds": lambda r, e: True,  # Checked for every file, and more strictly.
    "from_address": _sender,
    "from_name": lambda r, e: squeezed(r.mail.sender.name) == squeezed(e),
    "to": lambda r, e: _lower(r.mail.recipients) == e,
    "cc": lambda r, e: _lower(r.mail.cc) == e,
    "reply_to": lambda r, e: _lower(r.mail.reply_to) == e,
    "to_first": lambda r, e: _lower(r.mail.recipients)[:1] == [e],
    "cc_includes": lambda r, e: set(e) <= set(_lower(r.mail.cc)),
    "participants": lambda r, e: (
        set(e) <= set(_lower((r.mail.sender, *r.mail.recipients, *r.mail.cc)))
    ),
    "effective_sender": lambda r, e: r.mail.author.address.lower() == (e or ""),
    "subject": lambda r, e: squeezed(r.mail.subject) == squeezed(e),
    "subject_contains": lambda r, e: _contains(r.mail.subject, e),
    "date": _date,
    "message_id": lambda r, e: r.mail.external_id == e if e else "no-message" in r.mail.external_id,
    "in_reply_to": lambda r, e: list(r.mail.in_reply_to) == ([e] if isinstance(e, str) else e),
    "in_reply_to_first": lambda r, e: list(r.mail.in_reply_to[:1]) == [e],
    "references": lambda r, e: list(r.mail.references) == e,
    "references_include": lambda r, e: set(e) <= set(r.mail.references),
    "text": lambda r, e: squeezed(r.text) == squeezed(e),
    "visible_text": lambda r, e: squeezed(e) in (squeezed(r.text), squeezed(r.split.visible)),
    "html": lambda r, e: squeezed(r.html) == squeezed(e),
    "html_text": lambda r, e: squeezed(text_of_html(r.html or "")) == squeezed(e),
    "text_contains": lambda r, e: _contains(r.text, e),
    "text_not_contains": lambda r, e: _lacks(r.text, e),
    "html_contains": lambda r, e: _contains(r.html or "", e),
    "html_text_contains": lambda r, e: _contains(text_of_html(r.html or ""), e),
    "text_is_empty": lambda r, e: (not r.text.strip()) == e,
    "has_text": lambda r, e: bool(r.text.strip()) == e,
    "has_html": lambda r, e: (r.html is not None) == e,
    "visible_reply": lambda r, e: squeezed(r.split.visible) == squeezed(e),
    "visible_reply_any_of": lambda r, e: squeezed(r.split.visible) in map(squeezed, e),
    "visible_reply_contains": lambda r, e: _contains(r.split.visible, e),
    "visible_reply_not_contains": lambda r, e: _lacks(r.split.visible, e),
    "quoted_contains": lambda r, e: _contains(r.split.quoted, e),
    "signature": lambda r, e: squeezed(r.split.signature) == squeezed(e),
    "signature_contains": lambda r, e: _contains(r.split.signature, e),
    "messages_count": lambda r, e: count_messages(r.text) == e,
    "attachments": _files,
    "attachments_count": lambda r, e: len(r.files) == e,
    "attachments_min": lambda r, e: len(r.files) >= e,
    "attachments_max_real": lambda r, e: len([f for f in r.files if not f.inline]) <= e,
    "regular_attachments_count": lambda r, e: len([f for f in r.files if not f.inline]) == e,
    "inline_images_min": lambda r, e: len([f for f in r.files if f.inline]) >= e,
    "attachment_names_must_not_contain": lambda r, e: _lacks(
        " ".join(file.name for file in r.files), e
    ),
    "tnef_body": _tnef_body,
    "html_must_not_contain": _cleaned,
    "forwarded": _forwarded,
    "is_bounce": lambda r, e: (r.mail.automation is Automation.BOUNCE) == e,
    "bounced_recipients": _bounced,
    "bounce": _bounce,
    "failures": _failures,
    "failures_count": lambda r, e: max(len(r.report.failures), bool(r.report.feedback_type)) == e,
    "is_auto_reply": lambda r, e: (r.mail.automation not in _NO_AUTOMATIC_REPLY) == e,
    "is_auto_generated": lambda r, e: (r.mail.automation is not None) == e,
    "is_out_of_office": lambda r, e: (r.mail.automation is Automation.OUT_OF_OFFICE) == e,
    "suppress_auto_reply": lambda r, e: (r.mail.answer_unwanted or bool(r.mail.automation)) == e,
    "is_feedback_report": lambda r, e: (r.mail.automation is Automation.FEEDBACK) == e,
    "is_mailing_list": lambda r, e: (r.mail.automation is Automation.MAILING_LIST) == e,
    "is_spam_flagged": lambda r, e: bool(r.mail.verdicts.spam) == e,
    "dmarc_failed": lambda r, e: r.mail.verdicts.dmarc_failed == e,
    "external_ticket": _external_ticket,
    "thread": _thread,
}
