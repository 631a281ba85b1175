"""How the texts of the demo desk are filled in, greeted and signed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from helpdesk.demo.office import ZONE, is_working_day, working_days_after
from helpdesk.demo.scripts import BadContent, Contact

STREETS = (
    "Rope Walk",
    "Mill Lane",
    "Chandler Street",
    "Gull Lane",
    "Saltmarsh Road",
    "Lifeboat Row",
    "Old Ferry Road",
    "Beacon Hill",
    "Capstan Close",
    "Tern Avenue",
    "Foundry Street",
    "St Brannoc's Road",
    "Kiln Lane",
    "Samphire Way",
    "Cooper's Yard",
    "Northgate",
    "Weir Street",
    "Oyster Row",
    "Lantern Street",
    "Almond Grove",
    "Curlew Drive",
    "Station Parade",
    "Priory Road",
    "Net Loft Lane",
    "Heron Rise",
    "Market Hill",
)

_CHOICE = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_GREETED = re.compile(r"(?i)^(hi|hello|dear|good|bore da|dzień|مرحبا|السلام|bonjour)\b")
_TITLES = ("Mr", "Mrs", "Ms", "Dr")


def fill(text: str, values: Mapping[str, str], at: datetime, rng: Random) -> str:
    """Choose, then fill in; values may hold choices and places themselves. Raises BadContent for an unknown place."""

    def place(found: re.Match[str]) -> str:
        name = found.group(1)
        value = values[name] if name in values else _date(name, at)
        # A value that is written for the middle of a sentence may come to stand at its head.
        heads_sentence = found.string[: found.start()].endswith((". ", "? ", "! "))
        return value[:1].upper() + value[1:] if heads_sentence else value

    for _depth in range(3):
        text = _CHOICE.sub(lambda found: rng.choice(found.group(1).split("|")), text)
        text = _PLACE.sub(place, text)
    return text


def _date(name: str, at: datetime) -> str:
    kind, _, days = name.partition("_")
    if kind not in ("in", "ago") or not days.isdigit():
        raise BadContent(f"Nothing is known to fill in for {{{name}}}.")
    if kind == "in":
        day = at + timedelta(days=int(days))
        while not is_working_day(day):
            day += timedelta(days=1)
        return long_date(day)
    day = at - timedelta(days=int(days))
    if int(days) > 4:
        return f"{day.day} {day:%B}"
    while not is_working_day(day):
        day -= timedelta(days=1)
    return f"{day:%A}"


def long_date(day: datetime) -> str:
    """Such as "Thursday 12 November"."""
    return f"{day:%A} {day.day} {day:%B}"


def address_of(who: str, rng: Random) -> dict[str, str]:
    """Where somebody lives; the same for the same name."""
    own = Random(f"home of {who}")
    street = own.choice(STREETS)
    return {
        "house": str(own.randint(2, 118)),
        "street": street,
        "postcode": f"HB{own.randint(1, 9)} {own.randint(1, 9)}{own.choice('ABDEFGHJLN')}{own.choice('PQRSTUWXYZ')}",
        "other_street": rng.choice([other for other in STREETS if other != street]),
        "account": str(own.randint(20_000_000, 29_999_999)),
        "property": f"HH-{own.randint(1200, 9800):05}",
    }


def facts_of(contact: Contact, at: datetime, rng: Random) -> dict[str, str]:
    """What can be filled in about one ticket, whatever its script."""
    pence = rng.choice((0, 20, 40, 50, 60, 85))
    return {
        **address_of(
            contact.name if contact.kind in ("resident", "tenant") else str(rng.random()), rng
        ),
        "name": contact.name,
        "first": first_name(contact.name),
        "phone": contact.phone,
        "lamp": str(rng.randint(1100, 9400)),
        "code": str(rng.randint(10_200, 98_900)),
        "amount": f"{rng.randint(96, 288)}.{pence:02}",
        "small_amount": f"{rng.randint(24, 71)}.{pence:02}",
        "visit": long_date(working_days_after(at, 6)),
        "visit2": long_date(working_days_after(at, 10)),
        "noise_diary": noise_diary(at),
    }


def first_name(name: str) -> str:
    """How an agent calls somebody: by the first name, or by title and surname where there is a title."""
    words = name.split()
    if words[0] == "Cllr":
        return f"Councillor {words[-1]}"
    return f"{words[0]} {words[-1]}" if words[0] in _TITLES else words[0]


def noise_diary(at: datetime) -> str:
    """Forty nights, one a line, as somebody with a good pen would keep them."""
    rng = Random("forty nights")
    heard = (
        "Machine, B flat, from 21:50 until after 02:00.",
        "Garden. Singing. The harbour master's cat, twice.",
        "Band with bass guitar, windows open, until 23:40.",
        "Slept.",
        "Dray under my window at 05:{minute:02}. {casks} casks. Engine running throughout.",
        "Machine again. A second tone has joined it, a fifth above.",
        "Nothing, God be thanked. Rain.",
        "Garden until 00:{minute:02}. Somebody has been given a ukulele.",
        "Bottles into the skip at 01:{minute:02}, one at a time.",
    )
    lines = []
    for night in range(40, 0, -1):
        day = at.astimezone(ZONE) - timedelta(days=night)
        what = rng.choice(heard).format(minute=rng.randint(2, 58), casks=rng.randint(6, 19))
        lines.append(f"{day:%a} {day.day} {day:%B}. {what}")
    return "\n".join(lines)


def letter(text: str, contact: Contact, values: Mapping[str, str], rng: Random) -> str:
    """A requester's first mail, greeted and signed in their own way."""
    if contact.style == "none":
        return f"{text}\n\n{contact.name}"
    if contact.style == "short":
        return text if rng.random() < 0.5 else f"{text}\n\n{first_name(contact.name)}"
    opener, closer = {
        "formal": (
            "Dear Sir or Madam,",
            f"Yours faithfully,\n{contact.name}\n{_home(contact, values)}",
        ),
        "warm": ("Hello there,", f"Best wishes,\n{contact.name}"),
    }.get(
        contact.style,
        (rng.choice(("Hello,", "Good morning,", "Hi,")), f"Kind regards\n{contact.name}"),
    )
    head = "" if _GREETED.match(text) else f"{opener}\n\n"
    return f"{head}{text}\n\n{closer.strip()}"


