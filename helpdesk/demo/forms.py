"""The forms of the demo council's portal, and how else to get in touch, in English and Welsh."""

from __future__ import annotations

from typing import Any

from helpdesk.definitions import store
from helpdesk.definitions.models import Kind

CAUSE = "demo"


def _in(en: str, cy: str) -> dict[str, str]:
    return {"en": en, "cy": cy}


_WHERE: dict[str, Any] = {
    "name": "where",
    "kind": "address",
    "label": _in("Where is it?", "Ble mae e?"),
}
_PHOTO: dict[str, Any] = {
    "name": "photo",
    "kind": "files",
    "label": _in("Can you add a photo?", "Allwch chi ychwanegu llun?"),
    "required": False,
    "most": 4,
}

_BIN: dict[str, Any] = {
    "title": "Report a missed bin",
    "called": {"cy": "Rhoi gwybod am fin heb ei gasglu"},
    "position": 10,
    "lead": _in(
        "Your bin or box was not emptied on its day.",
        "Ni chafodd eich bin neu'ch blwch ei wagio ar ei ddiwrnod.",
    ),
    "before": _in(
        "Please wait until the end of the day: crews work until 17:00.",
        "Arhoswch tan ddiwedd y dydd: mae'r criwiau'n gweithio tan 17:00.",
    ),
    "after": _in(
        "The crew comes back within two working days. Please leave the bin out.",
        "Bydd y criw yn dychwelyd o fewn dau ddiwrnod gwaith. Gadewch y bin allan.",
    ),
    "ticket_type": "request",
    "group": "Waste and recycling",
    "tags": ["missed-bin"],
    "subject": "Missed bin ({bin}): {where}",
    "questions": [
        {
            "name": "bin",
            "kind": "choice",
            "label": _in("Which bin was missed?", "Pa fin na chafodd ei gasglu?"),
            "options": [
                {"value": "rubbish", "label": _in("Rubbish, black bin", "Sbwriel, bin du")},
                {
                    "value": "recycling",
                    "label": _in("Recycling, blue box", "Ailgylchu, blwch glas"),
                },
                {"value": "food", "label": _in("Food, brown caddy", "Bwyd, cadi brown")},
                {"value": "garden", "label": _in("Garden, green bin", "Gardd, bin gwyrdd")},
            ],
        },
        {
            "name": "day",
            "kind": "date",
            "label": _in("Which day was it missed?", "Pa ddiwrnod y cafodd ei golli?"),
        },
        _WHERE,
        {
            "name": "help",
            "kind": "yes_no",
            "label": _in(
                "Does somebody bring the bin out for you?",
                "A oes rhywun yn dod â'r bin allan i chi?",
            ),
            "hint": _in(
                "This is called assisted collection.", "Gelwir hyn yn gasgliad â chymorth."
            ),
        },
        {
            "name": "stands",
            "kind": "text",
            "label": _in("Where does the bin stand?", "Ble mae'r bin yn sefyll?"),
            "when": {"help": ["yes"]},
        },
        _PHOTO,
    ],
}

_POTHOLE: dict[str, Any] = {
    "title": "Report a pothole",
    "called": {"cy": "Rhoi gwybod am dwll yn y ffordd"},
    "position": 20,
    "lead": _in("A hole in a road or pavement.", "Twll mewn ffordd neu balmant."),
    "after": _in(
        "An inspector looks at it within five working days.",
        "Bydd arolygydd yn edrych arno o fewn pum diwrnod gwaith.",
    ),
    "ticket_type": "incident",
    "group": "Highways",
    "tags": ["pothole"],
    "subject": "Pothole: {street}",
    "questions": [
        {
            "name": "street",
            "kind": "text",
            "label": _in("In which street is it?", "Ym mha stryd mae e?"),
            "hint": _in("And beside which house or shop.", "A ger pa dŷ neu siop."),
        },
        {
            "name": "danger",
            "kind": "yes_no",
            "label": _in("Is somebody in danger now?", "A oes rhywun mewn perygl nawr?"),
        },
        {
            "name": "depth",
            "kind": "number",
            "label": _in("How deep is it, in centimetres?", "Pa mor ddwfn yw e, mewn centimetrau?"),
            "required": False,
            "min": 1,
            "max": 200,
        },
        _PHOTO,
    ],
}

