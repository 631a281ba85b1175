"""Whether what is kept of service levels says what the histories of the tickets say."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from helpdesk.checking.finding import Finding
from helpdesk.sla import proving


def check_timers() -> Iterator[Finding]:
    """The last nightly look at a sample of tickets; nothing before the first."""
    proof = proving.last_proof()
    if proof is None:
        return
    named = ", ".join(str(one) for one in proof.differing)
    if named:
        what = _(
            "The clocks of some tickets say something else than their histories: %(tickets)s.",
            tickets=named,
        )
        advice = _("Call “desk sla verify --all”, and tell the makers of Commondesk.")
    else:
        what = _(
            "The clocks of %(count)s tickets say what their histories say.", count=proof.looked_at
        )
        advice = ""
    yield Finding("timers", not proof.differing, what, advice)
