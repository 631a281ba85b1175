"""read_automation(): delivery reports (RFC 3464), receipts (RFC 8098), complaints (RFC 5965), and who answers by itself."""

import re
from dataclasses import replace
from typing import NamedTuple

from channels.email.addresses import usable
from channels.email.automation import answer_unwanted, by_headers
from channels.email.bounce_signs import looks_like_bounce
from channels.email.charsets import decode
from channels.email.failures import (
    dead_address,
    is_after_data,
    is_permanent,
    reply_code_in,
    status_in,
)
from channels.email.headers import ids_of, raw_text, text_of
from channels.email.mime import Limits, Part, decoded, read_header, read_parts
from channels.email.plain_bounces import read_plain_bounce
from channels.message import Address, Automation, DeliveryReport, FailedRecipient

_BLANK_LINES = re.compile(rb"\r?\n[ \t]*\r?\n")
_DELIVERY_STATUS = ("message/delivery-status", "message/global-delivery-status")
_ORIGINALS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers")
_ID_IN_TEXT = re.compile(r"^[ >\t]*Message-ID:[ \t]*(?:\n[ \t]+)?<([^<>\s]+)>", re.I | re.M)
_MOST_PEOPLE = 500
_MOST_STATUS = 500_000
_MOST_TEXT = 5_000
_SPOKEN_BY_PROGRAMS = (
    Automation.AUTO_REPLY,
    Automation.OUT_OF_OFFICE,
    Automation.AUTO_GENERATED,
    Automation.MAILING_LIST,
    Automation.BULK,
)


class Seen(NamedTuple):
    """What we believe of a message, and the delivery report in it if it is one."""

    automation: Automation | None = None
    report: DeliveryReport | None = None
    answer_unwanted: bool = False


def read_automation(root: Part, text: str, sender: Address) -> Seen:
    """Whether a program wrote this. Guesses only where a program gives itself away."""
    unwanted = answer_unwanted(root, sender)
    feedback = _feedback(root, sender)
    if feedback is not None:
        return Seen(Automation.FEEDBACK, feedback, answer_unwanted=True)
    reported = _reported(root, text, sender)
    if reported is not None:
        return reported
    kind = by_headers(root, sender)
    return Seen(kind, None, unwanted or kind in _SPOKEN_BY_PROGRAMS)


def _feedback(root: Part, sender: Address) -> DeliveryReport | None:
    original = (_original_field(root, "message-id"), _original_field(root, "subject"))
    for part in root.walk():
        if part.content_type == "message/feedback-report":
            fields = [(name, text_of(value)) for name, value in read_header(part.body)]
            kind = next(
                (value for name, value in fields if name == "feedback-type"), "other"
            ).lower()
            people = [value for name, value in fields if name == "original-rcpt-to"] or [""]
            failed = tuple(
                FailedRecipient(person.strip("<>"), reason=kind) for person in people[:_MOST_PEOPLE]
            )
            return DeliveryReport(failed, *original, kind)
    is_report = root.content_type == "multipart/report"
    if is_report and root.parameters.get("report-type", "").lower() == "feedback-report":
        return DeliveryReport((), feedback_type="other")
    if sender.key == "staff@hotmail.com" and root.text("subject").startswith("complaint about"):
        people = [value for value in _original_values(root, "x-hmxmroriginalrecipient") if value]
        failed = tuple(FailedRecipient(person, reason="abuse") for person in people[:_MOST_PEOPLE])
        return DeliveryReport(failed, *original, "abuse")
    if root.text("x-apple-unsubscribe").lower() == "true":
        return DeliveryReport((), feedback_type="opt-out")
    return None


def _reported(root: Part, text: str, sender: Address) -> Seen | None:
    groups = _status_groups(root)
    if groups:
        return _from_groups(root, groups, text)
    if _is_disposition(root):
        return Seen(Automation.RECEIPT, None, answer_unwanted=True)
    named = root.text("x-failed-recipients")
    if not named and not looks_like_bounce(root, sender, text):
        return None
    wrapped = _wrapped(root, text)
    if wrapped is not None:
        return wrapped
    plain = read_plain_bounce(root, text, named, original_recipients=_original_recipients(root))
    if plain is None:
        return None
    report = DeliveryReport(
        plain.failures,
        _original_field(root, "message-id") or _id_in(text),
        _original_field(root, "subject"),
    )
    kind = Automation.DELAY if plain.delayed else Automation.BOUNCE
    return Seen(kind, report, answer_unwanted=True)


def _wrapped(root: Part, text: str) -> Seen | None:
    """What a standard report says that a gateway packed into a mail of its own, or spelled out in its words."""
    spelled = [group for group in _groups_in(text.encode()) if "final-recipient" in group]
    if spelled:
        return _from_groups(root, spelled, text)
    for part in root.walk():
        if part.content_type == "message/rfc822" and part is not root:
            inner = read_parts(decoded(part, Limits()), Limits())
            groups = _status_groups(inner)
            if groups:
                return _from_groups(inner, groups, text)
    return None


def _is_disposition(root: Part) -> bool:
    """A receipt for reading; one that says the mail was refused is a bounce in all but name."""
    kind = "message/disposition-notification"
    if not any(part.content_type == kind for part in root.walk()):
        return False
    return "reject" not in root.text("subject").lower()


