"""Which forms the portal offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from helpdesk.core.errors import NotFound
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from workflows.contact_form import ContactForm


@dataclass(frozen=True, slots=True)
class Offered:
    """A form that is offered, and the version of it that holds now."""

    name: str
    form: ContactForm
    version: Version


def offered(*, signed_in: bool) -> list[Offered]:
    """The forms that a visitor is offered, in their order."""
    found = (Offered(one.name, one.value, one) for one in store.current(Kind.FORM))
    return [
        one for one in found if one.form.is_active and (signed_in or not one.form.signed_in_only)
    ]


def offered_form(name: str) -> Offered:
    """The form of this name, if it is in use; whether it asks for a sign-in, its page decides. Raises NotFound."""
    found = next((one for one in offered(signed_in=True) if one.name == name), None)
    if found is None:
        raise NotFound(_("There is no such form any more."), _("Choose another from the list."))
    return found


def matching(words: str, forms: Sequence[Offered], language: str) -> list[Offered]:
    """Those of the forms whose title or purpose has one of these words; the more of them the earlier."""
    wanted = {word for word in words.casefold().split() if len(word) > 2}
    scored = [(sum(word in _text_of(one, language) for word in wanted), one) for one in forms]
    hits = [(score, one) for score, one in scored if score]
    return [one for _score, one in sorted(hits, key=lambda each: -each[0])]


def _text_of(one: Offered, language: str) -> str:
    form = one.form
    texts = (form.title.in_(language), form.lead.in_(language), form.title.in_("en"))
    return " ".join(texts).casefold()
