"""Every public page as somebody meets it on the way, looked at by axe in both themes on the narrowest screen, also in Welsh."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from helpdesk.answers.asking import ask
from helpdesk.contact_forms import sending
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.demo.forms import set_up_forms
from helpdesk.knowledge import feedback
from helpdesk.knowledge.models import Article
from helpdesk.people import visiting
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import LOOK, NARROWEST, WIDER_THAN_SCREEN, say
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.helpdesk.knowledge.shelf import make_article, make_category, publish_anew, translate
from tests.makers import make_reply, make_ticket
from tests.servers.browser import BrowserWatch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ADA = "ada@borough.example"
SUBJECT = "Rubbish-of-the-whole-street-" + "not-collected-" * 4
TYPED = {"day": "16", "month": "11", "year": "2026", "postcode": "AB1 2CD", "depth": "12"}
LONG_PAGE = """# Bins

## When

| Street | Rubbish, black bin | Recycling, blue box | Food, brown caddy | Garden, green bin |
|---|---|---|---|---|
| Featherstonehaugh Crescent | Monday | Tuesday | Wednesday | Thursday |

## Where

[https://borough.example/a-very-long-address-of-a-page/that-nobody-can-remember/at-all](https://borough.example/x)

## What

`the-whole-of-a-long-word-that-a-machine-would-type-and-no-person-ever-would`

## Who

1. The crew.
"""
# What another theme may change is colours.
LOOK_AT_COLOURS = LOOK.replace("axe.run({", 'axe.run({runOnly: ["color-contrast"], ')
# Text that its own box cuts off; what is only for ears may be.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter(one => {
    const box = one.getBoundingClientRect();
    return one.scrollWidth > one.clientWidth + 1 && box.width > 1 && !one.matches("input, textarea, pre")
        && ["hidden", "clip"].includes(getComputedStyle(one).overflowX);
}).map(one => `${one.tagName} ${one.className}`)"""


class Walk:
    """Somebody who reads on a small screen; what stands in their way is gathered."""

    def __init__(self, desk: LiveDesk, page: Page, language: str) -> None:
        self.desk, self.page, self.language = desk, page, language
        # A theme changes the colours alone, and those are the same in each language.
        self.in_the_dark = language == "en"
        self.found: list[str] = []
        self.seen = 0

    def go(self, path: str) -> None:
        self.page.goto(self.desk.url + path)
        self.look()

    def look(self) -> None:
        """Look at the page as it stands."""
        name = self.page.url.removeprefix(self.desk.url)
        self.page.evaluate(AXE_SCRIPT)
        self.page.emulate_media(color_scheme="light")
        self.found += [f"{name}: {one}" for one in self.page.evaluate(LOOK)]
        if self.in_the_dark:
            self.page.emulate_media(color_scheme="dark")
            self.found += [f"{name}, dark: {one}" for one in self.page.evaluate(LOOK_AT_COLOURS)]
        for wide in self.page.evaluate(WIDER_THAN_SCREEN) + self.page.evaluate(CUT_OFF):
            self.found.append(f"{name}: does not fit: {wide}")
        said = str(self.page.locator("html").get_attribute("lang"))
        if said.partition("-")[0] != self.language:
            self.found.append(f"{name}: says that its language is {said}")
        self.seen += 1

    def press(self, form: str = "main form[method=post]") -> bool:
        """Press the first button of the form; whether that led to another page."""
        before = self.page.url
        with self.page.expect_navigation():
            self.page.locator(f"{form} button.btn").first.click()
        return self.page.url != before

    def fill(self) -> None:
        """Type into all fields of the form, and choose the first of what is offered."""
        for field in self.page.locator("main form[method=post] :is(input, textarea)").all():
            kind, name = field.get_attribute("type") or "text", field.get_attribute("name") or ""
            if kind == "email":
                field.fill("fay@home.example")
            elif kind in ("text", "tel") and name not in ("website", "phone"):
                field.fill(TYPED.get(name.rpartition("-")[2], "14 Alder Row"))
        for group in self.page.locator("main form[method=post] fieldset .choices").all():
            group.locator("input").first.check()


@pytest.fixture
def walk(
    live_desk: LiveDesk,
    browser_page: Page,
    browser_watch: BrowserWatch,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], Walk]:
    """Begins a walk in a language, on a small screen."""
    monkeypatch.setattr(sending, "QUICKEST", timedelta(0))
    browser_watch.expect("Failed to load resource")

    def begun(language: str) -> Walk:
        browser_page.set_viewport_size({"width": NARROWEST, "height": 900})
        if language != "en":
            browser_page.goto(f"{live_desk.url}/help")
            browser_page.locator(f"button[lang={language}]").click()
        return Walk(live_desk, browser_page, language)

    return begun


