"""What a member of staff puts below their own letters, beside the signature of the group."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from flask_babel import gettext as _

from helpdesk.core.errors import Invalid
from helpdesk.messaging.letters import filled_in
from helpdesk.people.addresses import tidy_name
from helpdesk.people.models import Person

# All that an own signature may name; each is replaced by plain words, and nothing in it is ever computed (S31).
PLACEHOLDERS: dict[str, Callable[[], str]] = {
    "agent": lambda: _("your name"),
    "first_name": lambda: _("your first name"),
    "job_title": lambda: _("your job title"),
    "group": lambda: _("the group"),
    "agency": lambda: _("the agency"),
    "desk": lambda: _("the name of the desk"),
    "address": lambda: _("the address it is sent from"),
    "number": lambda: _("the ticket's number"),
}
# Where a group's signature has it, the own one stands there; else above it.
OWN = "own"
_OWN_PLACE = f"{{{OWN}}}"
LONGEST = 1000
MOST_LINES = 12
LONGEST_TITLE = 120
_NAMED = re.compile(r"\{([a-z_]+)\}")
_GAP = re.compile(r"\n{3,}")


def choose_signature(person: Person, *, job_title: str, signature: str) -> None:
    """Keep what somebody signs with. Raises Invalid for what is too long, or names what there is not."""
    title, words = tidy_name(job_title), checked(signature)
    if len(title) > LONGEST_TITLE:
        raise Invalid(
            _("A job title has %(most)s characters at most.", most=LONGEST_TITLE),
            field="job_title",
        )
    person.job_title, person.signature = title, words


def checked(signature: str) -> str:
    """A signature as it is kept. Raises Invalid."""
    words = "\n".join(line.rstrip() for line in signature.replace("\r\n", "\n").split("\n")).strip()
    if len(words) > LONGEST or words.count("\n") >= MOST_LINES:
        raise Invalid(
            _(
                "A signature has %(lines)s lines and %(most)s characters at most.",
                lines=MOST_LINES,
                most=LONGEST,
            ),
            field="signature",
        )
    unknown = [name for name in _NAMED.findall(words) if name not in PLACEHOLDERS]
    if unknown:
        raise Invalid(
            _("A signature cannot name {%(name)s}.", name=unknown[0]),
            _("Take one of the list below."),
            field="signature",
        )
    return words


def signed_together(group_words: str, own_words: str, values: Mapping[str, str]) -> str:
    """The signature of a letter: the group's, with the writer's own at its place in it, or else above it."""
    own = filled_in(own_words, dict(values)).strip()
    named = {**values, OWN: own}
    if own and _OWN_PLACE not in group_words:
        group_words = f"{_OWN_PLACE}\n\n{group_words}"
    return _GAP.sub("\n\n", filled_in(group_words, named)).strip()
