"""The desk's forms in the windows of other services: the same questions, conditions and checks, all on one page.

What a service has no field for gets a plain line and the same check. Which version somebody sees, and how many of a
group, is noted in the form itself, so that nothing has to be kept while they fill it in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from flask_babel import get_locale
from flask_babel import gettext as _

from channels.forms import FormAnswer, FormField, FormFieldKind, FormFilled, ShownForm
from helpdesk.contact_forms.filling import Filling, item_prefix
from helpdesk.contact_forms.queries import Offered, matching, offered, offered_form
from helpdesk.contact_forms.sending import place_for, words_of
from helpdesk.core.errors import NotFound
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.messaging.asking import WHICH, Meant
from workflows.contact_answers import fields_of
from workflows.contact_form import AnswerKind, ContactForm, Question

# A window that holds more is no help; such a form is filled in on the portal.
MOST_FIELDS = 90
_LONGEST_WORDS = 500
_FORM = "form"
_KINDS = {
    AnswerKind.LONG_TEXT: FormFieldKind.TEXT,
    AnswerKind.CHOICE: FormFieldKind.CHOICE,
    AnswerKind.YES_NO: FormFieldKind.CHOICE,
    AnswerKind.SEVERAL: FormFieldKind.SEVERAL,
    AnswerKind.DATE: FormFieldKind.DATE,
    AnswerKind.EMAIL: FormFieldKind.EMAIL,
    AnswerKind.FILES: FormFieldKind.FILES,
}
_OWN_WORDS = (AnswerKind.LONG_TEXT, AnswerKind.TEXT)


class Windows:
    """Keeps the forms for `messaging.asking`; all words are in the language of now."""

    def first(self, words: str) -> ShownForm | None:
        forms = [one for one in offered(signed_in=False) if _fits(one.form)]
        if len(forms) > 1:
            return _which(forms, words[:_LONGEST_WORDS])
        return _shown(_begun(forms[0], words)) if forms else None

    def anew(self, filled: FormFilled) -> ShownForm | None:
        filling = _filling(filled)
        return None if filling is None else _shown(filling.with_one_more(filled.pressed))

    def check(self, filled: FormFilled) -> FormAnswer:
        if filled.name == WHICH:
            return _chosen(filled)
        filling = _filling(filled)
        if filling is None:
            return FormAnswer()
        read = filling.read()
        if read.unseen:
            # An answer opened further questions, and the window has not followed.
            return FormAnswer(onward=_shown(filling))
        return FormAnswer(
            errors={name: str(_(one.text, **one.values)) for name, one in read.problems.items()}
        )

    def meant(self, filled: FormFilled) -> Meant | None:
        filling = _filling(filled)
        if filling is None:
            return None
        read = filling.read()
        subject, text = words_of(filling.form, read.values)
        # What nobody could check in time may hold what cannot be used; its words stand as they were typed.
        place = place_for(filling.form, read.values, name=filling.name)
        return Meant(subject, "" if read.problems else text, place)


def _language() -> str:
    locale = get_locale()
    return locale.language if locale is not None else "en"


def _fits(form: ContactForm) -> bool:
    return sum(len(fields_of(one)) for one in form.all_questions()) <= MOST_FIELDS


def _which(forms: Sequence[Offered], words: str) -> ShownForm:
    """What is it about: the forms by their titles, those first that have one of the words."""
    language = _language()
    hits = matching(words, forms, language)
    ordered = [*hits, *(one for one in forms if one not in hits)]
    choices = tuple((one.name, one.form.title.in_(language)) for one in ordered)
    field = FormField(_FORM, _("What is it about?"), FormFieldKind.CHOICE, choices=choices)
    return ShownForm(
        name=WHICH,
        title=_("Ask for help"),
        send=_("Continue"),
        cancel=_("Cancel"),
        fields=(field,),
        note=words,
    )


def _chosen(filled: FormFilled) -> FormAnswer:
    try:
        form = offered_form(next(iter(filled.typed.get(_FORM, ())), ""))
    except NotFound as gone:
        return FormAnswer(errors={_FORM: f"{gone.title} {gone.advice}"})
    return FormAnswer(onward=_shown(_begun(form, filled.note)))


def _begun(form: Offered, words: str) -> Filling:
    return Filling(form.name, form.version.id, form.form, words=words[:_LONGEST_WORDS])


def _filling(filled: FormFilled) -> Filling | None:
    """The form in the version that was shown; None for one that is none of ours."""
    try:
        noted = json.loads(filled.note)
        version = store.version_by_id(int(noted["version"]))
        more = {str(name): int(count) for name, count in noted["more"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, NotFound):
        return None
    if version.kind is not Kind.FORM or version.name != filled.name:
        return None
    words = str(noted.get("words", ""))
    return Filling(version.name, version.id, version.value, filled.typed, more, words)


def _shown(filling: Filling) -> ShownForm:
    language, form = _language(), filling.form
    noted = {"version": filling.version_id, "more": dict(filling.more), "words": filling.words}
    return ShownForm(
        name=filling.name,
        title=form.title.in_(language),
        send=_("Send"),
        cancel=_("Cancel"),
        fields=tuple(_fields(filling, language)),
        note=json.dumps(noted, ensure_ascii=False),
    )


def _fields(filling: Filling, language: str) -> Iterator[FormField]:
    form = filling.form
    for name, text in (("lead", form.lead), ("before", form.before)):
        if text:
            yield FormField(f"note.{name}", text.in_(language), FormFieldKind.NOTE)
    deciding = {one.question for question in form.questions for one in question.when}
    first = next((one.name for one in form.questions if one.kind in _OWN_WORDS), "")
    for question in filling.questions():
        if question.kind is AnswerKind.GROUP:
            yield from _group(filling, question, language)
        else:
            words = filling.words if question.name == first else ""
            yield from _question(
                question, "", language, changes=question.name in deciding, words=words
            )


def _group(filling: Filling, group: Question, language: str) -> Iterator[FormField]:
    label, count = group.label.in_(language), filling.count(group)
    yield FormField(f"note.{group.name}", label, FormFieldKind.NOTE)
    for at in range(count):
        for one in group.questions:
            number = f" ({at + 1})" if group.most > 1 else ""
            yield from _question(one, item_prefix(group, at), language, number=number)
    if count < group.most:
        yield FormField(group.name, _("Add another"), FormFieldKind.MORE)


def _question(
    question: Question,
    prefix: str,
    language: str,
    *,
    number: str = "",
    changes: bool = False,
    words: str = "",
) -> Iterator[FormField]:
    label, hint = question.label.in_(language) + number, question.hint.in_(language)
    if question.kind is AnswerKind.ADDRESS:
        yield from _address(question, prefix, label, hint)
        return
    choices = tuple((one.value, one.label.in_(language)) for one in question.options)
    if question.kind is AnswerKind.YES_NO:
        choices = (("yes", _("Yes")), ("no", _("No")))
    yield FormField(
        prefix + question.name,
        label,
        _KINDS.get(question.kind, FormFieldKind.LINE),
        question.required,
        hint,
        choices,
        changes,
        words,
        question.most,
    )


def _address(question: Question, prefix: str, label: str, hint: str) -> Iterator[FormField]:
    parts = (_("First line"), _("Second line"), _("Town"), _("Postcode"))
    for name, part in zip(fields_of(question), parts, strict=True):
        required = question.required and not name.endswith("-line2")
        yield FormField(f"{prefix}{name}", f"{label} {part}", required=required, hint=hint)
        hint = ""
