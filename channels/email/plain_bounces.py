"""Bounces that no standard describes: a mail server's own words, read for who could not be reached."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from channels.email.bounce_signs import ADDRESS, is_system
from channels.email.failures import judged
from channels.email.mime import Part
from channels.message import FailedRecipient

_ANY_ADDRESS = re.compile(ADDRESS)
_FAILED = re.compile(
    r"fail|undeliver|not (?:be )?deliver|could ?n[o']t|cannot|unable|unknown|reject|refus|does not exist|"
    r"no such|invalid|returned|bounced|unrout|quota|denied|unbekannt|nicht zugestellt|error|problem|not found|"
    r"unavailable|not accept|full|timed out|expired|disabled|not a member|trouble|exceed|delay|deferred|不|"
    r"できません|失敗|\b5\d\d\b|échec|n'a pas pu|no se p|impossibil|mislukt|nie można|falha|não|gick inte|"
    r"mislykkede|не может|не удалось|تعذر",
    re.I,
)
_DELAYED = re.compile(
    r"delivery (?:attempts )?(?:is |will be |has been )?delayed|will (?:be retried|continue|keep trying|retry)|"
    r"has been delayed|still (?:be )?(?:trying|undelivered)|warning (?:message )?only|do not need to resend|"
    r"not (?:yet )?been delivered (?:yet|for)|has not yet been delivered|could not send message for past|"
    r"transient non-fatal|delivery is delayed|wird weiter versucht|noch nicht zugestellt|nouvelle tentative",
    re.I,
)
_GAVE_UP = re.compile(
    r"giving up|permanent|have failed|fatal errors|i'?ve given up|gave up|will be deleted from queue|"
    r"could not be delivered for \d+ days",
    re.I,
)
_ORIGINAL_BEGINS = re.compile(
    r"^[ >]{0,9}(?:-{2,}.{0,20}(?:copy of|original|returned|unsent|message header|message follows|below this line|"
    r"included is|headers follow|non-deliverable|kopfzeilen).{0,60}|(?:original|returned) message "
    r"(?:follows|:|headers?|details).*|below is a copy of the original.*|included is a copy of.*|"
    r"(?:the )?(?:header|text) of the (?:original )?message.*|message headers? follows?.*|"
    r"(?:Received|Return-Path|DKIM-Signature|Message-ID|MIME-Version|Content-Type|X-Mailer): ?.*)$",
    re.I | re.M,
)
# A line begins with the recipient, or a word that only a recipient follows stands before it.
_STRONG = re.compile(
    rf"(?:^[ \t]*(?:[*•>-]{{1,9}}[ \t]+)?[\[\"'<]{{0,2}}({ADDRESS})|(?:rcpt to|to|recipients?|for|user|mailing list|"
    rf"address|failed|mailbox|deliver(?:ed)? (?:to|mail to)|final-recipient: rfc822;|original-recipient: rfc822;|"
    rf"\b[45]\d\d(?:[ -][245]\.\d\.\d{{1,3}})?)\b[ \t:;<\"'(]{{1,9}}({ADDRESS})|[（(]({ADDRESS})[)）])",
    re.I | re.M,
)
# The original's own fields, repeated in the words above it: whoever stands there need not be who failed.
_OF_ORIGINAL = re.compile(
    r"^[ \t*•]{0,9}(?:to|cc|from|reply-to|sent (?:from|to)|message from|mail from|addressed to)[ \t]*:.{0,300}$",
    re.I | re.M,
)
# Whom to ask for help; never who failed.
_ADVICE = re.compile(
    rf"(?:contact|reply to|write to|send (?:an? )?(?:e-?)?mail to|complaints? to|help from|questions? to)"
    rf"[\s:<\"']{{1,9}}{ADDRESS}",
    re.I,
)
_REACHED_AS = re.compile(
    rf"^[ \t]*recipient address:[ \t]*\S{{1,320}}[ \t]*\n(?=[ \t]*original address:[ \t]*{ADDRESS})",
    re.I | re.M,
)
_MOST_TEXT = 20_000
_MOST_RECIPIENTS = 50
_AROUND = 400
_SEGMENT = 1_500


@dataclass(frozen=True, slots=True)
class PlainBounce:
    failures: tuple[FailedRecipient, ...]
    delayed: bool = False


def read_plain_bounce(
    root: Part, text: str, named: str, *, original_recipients: tuple[str, ...]
) -> PlainBounce | None:
    """Who could not be reached, by the header that names them or by the words; None if it says of nobody."""
    said = _ADVICE.sub("", _REACHED_AS.sub("", _without_original(text)))
    delayed = bool(_DELAYED.search(f"{root.text('subject')}\n{said}")) and not _GAVE_UP.search(said)
    people = _unique(_ANY_ADDRESS.findall(named)) or _people_in(root, said, original_recipients)
    if not people and not _FAILED.search(said):
        return None
    people = people[:_MOST_RECIPIENTS]
    words = _words_of_each(people, said)
    alone = len(people) == 1
    failures = tuple(
        judged(person, words[person.casefold()], whole=said, alone=alone) for person in people
    )
    return PlainBounce(failures or (judged("", said[:_SEGMENT], whole=said, alone=True),), delayed)


def _without_original(text: str) -> str:
    text = text[:_MOST_TEXT]
    begins = _ORIGINAL_BEGINS.search(text)
    cut = text[: begins.start()] if begins else text
    # Some put the copy first and their own words below it; then there is nothing to cut.
    return cut if _ANY_ADDRESS.search(cut) or len(cut) > 200 else text


def _people_in(root: Part, said: str, original_recipients: tuple[str, ...]) -> list[str]:
    receiver = {a.casefold() for a in _ANY_ADDRESS.findall(root.text("to"))}
    ours = receiver | {a.casefold() for a in _ANY_ADDRESS.findall(root.text("from"))}
    meant = [a.casefold() for line in original_recipients for a in _ANY_ADDRESS.findall(line)]
    meant = [person for person in meant if person not in receiver]
    own = _OF_ORIGINAL.sub("", said)
    strong = [person for person in _strong_in(own) if person.casefold() not in ours]
    people = [person for person in strong if not is_system(person)]
    failing = [person for person in people if _FAILED.search(_around(said, person))]
    everybody = _unique(_ANY_ADDRESS.findall(own))
    both = [person for person in everybody if person.casefold() in meant]
    others = [p for p in everybody if p.casefold() not in ours and not is_system(p)]
    found = failing or both or people or others[:1]
    # Some write to a postmaster, and that address too may not be there.
    return found or strong[:1] or meant[:1] or _named_as_original(said, receiver)


def _named_as_original(said: str, receiver: set[str]) -> list[str]:
    fields = "\n".join(_OF_ORIGINAL.findall(said))
    return [p for p in _unique(_ANY_ADDRESS.findall(fields)) if p.casefold() not in receiver][:1]


def _strong_in(said: str) -> list[str]:
    return _unique(next(filter(None, found), "") for found in _STRONG.findall(said))


def _unique(people: Iterable[str]) -> list[str]:
    kept: dict[str, str] = {}
    for person in people:
        bare = person.strip("'.-*`")
        kept.setdefault(bare.casefold(), bare)
    return [person for person in kept.values() if "@" in person]


def _around(said: str, person: str) -> str:
    at = said.find(person)
    return said[max(at - _AROUND, 0) : at + len(person) + _AROUND]


def _words_of_each(people: list[str], said: str) -> dict[str, str]:
    """What is said of each: from the beginning of a line that names them to where another is named."""
    marks = sorted(_mentions(people, said))
    words = {person.casefold(): "" for person in people}
    for number, (at, person) in enumerate(marks):
        begin = said.rfind("\n", 0, at) + 1
        others = (mark for mark, who in marks[number + 1 :] if who != person)
        end = next(others, len(said))
        end = said.rfind("\n", at, end) if end < len(said) and "\n" in said[at:end] else end
        if len(words[person]) < _SEGMENT:
            words[person] += said[begin : min(end, begin + _SEGMENT)] + "\n"
    return words


def _mentions(people: list[str], said: str) -> Iterator[tuple[int, str]]:
    wanted = {person.casefold() for person in people}
    last = ""
    for found in _ANY_ADDRESS.finditer(said):
        person = found[0].strip("'.-*`").casefold()
        if person in wanted and person != last:
            yield found.start(), person
            last = person
