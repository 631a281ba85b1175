"""Which catalogue the texts of a request are read in. A page has some four hundred texts, so it is settled once."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, has_app_context
from flask_babel import Domain, get_locale, get_translations

# Where Flask-Babel keeps what it knows of a request; its language is another object whenever it changed.
_BABEL = "_flask_babel"
_HELD = "desk_translations"


def init_translating(app: Flask) -> None:
    """Let Flask-Babel's own functions read from here too."""
    babel = app.extensions["babel"]
    settled: Any = _SettledDomain
    babel.instance.domain_instance = settled(domain=babel.default_domain)


def translations() -> Any:
    """The translations of this request, in the language it speaks right now."""
    return _held() or get_translations()


class _SettledDomain(Domain):
    def get_translations(self) -> Any:
        found = _held()
        if found is None:
            found = super().get_translations()  # type: ignore[no-untyped-call]  # Flask-Babel says no types here.
            if has_app_context():
                # The language is known by now.
                setattr(g, _HELD, (get_locale(), found))
        return found


def _held() -> Any:
    """What was settled before, unless the language is another since."""
    try:
        # A proxy asks anew, at each step, whose request it is.
        here = g._get_current_object()
    except RuntimeError:
        return None
    held = here.get(_HELD)
    return held[1] if held and held[0] is getattr(here.get(_BABEL), "babel_locale", None) else None