def put_form() -> None:
    """One form with each kind of question."""
    with unit_of_work():
        set_up_forms()
        bodies = [store.find(Kind.FORM, name).body for name in ("parking-permit", "pothole")]
        body = store.find(Kind.FORM, "missed-bin").body
        asked = [one for one in bodies[0]["questions"] if one["kind"] == "group"]
        asked += [
            {**one, "required": True} for one in bodies[1]["questions"] if one["kind"] == "number"
        ]
        said = {"name": "more", "kind": "long_text", "label": {"en": "More?", "cy": "Mwy?"}}
        questions = [*body["questions"], *asked, said]
        store.save(Kind.FORM, "every", {**body, "questions": questions}, by=None, cause="test")


@pytest.mark.parametrize("language", ["en", "cy"])
def test_asking_by_a_form_meets_no_barrier(
    live_desk: LiveDesk, walk: Callable[[str], Walk], language: str
) -> None:
    live_desk.ask(put_form)
    live_desk.ask(lambda: make_article("Missed bin", "Leave it out.", summary="Missed bins."))
    visitor = walk(language)
    visitor.go("/")
    visitor.go("/?q=" + ("missed+bin" if language == "en" else "bin+heb+ei+gasglu"))
    visitor.go("/?q=zzzzzz")
    visitor.go("/ask/every")
    visitor.press()
    for _question in range(24):
        visitor.look()
        if visitor.page.url.endswith("/check"):
            break
        if not visitor.press():
            visitor.look()
            visitor.fill()
            assert visitor.press(), visitor.page.locator("main").inner_text()
    check = visitor.page.url.removeprefix(live_desk.url)
    assert check.endswith("/check")
    visitor.go(check.replace("/check", "/contact"))
    visitor.go(check.replace("/check", "/save"))
    visitor.page.locator("#email").fill("nobody")
    visitor.press()
    visitor.look()
    visitor.fill()
    visitor.press()
    visitor.look()
    visitor.page.goto(live_desk.url + check)
    visitor.press()
    assert visitor.page.locator(".panel .reference").inner_text()
    visitor.look()
    assert visitor.seen > 25
    say(visitor.found)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_following_a_request_meets_no_barrier(
    live_desk: LiveDesk, walk: Callable[[str], Walk], language: str
) -> None:
    address, link = live_desk.ask(lambda: put_request(live_desk))
    visitor = walk(language)
    for path in ("/follow", "/your-requests/sign-in"):
        visitor.go(path)
        visitor.press()
        visitor.look()
        visitor.fill()
        visitor.press()
        visitor.look()
    visitor.go(link)
    visitor.press()
    visitor.look()
    visitor.press("form:has(#text)")
    visitor.look()
    visitor.page.goto(live_desk.url + address)
    visitor.press("form[action$='/close']")
    visitor.look()
    visitor.press("form[action$='/rating']")
    visitor.look()
    visitor.fill()
    visitor.press("form[action$='/rating']")
    visitor.look()
    for path in ("/your-requests", "/requests/REQ-9999", "/nowhere", "/go/no-such-link"):
        visitor.go(path)
    say(visitor.found)