def _status_groups(root: Part) -> list[dict[str, str]]:
    """The fields of each recipient, those of the whole report left out (RFC 3464, 2.1)."""
    groups: list[dict[str, str]] = []
    for part in root.walk():
        if part.content_type in _DELIVERY_STATUS:
            groups += _groups_in(decoded(part, Limits()))
    return groups[:_MOST_PEOPLE]


def _groups_in(status: bytes) -> list[dict[str, str]]:
    groups: list[dict[str, str]] = []
    if b"\x1b$" in status:
        status = decode(status).encode()  # Some write Japanese words here without saying so.
    for block in _BLANK_LINES.split(status.strip()[:_MOST_STATUS]):
        fields = {name: text_of(value) for name, value in reversed(read_header(block))}
        if fields.keys() & {"final-recipient", "original-recipient", "action", "status"}:
            groups.append(fields)
    return groups


def _from_groups(root: Part, groups: list[dict[str, str]], text: str) -> Seen:
    actions = {_action(group) for group in groups}
    failed = [group for group in groups if _action(group) == "failed"]
    arrived = not failed and bool(actions & {"delivered", "relayed", "expanded", "deliverable"})
    alone = len(failed or groups) == 1
    failures = tuple(_failure(group, text, alone=alone) for group in failed or groups)
    if alone and not failures[0].address:
        # The report names a mailbox or a program behind the address that we wrote to.
        failures = (replace(failures[0], address=_only_recipient(root)),)
    unique = {failure.address.casefold() or str(n): failure for n, failure in enumerate(failures)}
    report = DeliveryReport(
        tuple(unique.values()),
        _original_field(root, "message-id") or _id_in(text),
        _original_field(root, "subject"),
    )
    if arrived:
        return Seen(Automation.RECEIPT, report, answer_unwanted=True)
    delayed = not failed and "delayed" in actions
    return Seen(Automation.DELAY if delayed else Automation.BOUNCE, report, answer_unwanted=True)


def _action(group: dict[str, str]) -> str:
    said = group.get("action", "").split("(")[0].strip().strip("<>").lower().split(" ")[0]
    if said in {"failed", "delayed", "delivered", "relayed", "expanded"}:
        return said
    return "failed" if said in {"failure", "fail", "bounced"} or not said else said


def _failure(group: dict[str, str], text: str, *, alone: bool) -> FailedRecipient:
    diagnosis = group.get("diagnostic-code", "").partition(";")[2] or group.get(
        "diagnostic-code", ""
    )
    address, action = _recipient(group), _action(group)
    spoken = _spoken_of(address, text, alone=alone)
    status = _status(group, diagnosis, spoken if alone else "")
    code = reply_code_in(diagnosis)
    reason = " ".join(diagnosis.split())
    said_to_data = is_after_data(spoken)
    return FailedRecipient(
        address=address,
        status=status,
        reply_code=code,
        action=action,
        permanent=is_permanent(status, code),
        reason=reason,
        address_is_dead=action == "failed"
        and dead_address(status, code, reason or spoken, after_data=said_to_data),
    )


def _status(group: dict[str, str], diagnosis: str, spoken: str) -> str | None:
    status = status_in(group.get("status", "")) or status_in(diagnosis)
    in_words = status_in(diagnosis)
    # The field is written by the server that reports, the words by the one that refused.
    if in_words and in_words[0] in "45" and (status is None or not in_words.endswith(".0.0")):
        return in_words
    if in_words is None and (status is None or status.endswith(".0.0")):
        finer = status_in(spoken)
        if finer and not finer.endswith(".0.0") and (status is None or finer[0] == status[0]):
            return finer
    return status


def _spoken_of(address: str, text: str, *, alone: bool) -> str:
    """What the words above a standard report say of one recipient."""
    text = text[:_MOST_TEXT]
    if alone or not address:
        return text
    at = max(text.casefold().find(address.casefold()), 0)
    return text[at : at + 600]


def _recipient(group: dict[str, str]) -> str:
    # We look for the address that we wrote to; the final one may be a mailbox behind it.
    for name in ("original-recipient", "final-recipient"):
        value = group.get(name, "")
        address = (value.partition(";")[2] or value).strip().strip("<>").strip()
        address = address.split(" ")[0].strip("<>\"'")
        if "@" in address:
            local, _, domain = address.rpartition("@")
            return f"{local}@{domain.lower()}"
    return ""


def _originals(root: Part) -> list[list[tuple[str, bytes]]]:
    return [
        read_header(re.split(rb"\r?\n\r?\n", decoded(part, Limits()).lstrip(), maxsplit=1)[0])
        for part in root.walk()
        if part.content_type in _ORIGINALS and part is not root
    ]


def _original_field(root: Part, name: str) -> str | None:
    for fields in _originals(root):
        for known, value in fields:
            if known == name:
                ids = ids_of(value) if known == "message-id" else (text_of(value),)
                return ids[0] if ids else None
    return None


def _original_recipients(root: Part) -> tuple[str, ...]:
    """Whom the message was for: by its envelope where it was noted, else by its To."""
    wanted = ("x-original-to", "delivered-to", "envelope-to", "to")
    return tuple(value for name in wanted for value in _original_values(root, name))


def _original_values(root: Part, wanted: str) -> list[str]:
    return [
        raw_text(value) for fields in _originals(root) for name, value in fields if name == wanted
    ]


def _only_recipient(root: Part) -> str:
    found = {each.address for line in _original_recipients(root) for each in usable(line)}
    return found.pop() if len(found) == 1 else ""


def _id_in(text: str) -> str | None:
    found = _ID_IN_TEXT.search(text)
    return found[1] if found else None
