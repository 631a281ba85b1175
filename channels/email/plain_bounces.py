"""Bounces that no standard describes: a mail server's own words, read for who could not be reached."""

import re
from dataclasses import dataclass

from channels.email.failures import dead_address, is_permanent, reply_code_in, status_in
from channels.email.mime import Part
from channels.message import Address, FailedRecipient

_ADDRESS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*)(?:\.[A-Za-z0-9-]+)*"
_ANY_ADDRESS = re.compile(_ADDRESS)
_BOUNCERS = re.compile(
    r"^(?:mail[-_.]?daemon|postmaster|mmdf|.*[-+._]?mailer-daemon.*|mdaemon|undelivered|mail\.system|mailsystem|"
    r"(?:mail[-_.]?)?delivery(?:[-_.]?(?:system|subsystem))|virusscanner|amavis|.*daemon)@",
    re.I,
)
_DAEMONS = re.compile(r"^(?:mailer[-_.]?daemon|mmdf|mdaemon|.*[-+._]mailer-daemon)@", re.I)
_ANSWER = re.compile(r"\s*(?:re|aw|sv|antw|odp|ynt|rv|fwd?|wg|tr)\s*:", re.I)
_MACHINE_WORDS = re.compile(
    rf"(?:could not|cannot|unable to|failed to) (?:be )?(?:deliver\w*|send) (?:your )?(?:the )?(?:message )?"
    rf"(?:to|for)[^@]{{0,60}}{_ADDRESS}|failed recipients?:|intended recipient:|rcpt to: ?<|"
    rf"was automatically rejected|<?{_ADDRESS}>?[^@]{{0,40}}\b5\d\d[ -]5\.\d\.\d",
    re.I,
)
_SUBJECTS = re.compile(
    r"undeliver|un-?delivered|delivery (?:status|failure|failed|has failed|report|notification|problem|error|"
    r"incomplete|unsuccessful)|returned (?:mail|to sender|message|e?mail)|failure (?:notice|delivery)|"
    r"(?:mail|message|delivery) (?:system )?(?:error|failure|failed|undeliverable|could not)|mail could not|"
    r"non-?delivery|not delivered|nondeliverable|unzustellbar|nicht zugestellt|non remis|"
    r"échec de (?:la )?(?:remise|distribution)|non recapitabile|mancata consegna|niet afgeleverd|onbestelbaar|"
    r"no se puede entregar|devuelto|não entregue|niedoręczon|kunne ikke leveres|kan inte levereras|"
    r"user unknown|could not (?:send|deliver)|unable to deliver|cannot (?:send|deliver)|bounce|"
    r"warning: could not send|warning: message delayed|automatically rejected|processing error|"
    r"delivery delayed|problems? (?:while )?deliver|message status - undeliverable|"
    r"mail error|rejected (?:mail|message)|permanent delivery failure|message you sent|blocked by|banned contents",
    re.I,
)
_FAILED = re.compile(
    r"fail|undeliver|not (?:be )?deliver|could ?n[o']t|cannot|unable|unknown|reject|refus|does not exist|"
    r"no such|invalid|returned|bounced|unrout|quota|denied|unbekannt|nicht zugestellt|error|problem|not found|"
    r"unavailable|not accept|full|timed out|expired|disabled|不|できません|\b5\d\d\b",
    re.I,
)
_DELAYED = re.compile(
    r"delivery (?:attempts )?(?:is |will be |has been )?delayed|will (?:be retried|continue|keep trying|retry)|"
    r"still (?:be )?trying|warning message only|not (?:yet )?been delivered (?:yet|for)|do not need to resend|"
    r"could not send message for past|transient non-fatal",
    re.I,
)
_GAVE_UP = re.compile(r"giving up|permanent|have failed|fatal errors|i'?ve given up|gave up", re.I)
_ORIGINAL_BEGINS = re.compile(
    r"^[ >]*(?:-{2,}.{0,20}(?:copy of|original|returned|unsent|message header|message follows|below this line|"
    r"included is|headers follow|transcript of message).{0,60}|(?:original|returned) message (?:follows|:|header).*|"
    r"(?:the )?(?:header|text) of the (?:original )?message.*|message headers? follows?.*|"
    r"(?:Received|Return-Path|DKIM-Signature|Message-ID|MIME-Version|Content-Type|X-Mailer): .*)$",
    re.I | re.M,
)
_STRONG = re.compile(
    rf"(?:^[ \t]*<?({_ADDRESS})>?[ \t]*(?::|\.\.\.|$|,|\()|(?:rcpt to|to|recipient|recipients?|for|user|address|"
    rf"failed|mailbox|deliver(?:ed)? (?:to|mail to)|final-recipient: rfc822;|original-recipient: rfc822;|"
    rf"\b[45]\d\d(?:[ -][245]\.\d\.\d+)?)\b[ \t:;<\"'(]+({_ADDRESS}))",
    re.I | re.M,
)
_MOST_TEXT = 20_000
_MOST_RECIPIENTS = 50
_AROUND = 400


