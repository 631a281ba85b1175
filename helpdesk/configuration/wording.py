"""What the YAML parser objects to, in words that tell a person what to write instead."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from ruamel.yaml.error import MarkedYAMLError


def words_of_parser(error: Exception) -> str:
    """A sentence for an error of the parser; its own words stand behind it where we know no better ones."""
    problem = str(getattr(error, "problem", None) or "")
    context = str(getattr(error, "context", None) or "")
    for part, sentence in _known():
        if part in problem or part in context:
            return sentence
    if not isinstance(error, MarkedYAMLError):
        return _("A character stands here that no text may hold; take it out.")
    return _(
        "This cannot be read (%(problem)s). Look at the indentation, the colons and the quotes here and above.",
        problem=problem or context,
    )


def mark_of(error: MarkedYAMLError) -> Any:
    """Where to look: at what was opened and never closed, else where the parser stopped; None if it does not know."""
    opened = str(error.context or "").startswith(
        ("while scanning a quoted", "while parsing a flow")
    )
    first, second = error.problem_mark, error.context_mark
    return (second or first) if opened else (first or second)


def _known() -> tuple[tuple[str, str], ...]:
    return (
        (
            "mapping values are not allowed",
            _(
                "A colon too many, or the line above is not finished. Put a text with a colon into quotes."
            ),
        ),
        ("found character '\\t'", _("A tab stands here; indent with spaces.")),
        (
            "cannot start any token",
            _("This character cannot begin a value; put the text into quotes."),
        ),
        (
            "could not find expected ':'",
            _("After the name of a field a colon and a blank are missing."),
        ),
        (
            "while parsing a block",
            _(
                "This is indented differently from what it belongs to; give both the same number of spaces."
            ),
        ),
        (
            "while parsing a flow",
            _("A bracket is opened here and not closed, or a comma is missing within it."),
        ),
        (
            "while scanning a quoted scalar",
            _(
                "A quotation mark opens here and does not close, or a backslash within means nothing."
            ),
        ),
        ("while scanning a block scalar", _("After | or > nothing more may stand on the line.")),
        ("while scanning a directive", _("A line may not begin with %.")),
    )
