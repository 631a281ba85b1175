"""Whose contact point a name at a service is: by an address that the service vouches for, else by the name alone."""

from __future__ import annotations

from channels.message import InboundMessage
from helpdesk.core.errors import Invalid
from helpdesk.people.addresses import normalise
from helpdesk.people.commands import add_contact_point, find_or_register_point, prove_contact_point
from helpdesk.people.models import ContactKind, ContactPoint
from helpdesk.people.registering import contact_point_of


def point_of(value: str, inbound: InboundMessage, kind: ContactKind, *, cause: str) -> ContactPoint:
    """The contact point of whoever wrote, made when nobody has it. Raises Invalid for an address that is none.

    An address for which somebody answers whom the administrator trusts (see `InboundMessage.vouched_email`) is proven by
    it, and says whose the name is when the desk meets the name for the first time. Whoever has the name already keeps it:
    that two are one person is said by a person.
    """
    name = inbound.author.name or inbound.author.address
    known = contact_point_of(kind, normalise(kind, value))
    if known is not None or not inbound.vouched_email:
        return known or find_or_register_point(value, name, kind=kind, cause=cause)
    try:
        email = find_or_register_point(inbound.vouched_email, name, cause=cause)
    except Invalid:
        return find_or_register_point(value, name, kind=kind, cause=cause)
    prove_contact_point(email, cause=cause)
    point = add_contact_point(email.person, kind, value, cause=cause)
    prove_contact_point(point, cause=cause)
    return point