@dataclass(frozen=True, slots=True)
class PlainBounce:
    failures: tuple[FailedRecipient, ...]
    delayed: bool = False


def looks_like_bounce(root: Part, sender: Address, text: str) -> bool:
    """Sent by a mail system, or under a subject that mail systems use and with more that gives it away."""
    if root.content_type == "multipart/report" or _DAEMONS.match(sender.address):
        return True
    subject = root.text("subject")
    speaks = _SUBJECTS.search(subject) is not None
    if speaks and not _ANSWER.match(subject) and _MACHINE_WORDS.search(text[: _AROUND * 3]):
        return True
    # Parcel services too write of failed deliveries, so a subject alone is not enough.
    by_system = _BOUNCERS.match(sender.address) is not None
    return speaks and (by_system or root.text("return-path") == "<>" or not sender.address)


def read_plain_bounce(
    root: Part, text: str, named: str, *, original_recipients: tuple[str, ...]
) -> PlainBounce | None:
    """Who could not be reached, by the header that names them or by the words; None if it says of nobody."""
    said = _without_original(text)
    delayed = bool(_DELAYED.search(f"{root.text('subject')}\n{said}")) and not _GAVE_UP.search(said)
    people = _ANY_ADDRESS.findall(named) or _people_in(root, said, original_recipients)
    if not people and not _FAILED.search(said):
        return None
    failures = tuple(_failure(person, said) for person in people[:_MOST_RECIPIENTS])
    return PlainBounce(failures or (_failure("", said),), delayed)


def _without_original(text: str) -> str:
    text = text[:_MOST_TEXT]
    begins = _ORIGINAL_BEGINS.search(text)
    cut = text[: begins.start()] if begins else text
    # Some put the copy first and their own words below it; then there is nothing to cut.
    return cut if _ANY_ADDRESS.search(cut) or len(cut) > 200 else text


def _people_in(root: Part, said: str, original_recipients: tuple[str, ...]) -> list[str]:
    ours = {a.casefold() for name in ("from", "to") for a in _ANY_ADDRESS.findall(root.text(name))}
    meant = {a.casefold() for line in original_recipients for a in _ANY_ADDRESS.findall(line)}
    meant -= {a for a in ours if a in {b.casefold() for b in _ANY_ADDRESS.findall(root.text("to"))}}
    strong = _unique(found[0] or found[1] for found in _STRONG.findall(said))
    strong = [
        person for person in strong if person.casefold() not in ours and not _is_system(person)
    ]
    everybody = _unique(_ANY_ADDRESS.findall(said))
    both = [person for person in everybody if person.casefold() in meant]
    near_failure = [person for person in strong if _FAILED.search(_around(said, person))]
    others = [
        person for person in everybody if person.casefold() not in ours and not _is_system(person)
    ]
    return near_failure or both or strong or others[:1] or sorted(meant)[:1]


def _unique(people: object) -> list[str]:
    assert hasattr(people, "__iter__")
    kept = {str(person).strip("'.").casefold(): str(person).strip("'.") for person in people}
    return [person for person in kept.values() if "@" in person]


def _is_system(person: str) -> bool:
    return _BOUNCERS.match(person) is not None or person.lower().startswith(("abuse@", "support@"))


def _around(said: str, person: str) -> str:
    at = said.find(person)
    return said[max(at - _AROUND, 0) : at + len(person) + _AROUND]


def _failure(person: str, said: str) -> FailedRecipient:
    at = max(said.find(person), 0)
    after = said[at : at + 1_500]
    status = status_in(after) or status_in(said)
    code = reply_code_in(after) or reply_code_in(said)
    reason = " ".join(after[:_AROUND].split())
    return FailedRecipient(
        address=person,
        status=status,
        reply_code=code,
        action="failed",
        permanent=is_permanent(status, code),
        reason=reason,
        address_is_dead=dead_address(status, code, " ".join(after.split())),
    )
