"""read_automation(): delivery reports (RFC 3464), answering machines (RFC 3834), lists, feedback."""

import re
from typing import NamedTuple

from channels.email.failures import dead_address, is_permanent, reply_code_in, status_in
from channels.email.headers import ids_of, parse_parameters, raw_text, text_of
from channels.email.mime import Limits, Part, decoded, read_header
from channels.email.plain_bounces import looks_like_bounce, read_plain_bounce
from channels.message import Address, Automation, DeliveryReport, FailedRecipient

_BLANK_LINES = re.compile(rb"\r?\n[ \t]*\r?\n")
_DELIVERY_STATUS = ("message/delivery-status", "message/global-delivery-status")
_ORIGINALS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers")
_ID_IN_TEXT = re.compile(r"^[ >\t]*Message-ID:[ \t]*(?:\n[ \t]+)?<([^<>\s]+)>", re.I | re.M)
_OUT_OF_OFFICE = re.compile(
    r"out of (?:the )?office|out-of-office|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply|"
    r"abwesenheit|automatische antwort|absence du bureau|réponse automatique|absent du bureau|"
    r"respuesta automática|fuera de la oficina|risposta automatica|fuori ufficio|automatisch antwoord|"
    r"afwezig|autosvar|automatisk svar|ikke på kontoret|automatiskt svar|frånvar|resposta automática|"
    r"autoodpowiedź|odpowiedź automatyczna|ateb awtomatig|allan o'r swyddfa|on (?:annual leave|vacation|holiday)|"
    r"vacation (?:reply|response|message)|رد تلقائي|خارج المكتب|خودکار جواب",
    re.I,
)
_SUPPRESS_ALL = ("all", "oof", "autoreply", "dr", "nrn", "rn")


class Seen(NamedTuple):
    """What we believe of a message, and the delivery report in it if it is one."""

    automation: Automation | None = None
    report: DeliveryReport | None = None
    answer_unwanted: bool = False


def read_automation(root: Part, text: str, sender: Address) -> Seen:
    """Whether a program wrote this. Guesses only where a program gives itself away."""
    unwanted = _answer_unwanted(root)
    if root.content_type == "text/plain" and not _is_suspect(root, sender, text, unwanted):
        return Seen()
    feedback = _feedback(root)
    if feedback is not None:
        return Seen(Automation.FEEDBACK, feedback, answer_unwanted=True)
    reported = _reported(root, text, sender)
    if reported is not None:
        return reported
    return Seen(_by_headers(root), None, unwanted)


def _is_suspect(root: Part, sender: Address, text: str, unwanted: bool) -> bool:
    """The quick way past most mail: one plain part in which nothing speaks of a program."""
    return (
        unwanted
        or _by_headers(root) is not None
        or root.raw("x-failed-recipients") is not None
        or looks_like_bounce(root, sender, text)
    )


def _feedback(root: Part) -> DeliveryReport | None:
    for part in root.walk():
        if part.content_type == "message/feedback-report":
            fields = {name: text_of(value) for name, value in read_header(part.body)}
            failed = FailedRecipient(
                fields.get("original-rcpt-to", "").strip("<>"),
                reason=fields.get("feedback-type", ""),
            )
            return DeliveryReport(
                (failed,),
                _original_field(root, b"message-id"),
                _original_field(root, b"subject"),
                fields.get("feedback-type", "other").lower(),
            )
    is_report = root.content_type == "multipart/report"
    if is_report and root.parameters.get("report-type", "").lower() == "feedback-report":
        return DeliveryReport((), feedback_type="other")
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
    plain = read_plain_bounce(root, text, named, original_recipients=_original_recipients(root))
    if plain is None:
        return None
    report = DeliveryReport(
        plain.failures,
        _original_field(root, b"message-id") or _id_in(text),
        _original_field(root, b"subject"),
    )
    kind = Automation.DELAY if plain.delayed else Automation.BOUNCE
    return Seen(kind, report, answer_unwanted=True)


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
            for block in _BLANK_LINES.split(decoded(part, Limits()).strip()):
                fields = {name: text_of(value) for name, value in reversed(read_header(block))}
                if fields.keys() & {"final-recipient", "original-recipient", "action", "status"}:
                    groups.append(fields)
    return groups


def _from_groups(root: Part, groups: list[dict[str, str]], text: str) -> Seen:
    actions = {_action(group) for group in groups}
    failed = [group for group in groups if _action(group) == "failed"]
    if not failed and actions & {"delivered", "relayed", "expanded", "deliverable"}:
        return Seen(Automation.RECEIPT, None, answer_unwanted=True)
    failures = tuple(_failure(group, text) for group in failed or groups)
    unique = {failure.address.casefold() or str(n): failure for n, failure in enumerate(failures)}
    report = DeliveryReport(
        tuple(unique.values()),
        _original_field(root, b"message-id") or _id_in(text),
        _original_field(root, b"subject"),
    )
    delayed = not failed and "delayed" in actions
    return Seen(Automation.DELAY if delayed else Automation.BOUNCE, report, answer_unwanted=True)


