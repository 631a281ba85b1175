"""What a page says of an index that does not give everything."""

from __future__ import annotations

from flask_babel import gettext as _


def damaged() -> str:
    """The index cannot be read."""
    said: str = _(
        "Search is limited at the moment: its index is damaged. “desk search rebuild” mends it."
    )
    return said


def being_made() -> str:
    """The index is not whole yet."""
    said: str = _("Search is limited at the moment: its index is being made anew.")
    return said


def common_words() -> str:
    """Not every match was ranked."""
    said: str = _("These words are common: only the newest matches were ranked.")
    return said


def narrow_it_down() -> str:
    """Not every match was looked at."""
    said: str = _("There are many matches, and not all were looked at. More words narrow it down.")
    return said