_PERMIT: dict[str, Any] = {
    "title": "Ask for a residents' parking permit",
    "called": {"cy": "Gofyn am drwydded barcio i breswylwyr"},
    "position": 30,
    "lead": _in(
        "For people who live in a street with permits.",
        "I bobl sy'n byw mewn stryd â thrwyddedau.",
    ),
    "ticket_type": "request",
    "group": "Customer services",
    "tags": ["parking"],
    "subject": "Parking permit: {home}",
    "questions": [
        {
            "name": "home",
            "kind": "address",
            "label": _in("Where do you live?", "Ble rydych chi'n byw?"),
        },
        {
            "name": "vehicles",
            "kind": "group",
            "label": _in("Vehicles", "Cerbydau"),
            "most": 3,
            "questions": [
                {
                    "name": "plate",
                    "kind": "text",
                    "label": _in("Registration number", "Rhif cofrestru"),
                },
                {
                    "name": "electric",
                    "kind": "yes_no",
                    "label": _in("Is it electric?", "A yw'n drydan?"),
                },
            ],
        },
        {
            "name": "proof",
            "kind": "files",
            "label": _in("Add a proof of your address", "Ychwanegwch brawf o'ch cyfeiriad"),
            "hint": _in(
                "A council tax bill, for example. A photo of it will do.",
                "Bil treth gyngor, er enghraifft. Bydd llun ohono'n gwneud y tro.",
            ),
            "most": 3,
        },
    ],
}

_ASK: dict[str, Any] = {
    "title": "Ask us something else",
    "called": {"cy": "Gofyn rhywbeth arall i ni"},
    "position": 90,
    "lead": _in(
        "For everything that has no form of its own.",
        "Ar gyfer popeth nad oes ganddo ffurflen ei hun.",
    ),
    "ticket_type": "question",
    "group": "Customer services",
    "subject": "{about}",
    "questions": [
        {"name": "about", "kind": "text", "label": _in("What is it about?", "Am beth mae'n sôn?")},
        {
            "name": "more",
            "kind": "long_text",
            "label": _in("Please tell us more", "Dywedwch fwy wrthym"),
            "hint": _in(
                "Leave out passwords and card numbers.",
                "Peidiwch â rhoi cyfrineiriau na rhifau cardiau.",
            ),
        },
        _PHOTO,
    ],
}

WAYS: dict[str, dict[str, Any]] = {
    "phone": {
        "title": "Ring us",
        "called": {"cy": "Ffoniwch ni"},
        "position": 10,
        "way": "phone",
        "reached": "01632 960 001",
        "calendar": "office",
        "wait": _in("Waiting now: about 4 minutes.", "Aros nawr: tua 4 munud."),
        "note": _in("Text relay: 18001 before the number.", "Cyfnewid testun: 18001 cyn y rhif."),
    },
    "chat": {
        "title": "Chat with us",
        "called": {"cy": "Sgwrsiwch â ni"},
        "position": 20,
        "way": "chat",
        "reached": "council",
        "calendar": "office",
    },
    "counter": {
        "title": "Come to the town hall",
        "called": {"cy": "Dewch i neuadd y dref"},
        "position": 40,
        "way": "counter",
        "reached": "1 Quay Street, Harbourstead",
        "calendar": "office",
    },
}

FORMS = {"missed-bin": _BIN, "pothole": _POTHOLE, "parking-permit": _PERMIT, "ask": _ASK}


def set_up_forms() -> None:
    """Define them, inside the open unit of work; what is there already is not made anew."""
    for name, body in FORMS.items():
        store.save(Kind.FORM, name, body, by=None, cause=CAUSE)
    for name, body in WAYS.items():
        store.save(Kind.CONTACT, name, body, by=None, cause=CAUSE)
