"""suggestion_for(): what a receipt may point to: the title of a service and a link, and nothing that somebody wrote (S18)."""

from __future__ import annotations

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _

from helpdesk.answers import known, uses
from helpdesk.answers.matching import judge
from helpdesk.answers.models import Outcome
from helpdesk.tickets.models import Message
from workflows.services import text_in


def suggestion_for(first: Message) -> str:
    """A paragraph for the receipt of this message, in the language that is set; "" for none.

    Only public services that allow it (`receipts: true`) are pointed to, and only if one is sure enough.
    """
    services = {one.name: one for one in known.services_for(None) if one.value.in_receipts}
    if not services:
        return ""
    language = str(get_locale() or "en")[:2]
    text = f"{first.ticket.subject} {first.text[:500]}"
    judged = judge(known.met(text, list(services.values()), [], language), known.threshold())
    if judged.said is None:
        return ""
    found = judged.said
    uses.note(
        text,
        door="mail",
        language=language,
        outcome=Outcome.ANSWERED,
        kind="service",
        name=found.name,
        confidence=found.confidence,
    )
    return str(
        _(
            "You may find an answer at once here: %(title)s, %(link)s",
            title=text_in(services[found.name].value.title, language),
            link=f"{current_app.config['DESK_BASE_URL']}/answers/{found.name}",
        )
    )
