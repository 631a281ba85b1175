"""The front page of the desk, and the choice of a language."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from helpdesk.contact_forms import queries
from helpdesk.contact_forms.wording import said_item
from helpdesk.messaging import policy as policies
from helpdesk.messaging.identity import desk_identity
from helpdesk.tickets.access import number_parts
from helpdesk.web.auth import current_actor_or_none
from helpdesk.web.languages import CHOSEN, is_spoken, public_language
from helpdesk.web.navigation import first_page, own_path
from helpdesk.web.portal import likely, ways
from helpdesk.web.portal.blueprint import portal
from helpdesk.web.portal.visitor import current_visit

LONGEST_SEARCH = 200


@portal.get("/")
def front() -> ResponseReturnValue:
    """What one may ask for here; staff who are signed in are taken to their work, as ever."""
    actor = current_actor_or_none()
    if actor is not None and actor.is_staff:
        return redirect(first_page(), code=303)
    words = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    if number_parts(words):
        return redirect(url_for("portal.request_page", number=words.upper()), code=303)
    language = public_language()
    services = queries.offered(signed_in=current_visit() is not None)
    return render_template(
        "portal/front.html",
        services=services,
        words=words,
        found=queries.matching(words, services, language) if words else [],
        likely=likely.answers_to(words, language) if words else [],
        language=language,
        ways=ways.choices(
            language, desk_identity(policies.lately()).address, with_forms=bool(services)
        ),
    )


@portal.post("/language")
def choose_language() -> ResponseReturnValue:
    """Read the public pages in this language from now on, in this browser."""
    chosen = request.form.get("language", "")
    if is_spoken(chosen):
        session[CHOSEN] = chosen
    return redirect(own_path(request.form.get("next")) or url_for("portal.front"), code=303)


portal.add_app_template_global(said_item, "item_words")
