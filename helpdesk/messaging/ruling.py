"""Changing the desk's rules for mail: by whom, and what they were."""

from __future__ import annotations

from dataclasses import asdict

from flask_babel import gettext as _

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.messaging import policy as policies
from helpdesk.messaging.events import PolicyChanged
from helpdesk.messaging.policy import MailPolicy
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.addresses import normalise_email


def change(policy: MailPolicy, *, actor: Actor | None = None) -> None:
    """Put these rules in the place of those that stand; the journal keeps what changed."""
    require(actor, Deed.MANAGE_SETTINGS)
    old, new = asdict(policies.read()), asdict(policy)
    changed = [name for name in new if new[name] != old[name]]
    if not changed:
        return
    policies.write(policy)
    record(
        PolicyChanged(
            actor_id=id_of(actor),
            cause="console",
            before={name: old[name] for name in changed},
            after={name: new[name] for name in changed},
        )
    )


def tidy_domain(text: str) -> str:
    """A domain in its one form, or "" for none. Raises Invalid."""
    wanted = text.strip().removeprefix("@").casefold()
    if not wanted:
        return ""
    try:
        return normalise_email(f"any@{wanted}").partition("@")[2]
    except Invalid:
        raise Invalid(
            _("That is no domain."), _("Write it like reply.example.org."), field="reply_domain"
        ) from None
