"""Searching the help: by words, within a category or a language."""

from __future__ import annotations

from collections import Counter

from flask import render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import feedback, languages, looking, queries
from helpdesk.web.help.blueprint import help_pages, viewer
from helpdesk.web.languages import public_language

LONGEST = 200
MOST_FOUND = 30


@help_pages.get("/search")
def search() -> ResponseReturnValue:
    """What was found, best first; words that found nothing are remembered without who asked."""
    asked = " ".join(request.args.get("q", "")[:LONGEST].replace("\x00", " ").split())
    reader, language = viewer(), public_language()
    found = queries.find(asked, reader, language, MOST_FOUND) if asked else []
    suggestion = looking.did_you_mean(asked, reader) if asked and not found else None
    if asked and not found and (reader is None or not reader.is_staff):
        with unit_of_work():
            feedback.note_miss(asked, language)
    chosen = request.args.get("category", "")
    shelves = {shelf.id: shelf for shelf in queries.shelves(reader, language)} if found else {}
    counts = Counter(one.category_id for one in found)
    return render_template(
        "help/search.html",
        q=asked,
        found=[one for one in found if chosen in ("", str(one.category_id))],
        facets=[
            (one, shelves[one].name, number)
            for one, number in counts.most_common()
            if one in shelves
        ],
        category=chosen,
        names={one: shelf.name for one, shelf in shelves.items()},
        suggestion=suggestion,
        language_names=languages.NAMES,
        language=language,
    )
