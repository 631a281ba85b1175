"""What happens to people and groups, in the past tense; the journal keeps all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpdesk.core.events import TracedEvent

PERSON = "person"
GROUP = "group"
ORGANISATION = "organisation"
AGENCY = "agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvent(TracedEvent):
    """Something happened to a person."""

    subject_kind: str = PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(PersonEvent):
    """A person is known to the desk for the first time."""

    is_first: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEdited(PersonEvent):
    """A name, an organisation or another detail of a person changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPointAdded(PersonEvent):
    """A person can be reached in one more way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPointProven(PersonEvent):
    """A person showed that a contact point is theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPointUndeliverable(PersonEvent):
    """Mail to a contact point came back for good; nothing more is sent there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPointReachable(PersonEvent):
    """A contact point showed a sign of life, or somebody says that it works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRefused(PersonEvent):
    """A person called mail of ours unwanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAllowed(PersonEvent):
    """A person takes mail to many again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInvited(PersonEvent):
    """A person was asked to work at the desk and may choose a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanged(PersonEvent):
    """A person became a requester, an agent or an administrator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDeactivated(PersonEvent):
    """A person may no longer sign in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReactivated(PersonEvent):
    """A person may sign in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMade(PersonEvent):
    """A person has a key for a program that acts as them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEnded(PersonEvent):
    """Such a key is good for nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(PersonEvent):
    """A person has another password; every older session is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEvent(TracedEvent):
    """Something happened to a group."""

    subject_kind: str = GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCreated(GroupEvent):
    """There is a new group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanged(GroupEvent):
    """The name, address, signature, agency or state of a group changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(GroupEvent):
    """A person joined a group, or holds another right in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(GroupEvent):
    """A person left a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCreated(TracedEvent):
    """There is a new organisation."""

    subject_kind: str = ORGANISATION


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyCreated(TracedEvent):
    """There is a new agency."""

    subject_kind: str = AGENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleMerged(PersonEvent):
    """All that was another person's is this person's now; `after` says whose it was and how much moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMergedAway(PersonEvent):
    """The person was found to be another, who has all that was theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleParted(PersonEvent):
    """A merge was taken back: what it had moved here went back to whom it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCameBack(PersonEvent):
    """The person stands for themselves again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDistinct(PersonEvent):
    """Somebody looked and found that this person is not another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedNoted(PersonEvent):
    """What a person needs from us was noted, with their consent; `personal` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDropped(PersonEvent):
    """A need is kept no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten(PersonEvent):
    """An agent wrote a note about this person; `personal` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteChanged(PersonEvent):
    """A note about this person was written anew; `personal` has both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRemoved(PersonEvent):
    """A note about this person was taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningGiven(PersonEvent):
    """Staff are warned about this person; `personal` says of what and why, `after` until when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningEnded(PersonEvent):
    """A warning about this person holds no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeNamed(PersonEvent):
    """Somebody may speak for this person; `after` says who, in what, and until when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeEnded(PersonEvent):
    """Somebody may speak for this person no longer."""