def _action(group: dict[str, str]) -> str:
    said = group.get("action", "").split("(")[0].strip().strip("<>").lower().split(" ")[0]
    if said in {"failed", "delayed", "delivered", "relayed", "expanded"}:
        return said
    return "failed" if said in {"failure", "fail", "bounced"} or not said else said


def _failure(group: dict[str, str], text: str) -> FailedRecipient:
    diagnosis = group.get("diagnostic-code", "").partition(";")[2] or group.get(
        "diagnostic-code", ""
    )
    status = status_in(group.get("status", "")) or status_in(diagnosis)
    in_words = status_in(diagnosis)
    # The field is written by the server that reports, the words by the one that refused.
    if in_words and in_words[0] in "45" and (status is None or not in_words.endswith(".0.0")):
        status = in_words
    code = reply_code_in(diagnosis)
    reason = " ".join(diagnosis.split())
    return FailedRecipient(
        address=_recipient(group),
        status=status,
        reply_code=code,
        action=_action(group),
        permanent=is_permanent(status, code),
        reason=reason,
        address_is_dead=dead_address(status, code, reason or text[:2000]),
    )


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


def _original_field(root: Part, name: bytes) -> str | None:
    for fields in _originals(root):
        for known, value in fields:
            if known == name.decode():
                ids = ids_of(value) if known == "message-id" else (text_of(value),)
                return ids[0] if ids else None
    return None


def _original_recipients(root: Part) -> tuple[str, ...]:
    return tuple(
        raw_text(value) for fields in _originals(root) for name, value in fields if name == "to"
    )


def _id_in(text: str) -> str | None:
    found = _ID_IN_TEXT.search(text)
    return found[1] if found else None


def _by_headers(root: Part) -> Automation | None:
    submitted = parse_parameters(root.raw("auto-submitted") or b"")[0].split(" ")[0]
    precedence = root.text("precedence").lower()
    away = _is_away(root)
    answered = submitted == "auto-replied" or precedence in ("auto_reply", "auto-reply")
    if answered or _answers_by_itself(root):
        return Automation.OUT_OF_OFFICE if away else Automation.AUTO_REPLY
    if submitted not in ("", "no"):
        return Automation.OUT_OF_OFFICE if away else Automation.AUTO_GENERATED
    if root.raw("list-id") is not None or (root.raw("list-post") and precedence == "list"):
        return Automation.MAILING_LIST
    if precedence in ("bulk", "junk", "list"):
        return Automation.OUT_OF_OFFICE if away else Automation.BULK
    return Automation.OUT_OF_OFFICE if away and _speaks_of_program(root) else None


def _answers_by_itself(root: Part) -> bool:
    names = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-autoreply-from")
    said = [root.text(name).lower() for name in names if root.raw(name) is not None]
    return any(value not in ("no", "false") for value in said)


def _is_away(root: Part) -> bool:
    subject = root.text("subject")
    kind = f"{root.text('x-auto-response-type')} {root.text('x-ms-exchange-inbox-rules-loop')}"
    mailer = root.text("x-mailer").lower() + root.text("x-autogenerated").lower()
    submitted = root.text("auto-submitted").lower()
    by_rule = root.raw("x-ms-exchange-inbox-rules-loop") and root.raw("x-auto-response-suppress")
    return (
        _OUT_OF_OFFICE.search(subject) is not None
        or subject.lower().startswith("vacation:")
        or "vacation" in f"{mailer} {submitted}"
        or "owner-email" in submitted
        or "oof" in kind.lower()
        or bool(by_rule)
    )


def _speaks_of_program(root: Part) -> bool:
    """A subject alone may be a person's; with one of these it is not."""
    empty_path = root.text("return-path") == "<>"
    suppressed = root.raw("x-auto-response-suppress") is not None
    generated = root.text("x-ms-exchange-generated-message-source") != ""
    # A person's answer to an absence note quotes its subject after "Re:".
    answer = re.match(r"\s*(?:re|aw|sv|antw|odp|ynt|rv)\s*:", root.text("subject"), re.I)
    return empty_path or suppressed or generated or (not answer and _begins_as_notice(root))


def _begins_as_notice(root: Part) -> bool:
    found = _OUT_OF_OFFICE.search(root.text("subject"))
    return found is not None and found.start() < 3


def _answer_unwanted(root: Part) -> bool:
    suppress = root.text("x-auto-response-suppress").lower()
    if any(word.strip() in _SUPPRESS_ALL for word in re.split(r"[,;\s]+", suppress)):
        return True
    names = ("list-id", "list-unsubscribe", "list-post", "x-loop", "feedback-id")
    if any(root.raw(name) is not None for name in names):
        return True
    precedence = root.text("precedence").lower()
    return precedence in ("bulk", "list", "junk") or root.text("return-path") == "<>"