def put_request(desk: LiveDesk) -> tuple[str, str]:
    """The page of a request with an answer, and the link by which its requester comes to it."""
    ticket = make_ticket(desk.cast.ada, desk.cast.it, subject=SUBJECT, text="It smells.")
    make_reply(ticket, desk.cast.ben, "We come on Wednesday: https://borough.example/" + "x" * 80)
    address = f"/requests/{ticket.number}"
    with unit_of_work():
        link = visiting.make_link(ADA, address, lasting=visiting.SHORT)
        return address, "/go/" + visiting.url_of(link).rpartition("/")[2]


def put_help() -> Article:
    """Articles in one language and in two, and a service that answers."""
    make_table()
    make_service("bin-day", **BIN_DAY)
    make_category(welsh="Biniau ac ailgylchu")
    make_article(
        "What goes into the blue box", "Paper.", summary="Paper, glass and tins of the bins."
    )
    make_article("Bins at council homes", "Ask the caretaker.", category="Housing")
    article = make_article(body=LONG_PAGE, summary="Each street has a day of its own.")
    translate(article, "Pryd rydym yn casglu eich biniau", LONG_PAGE)
    return article


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_help_and_its_answers_have_no_barrier(
    live_desk: LiveDesk, walk: Callable[[str], Walk], language: str
) -> None:
    long, category = live_desk.ask(ids_of_help)
    visitor = walk(language)
    words = "bins" if language == "en" else "biniau"
    visitor.go("/help")
    visitor.go(f"/help/category/{category}")
    visitor.go(f"/help/{long}")
    visitor.page.locator("button[name=helped][value=no]").click()
    visitor.look()
    for path in ("/help/1", f"/help/search?q={words}", "/help/search?q=zzzzzz", "/help/9999"):
        visitor.go(path)
    visitor.go("/ask")
    asked = BIN_DAY["asked"][language]["phrases"][0]
    for text in ("zzzzzz", asked):
        visitor.page.locator("#question").fill(text)
        visitor.press()
        visitor.look()
        visitor.page.goto(f"{live_desk.url}/ask")
    answer_bin_day(visitor)
    visitor.go("/answers/no-such-answer")
    say(visitor.found)


def answer_bin_day(visitor: Walk) -> None:
    """From the page of the answer, over a slip, to what it says."""
    visitor.go("/answers/bin-day")
    for postcode in ("nowhere", "SW1A 2AA"):
        visitor.page.locator("#field-postcode").fill(postcode)
        visitor.press()
        visitor.look()
    visitor.page.locator("input[type=radio]").first.check()
    visitor.press()
    visitor.look()
    visitor.press()
    visitor.look()


def ids_of_help() -> tuple[int, int]:
    article = put_help()
    return article.id, article.category_id


def test_the_pages_where_staff_keep_the_help_have_no_barrier(
    live_desk: LiveDesk, browser_page: Page
) -> None:
    article_id = live_desk.ask(put_what_staff_see)
    live_desk.sign_in(browser_page, "eve")
    article = f"/articles/{article_id}"
    paths = ["/articles", "/articles/new", article, f"{article}/en", f"{article}/cy"]
    paths += [f"{article}/en/versions", "/articles/gaps"]
    paths += ["/admin/answers/tables", "/admin/answers/unsaid", "/admin/portal-forms"]
    found: list[str] = []
    for path in paths:
        browser_page.set_viewport_size({"width": 1440, "height": 900})
        browser_page.goto(live_desk.url + path)
        browser_page.evaluate(AXE_SCRIPT)
        for dark, width in ((False, 1440), (True, 390)):
            browser_page.set_viewport_size({"width": width, "height": 900})
            browser_page.emulate_media(color_scheme="dark" if dark else "light")
            seen = browser_page.evaluate(LOOK) + browser_page.evaluate(WIDER_THAN_SCREEN)
            found += [f"{path}, {width} px: {one}" for one in seen]
    say(found)


def put_what_staff_see() -> int:
    """An article of two versions, words that found nothing, a question without an answer."""
    article = put_help()
    publish_anew(article.texts[0], "When we collect your bins", "On Wednesdays.")
    with unit_of_work():
        feedback.note_miss("a hedgehog in the brown caddy", "en")
    ask("kerbside pickup", "portal", None, "en")
    return article.id
