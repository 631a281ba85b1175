"""What an agent can tell a caller: the desk's answers as a script, with what must be asked first."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.answers.asking import LONGEST_QUESTION, ask
from helpdesk.answers.known import services_for
from helpdesk.core.db import db
from helpdesk.people.models import Person
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.languages import OF_THE_PUBLIC
from workflows.services import text_in

FIELD = "field-"
MOST_LISTED = 50


@console.get("/calls/answers")
def say_answer() -> ResponseReturnValue:
    """Ask on behalf of a caller: by their words, or a service by name; then the fields it needs, then what to say."""
    agent = db.session.get_one(Person, current_actor().person_id)
    text = request.args.get("question", "").replace("\x00", "").strip()[:LONGEST_QUESTION]
    language = request.args.get("language", "en")
    language = language if language in OF_THE_PUBLIC else "en"
    offered = services_for(agent)[:MOST_LISTED]
    name = request.args.get("service", "")
    given = {
        key.removeprefix(FIELD): value
        for key, value in request.args.items()
        if key.startswith(FIELD)
    }
    answered = None
    if text or name in {one.name for one in offered}:
        answered = ask(text, "phone", agent, language, service=name or None, given=given)
    return render_template(
        "console/say.html",
        answered=answered,
        piece=answered.pieces[0] if answered and answered.is_sure and answered.pieces else None,
        values={"question": text, "language": language},
        errors={},
        languages=list(OF_THE_PUBLIC.items()),
        services=[(one.name, text_in(one.value.title, language)) for one in offered],
        field=FIELD,
    )
