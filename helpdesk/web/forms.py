"""Forms: what was typed, what is wrong with it, and nothing that was not asked for (S29)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request
from flask_babel import gettext as _
from wtforms import PasswordField

from helpdesk.core.errors import DomainError, Invalid

# Flask-WTF ships no types; for the checker our forms stand on the class it extends.
if TYPE_CHECKING:
    from wtforms import Form as Base
else:
    from flask_wtf import FlaskForm as Base

ALWAYS_TAKEN = frozenset({"csrf_token"})


class Form(Base):
    """A form whose template gets `values` and `errors`, as `macros/forms.html` wants them.

    `errors` maps the name of a field to a sentence; the key "" holds what belongs to no field. A field that the form
    does not have is refused.
    """

    def is_valid(self) -> bool:
        """Whether all that was sent can be used; `complaints` says what cannot."""
        valid = self.validate()
        unknown = self._unknown_fields()
        if unknown:
            self.complain(
                "",
                _(
                    "The form sent something we did not ask for: %(names)s.",
                    names=", ".join(unknown),
                ),
            )
        return bool(valid) and not unknown

    def refuse(self, error: DomainError) -> None:
        """Show an error of a command at the field it names."""
        sentence = " ".join(part for part in (error.title, error.advice) if part)
        name = error.field if isinstance(error, Invalid) and error.field in self._fields else ""
        self.complain(name or "", sentence)

    def complain(self, name: str, sentence: str) -> None:
        """Say what is wrong with a field, or with the form as a whole."""
        self._said.setdefault(name, sentence)

    @property
    def complaints(self) -> dict[str, str]:
        """What is wrong, a sentence for each field, in the order of the form."""
        found = {name: str(field.errors[0]) for name, field in self._fields.items() if field.errors}
        return {**self._said, **found}

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, to be shown again; passwords are never given back."""
        return {
            name: field.data
            for name, field in self._fields.items()
            if name not in ALWAYS_TAKEN and not isinstance(field, PasswordField)
        }

    @property
    def _said(self) -> dict[str, str]:
        said: dict[str, str] = self.__dict__.setdefault("_complaints", {})
        return said

    def _unknown_fields(self) -> list[str]:
        return sorted({*request.form, *request.files} - set(self._fields) - ALWAYS_TAKEN)[:5]


def require_valid(form: Form) -> None:
    """Raise Invalid for a form that cannot be used."""
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))


def own_line(text: str | None) -> str | None:
    """A filter for fields of one line: no breaks, no NUL, no blanks around (S22)."""
    if text is None:
        return None
    return " ".join(text.replace("\x00", "").split())