def _home(contact: Contact, values: Mapping[str, str]) -> str:
    if contact.kind not in ("resident", "tenant"):
        return ""
    return f"{values['house']} {values['street']}, {values['postcode']}"


def answer_of_requester(text: str, contact: Contact, agent: str) -> str:
    """A requester's later mail."""
    first = first_name(contact.name)
    if contact.style == "formal":
        return f"Dear {agent},\n\n{text}\n\nYours sincerely,\n{contact.name}"
    if contact.style == "warm":
        return f"Dear {agent},\n\n{text}\n\nBest wishes\n{first}"
    return f"Hi {agent},\n\n{text}\n\n{first}" if contact.style == "plain" else text


def answer_of_agent(text: str, contact: Contact, agent: str, rng: Random) -> str:
    """An agent's mail."""
    greeting = (
        f"Dear {contact.name}" if contact.style == "formal" else f"Hello {first_name(contact.name)}"
    )
    if contact.name.startswith(("Cllr", "Mr ")):
        greeting = f"Dear {first_name(contact.name)}"
    head = "" if _GREETED.match(text) else f"{greeting},\n\n"
    return f"{head}{text}\n\n{rng.choice(('Kind regards', 'With best wishes', 'Kind regards'))}\n{agent}"


def quoted(at: datetime, who: str, text: str) -> str:
    """What a mail program puts under an answer."""
    lines = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"On {at.day} {at:%b %Y}, at {at:%H:%M}, {who} wrote:\n{lines}"
