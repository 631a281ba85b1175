"""What the demo council answers by itself: bin days from a table, opening hours, and how one's own request stands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from helpdesk.answers import tables, uses
from helpdesk.answers.csv_reading import read_table
from helpdesk.answers.models import Outcome
from helpdesk.core import clock
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from workflows.services import FieldKind

CAUSE = "demo"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_STREETS = (
    *("Anchor Street", "Beacon Hill", "Capstan Close", "Dock Road", "Estuary View", "Ferry Lane"),
    *("Gannet Way", "Harbour Terrace", "Island Row", "Jetty Street", "Keel Court", "Lantern Quay"),
    *("Mariners Walk", "Net Loft Yard", "Oyster Street", "Pilot Lane", "Quayside", "Rope Walk"),
)
LIBRARY = {
    "title": "Library hours",
    "zone": "Europe/London",
    "weekly": {
        **{day: [["09:30", "18:00"]] for day in ("mon", "tue", "thu", "fri")},
        "wed": [["09:30", "20:00"]],
        "sat": [["10:00", "16:00"]],
    },
    "public_holidays": [{"country": "GB", "region": "ENG"}],
}
_HOURS = {
    "en": "{state}\n\nThis week:\n{week}",
    "cy": "{state}\n\nYr wythnos hon:\n{week}",
}
SERVICES: dict[str, dict[str, Any]] = {
    "bin-day": {
        "title": "Bin collection day",
        "titles": {"cy": "Diwrnod casglu biniau"},
        "position": 10,
        "asked": {
            "en": {
                "phrases": [
                    "when is my bin collected",
                    "what day do you empty the bins",
                    "which bin goes out this week",
                ],
                "words": ["bin", "rubbish", "refuse", "recycling", "collection", "wheelie"],
            },
            "cy": {
                "phrases": ["pryd mae fy min yn cael ei gasglu", "pa fin sy'n mynd allan"],
                "words": ["bin", "biniau", "sbwriel", "ailgylchu", "casglu"],
            },
        },
        "needs": [
            {
                "name": "postcode",
                "kind": "postcode",
                "label": {"en": "What is your postcode?", "cy": "Beth yw eich cod post?"},
                "hint": {"en": "For example, HB1 1AA", "cy": "Er enghraifft, HB1 1AA"},
            }
        ],
        "from": {"table": "bin-days", "choose": "address"},
        "text": {
            "en": "At {address}, rubbish is collected every {rubbish}. Recycling goes out next on {recycling}.\n\n"
            "Please put bins out by 7 in the morning.",
            "cy": "Yn {address}, cesglir sbwriel bob {rubbish}. Bydd yr ailgylchu nesaf ar {recycling}.\n\n"
            "Rhowch y biniau allan erbyn 7 y bore.",
        },
        "fall_back": {
            "en": "We do not find this postcode in our rounds. Ask a person, please.",
            "cy": "Nid yw'r cod post hwn yn ein rowndiau. Gofynnwch i berson, os gwelwch yn dda.",
        },
        "group": "Waste and recycling",
        "receipts": True,
    },
    "opening-hours": {
        "title": "Opening hours of the council",
        "titles": {"cy": "Oriau agor y cyngor"},
        "position": 20,
        "asked": {
            "en": {
                "phrases": ["when are you open", "what time do you close", "opening hours"],
                "words": ["open", "opening", "hours", "close"],
            },
            "cy": {"phrases": ["pryd ydych chi ar agor"], "words": ["agor", "oriau", "cau"]},
        },
        "from": {"hours": "office"},
        "text": _HOURS,
        "group": "Customer services",
    },
    "library-hours": {
        "title": "Opening hours of the library",
        "titles": {"cy": "Oriau agor y llyfrgell"},
        "position": 30,
        "asked": {
            "en": {
                "phrases": ["when is the library open", "library opening hours"],
                "words": ["library", "close"],
            },
            "cy": {"phrases": ["pryd mae'r llyfrgell ar agor"], "words": ["llyfrgell"]},
        },
        "from": {"hours": "library"},
        "text": _HOURS,
        "group": "Customer services",
    },
    "my-request": {
        "title": "Status of my request",
        "titles": {"cy": "Statws fy nghais"},
        "position": 40,
        "asked": {
            "en": {
                "phrases": ["how does my request stand", "what is happening with my report"],
                "words": ["status", "progress", "update"],
            },
            "cy": {"phrases": ["beth sy'n digwydd gyda fy nghais"], "words": ["cais", "statws"]},
        },
        "from": {"status": True},
        "text": "{lines}",
        "group": "Customer services",
    },
}
# What people asked and the council could not say.
_UNSAID = (
    ("portal", "how do I get garden waste sacks"),
    ("chat", "garden waste sacks please"),
    ("portal", "where can I buy garden waste sacks"),
    ("portal", "who is my councillor"),
    ("chat", "which councillor do I have"),
    ("portal", "can I swim at the quay"),
)


def set_up_answers() -> None:
    """Make the table, the calendar and the services, and what was asked for in vain."""
    store.save(Kind.CALENDAR, "library", LIBRARY, by=None, cause=CAUSE)
    table = tables.create(
        "bin-days",
        tables.Settings("Bin days", "Postcode", FieldKind.POSTCODE, max_age_days=60),
        by=None,
        cause=CAUSE,
    )
    today = clock.now().date()
    read = read_table(_bin_days(today), key_column="Postcode", key_kind=FieldKind.POSTCODE)
    version = tables.upload(table, read, as_of=today, file_name="rounds.csv", by=None, cause=CAUSE)
    tables.publish(table, version.number, seen=table.revision, by=None, cause=CAUSE)
    for name, body in SERVICES.items():
        store.save(Kind.SERVICE, name, body, by=None, cause=CAUSE)
    for door, text in _UNSAID:
        uses.note(text, door=door, language="en", outcome=Outcome.MISSED)


def _bin_days(today: date) -> bytes:
    """The rounds as a file: eight houses of each street, each street with a postcode and a day."""
    lines = ["Postcode,Address,Rubbish,Recycling"]
    for at, street in enumerate(_STREETS):
        weekday = at % len(_DAYS)
        ahead = (weekday - today.weekday()) % 7 + (7 if at % 2 else 0)
        recycling = today + timedelta(days=ahead or 14)
        code = f"HB{at // 9 + 1} {at % 9 + 1}AA"
        lines += [
            f"{code},{house} {street},{_DAYS[weekday]},{recycling.isoformat()}"
            for house in range(1, 9)
        ]
    return "\n".join(lines).encode()
