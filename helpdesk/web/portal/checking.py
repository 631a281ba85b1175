"""The last pages of a form: who asks, the answers to check, sending, and what happens next."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.contact_forms import drafts
from helpdesk.contact_forms.models import FormDraft
from helpdesk.contact_forms.sending import Sender, send
from helpdesk.contact_forms.wording import said
from helpdesk.core.errors import Invalid, TooMany
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import web_door
from helpdesk.people import visiting
from helpdesk.people.addresses import normalise, normalise_email
from helpdesk.people.limits import allow, source_key
from helpdesk.people.models import ContactKind
from helpdesk.web.auth import source_address
from helpdesk.web.languages import public_language
from helpdesk.web.portal import likely, places, similar
from helpdesk.web.portal.blueprint import portal
from helpdesk.web.portal.visitor import current_visit
from workflows.contact_answers import one_line
from workflows.contact_form import AnswerKind, ContactForm, asked, asked_answers

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# One household or office; and one address, be it typed by its owner or by others.
SENT_AN_HOUR, SENT_A_DAY_TO_ONE = 60, 20
LINKS_AN_HOUR, LINKS_AN_HOUR_FROM_ONE = 5, 30
LONGEST_NAME, LONGEST_POST = 120, 300
CONTACT = ("name", "email", "phone", "post")
TRAP = "website"


@portal.route("/ask/<form>/<key>/contact", methods=["GET", "POST"])
def contact(form: str, key: str) -> ResponseReturnValue:
    """Who asks, and where they are answered."""
    draft = places.own_draft(form, key)
    if draft.raw_id is not None or current_visit() is not None:
        return redirect(places.next_url(draft), code=303)
    values = dict(draft.contact)
    errors: dict[str, str] = {}
    if request.method == "POST":
        values, errors = _read_contact()
        if not errors:
            with unit_of_work():
                locked = drafts.lock(key)
                drafts.put_contact(locked, values)
            return redirect(places.next_url(locked), code=303)
    page = render_template(
        "portal/contact.html",
        form=drafts.form_of(draft),
        draft=draft,
        values=values,
        errors=errors,
        language=public_language(),
        back_url=places.back_url(draft, None),
    )
    return page, 422 if errors else 200


@portal.get("/ask/<form>/<key>/check")
def check(form: str, key: str) -> ResponseReturnValue:
    """All answers, each with the way to change it, and what may answer the question already."""
    draft = places.own_draft(form, key)
    onward = places.next_url(draft)
    if onward != places.check_url(draft):
        return redirect(onward, code=303)
    return _check_page(draft, {})


@portal.post("/ask/<form>/<key>/send")
def send_form(form: str, key: str) -> ResponseReturnValue:
    """Send it; a second click, a reload or the way back send nothing more (P36)."""
    draft = places.own_draft(form, key)
    if draft.raw_id is None:
        onward = places.next_url(draft)
        if onward != places.check_url(draft):
            return redirect(onward, code=303)
        sender = _sender(draft)
        _refuse_too_many(sender.address or sender.phone or sender.post)
        send(key, sender, trap=request.form.get(TRAP, ""))
    return redirect(places.sent_url(draft), code=303)


@portal.get("/ask/<form>/<key>/sent")
def sent(form: str, key: str) -> ResponseReturnValue:
    """The reference, and what happens next."""
    draft = places.own_draft(form, key)
    if draft.raw_id is None:
        return redirect(places.next_url(draft), code=303)
    return render_template(
        "portal/sent.html",
        form=drafts.form_of(draft),
        sent=web_door.standing(draft.raw_id),
        way=drafts.way_of(draft.contact),
        language=public_language(),
    )


@portal.route("/ask/<form>/<key>/save", methods=["GET", "POST"])
def save(form: str, key: str) -> ResponseReturnValue:
    """Mail the link by which they return to what they have typed so far."""
    draft = places.own_draft(form, key)
    if draft.raw_id is not None:
        return redirect(places.sent_url(draft), code=303)
    typed = str(request.form.get("email", draft.contact.get("email", "")))
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _mail_return(draft, normalise_email(typed))
        except Invalid:
            errors["email"] = _("Type an e-mail address, such as name@example.org.")
        else:
            flash(
                _("We are sending the link to %(address)s. It is good for 30 days.", address=typed),
                "ok",
            )
            return redirect(url_for("portal.save", form=form, key=key), code=303)
    page = render_template(
        "portal/save.html",
        form=drafts.form_of(draft),
        draft=draft,
        values={"email": typed},
        errors=errors,
        language=public_language(),
        back_url=places.next_url(draft),
    )
    return page, 422 if errors else 200


def refuse_too_many_links(address: str) -> None:
    """Count a link to an address. Raises TooMany; what a flood asks for, nobody is sent."""
    source = source_key(source_address())
    if not allow("link-source", source, LINKS_AN_HOUR_FROM_ONE, HOUR) or not allow(
        "link", address, LINKS_AN_HOUR, HOUR
    ):
        raise TooMany(
            _("Too many links were asked for."),
            _("Look into your mail, or try again in an hour."),
            retry_after=3600,
        )


def _mail_return(draft: FormDraft, address: str) -> None:
    refuse_too_many_links(address)
    with unit_of_work():
        drafts.keep_for_return(drafts.lock(draft.key))
        visiting.mail_link(
            address, places.check_url(draft), lasting=drafts.KEPT_BY_LINK, locale=public_language()
        )


def _refuse_too_many(address: str) -> None:
    source = source_key(source_address())
    if not allow("form-source", source, SENT_AN_HOUR, HOUR) or not allow(
        "form-address", address.casefold(), SENT_A_DAY_TO_ONE, DAY
    ):
        raise TooMany(
            _("Too many forms were sent from where you are."),
            _("Nothing you typed is lost: come back to this form later, or ring us."),
            retry_after=3600,
        )


def _sender(draft: FormDraft) -> Sender:
    visit = current_visit()
    if visit is not None:
        return Sender(visit.address, visit.person.name, is_proven=True)
    told = draft.contact
    return Sender(
        told.get("email", ""), told.get("name", ""), told.get("phone", ""), told.get("post", "")
    )


def _read_contact() -> tuple[dict[str, str], dict[str, str]]:
    typed = {name: one_line(request.form.get(name, "")) for name in CONTACT}
    # The lines of an address stay apart on the one line that is kept.
    lines = map(one_line, request.form.get("post", "").splitlines())
    typed["post"] = ", ".join(line.rstrip(",") for line in lines if line)
    errors: dict[str, str] = {}
    if not typed["name"]:
        errors["name"] = _("Type your name.")
    elif len(typed["name"]) > LONGEST_NAME:
        errors["name"] = _("Type a shorter name.")
    if not (typed["email"] or typed["phone"] or typed["post"]):
        errors["email"] = _("Give an e-mail address, a telephone number or a postal address.")
    if typed["email"] and not _is_read_as(ContactKind.EMAIL, typed["email"]):
        errors["email"] = _("Type an e-mail address, such as name@example.org.")
    needs_number = typed["phone"] and not typed["email"]
    unfit = needs_number and not _is_read_as(ContactKind.PHONE, typed["phone"])
    if unfit or len(typed["phone"]) > LONGEST_NAME:
        errors["phone"] = _("Type a telephone number, such as 01632 960 001.")
    if len(typed["post"]) > LONGEST_POST:
        errors["post"] = _("Type a shorter address.")
    return typed, errors


def _is_read_as(kind: ContactKind, text: str) -> bool:
    try:
        return bool(normalise(kind, text))
    except Invalid:
        return False


def _check_page(draft: FormDraft, errors: dict[str, str]) -> str:
    form, language = drafts.form_of(draft), public_language()
    words = _words_of(form, draft)
    return render_template(
        "portal/check.html",
        form=form,
        draft=draft,
        rows=_rows(form, draft, language),
        visit=current_visit(),
        likely=likely.answers_to(words, language),
        similar=similar.open_like(draft, words),
        errors=errors,
        language=language,
        back_url=places.contact_url(draft)
        if current_visit() is None
        else places.back_url(draft, None),
    )


def _rows(form: ContactForm, draft: FormDraft, language: str) -> list[tuple[str, str, str, str]]:
    """Each question, its answer in words, the page to change it, and its name."""
    return [
        (
            one.label.in_(language),
            said(one, draft.answers.get(one.name), language),
            places.question_url(draft, one),
            one.name,
        )
        for one in asked(form, draft.answers)
    ]


def _words_of(form: ContactForm, draft: FormDraft) -> str:
    """What somebody wrote in their own words, by which answers are looked for."""
    answers = asked_answers(form, draft.answers)
    kinds = (AnswerKind.TEXT, AnswerKind.LONG_TEXT)
    own = [
        str(answers[one.name])
        for one in asked(form, answers)
        if one.kind in kinds and answers.get(one.name)
    ]
    return "\n".join([form.title.in_(public_language()), *own])[:2000]
