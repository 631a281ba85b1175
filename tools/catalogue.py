"""Writes the catalogues of translations anew from the sources; `python -m tools.catalogue` says what still lacks words.

Each part of the public pages has a catalogue of its own, and the console has one, so that two people who work on two parts meet in no file:
`helpdesk/translations/<part>/<language>/LC_MESSAGES/messages.po`. What stands translated in it stays.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "helpdesk" / "translations"
LANGUAGES = ("cy",)
_CONSOLE_PAGES = (
    *("base", "list", "ticket", "personal", "_composer", "_message", "_properties"),
    *("_own_hours", "_own_signature", "_rail_views", "_signature_preview"),
    *("_view_gone", "_view_gone_words"),
    *("_link_dialog", "_picture_dialog", "_rich_tools", "_forward", "_forward_tab"),
)
_CONSOLE_VIEWS = (
    *("added_columns", "gone_words", "list_words", "menus", "own_hours", "own_signature"),
    *("personal", "rail", "views", "waiting_pictures"),
)
# What staff find and are told, and what stands around a conversation.
_DESK_PAGES = (
    *("_own_notices", "_key_switch", "search", "_facets", "_suggestions", "_palette"),
    *("_palette_box", "notices", "_chooser", "_planned", "_before_sending", "_copies"),
    *("_to_field", "_events", "_timeline", "_clocks", "_key_menu", "_requester", "_standing"),
    *("_beside", "_sides", "_who_is_here", "_live", "_bulk_more", "_relations", "_remarks"),
    *("_forward", "new_ticket", "drafts", "operations", "bulk", "macro"),
)
_DESK_VIEWS = (
    *("search_words", "search_facets", "searching", "palette", "notices", "own_notices"),
    *("planned", "composer", "ticket", "history", "clocks", "before_sending", "due_words"),
    *("keyboard", "page", "lists", "properties", "opening"),
)
# Where the texts of each part stand. A text that two parts have is translated in the first.
PARTS: dict[str, tuple[str, ...]] = {
    "portal": (
        "helpdesk/web/portal/*.py",
        "helpdesk/web/templates/portal/*.html",
        "helpdesk/web/templates/errors/portal_error.html",
        "helpdesk/web/errors.py",
        "helpdesk/web/moments.py",
        "helpdesk/contact_forms/*.py",
        "helpdesk/messaging/visitor_mails.py",
        "helpdesk/messaging/wording.py",
        "helpdesk/tickets/access.py",
        "helpdesk/tickets/rating.py",
        "workflows/contact_answers.py",
    ),
    "help": (
        "helpdesk/web/help/*.py",
        "helpdesk/web/templates/help/*.html",
    ),
    "answers": (
        "helpdesk/answers/asking.py",
        "helpdesk/answers/hours.py",
        "helpdesk/answers/receipts.py",
        "helpdesk/answers/saying.py",
        "helpdesk/answers/standing.py",
        "helpdesk/web/answers/*.py",
        "helpdesk/web/templates/answers/*.html",
        "workflows/service_fields.py",
    ),
    "chat": (
        "helpdesk/web/chat/*.py",
        "helpdesk/web/templates/chat/*.html",
        "helpdesk/chat/settings.py",
        "helpdesk/chat/visiting.py",
        "helpdesk/chat/mailing.py",
    ),
    "slack": (
        "helpdesk/messaging/asking.py",
        "helpdesk/messaging/showing.py",
        "workflows/lifecycles/*.json",
    ),
    # What staff read all day, and the mails to them.
    "console": (
        "helpdesk/notifications/*.py",
        "helpdesk/messaging/password_mails.py",
        "helpdesk/automation/telling.py",
        "helpdesk/composing/pictures.py",
        "helpdesk/knowledge/reviewing.py",
        *(f"helpdesk/web/templates/console/{name}.html" for name in _CONSOLE_PAGES),
        *(f"helpdesk/web/console/{name}.py" for name in _CONSOLE_VIEWS),
        "helpdesk/web/templates/macros/*.html",
        "helpdesk/web/deadlines.py",
        "helpdesk/web/durations.py",
        "helpdesk/web/words.py",
    ),
    "desk": (
        *(f"helpdesk/web/templates/console/{name}.html" for name in _DESK_PAGES),
        *(f"helpdesk/web/console/{name}.py" for name in _DESK_VIEWS),
        "helpdesk/messaging/own_signatures.py",
        "helpdesk/search/*.py",
        "helpdesk/web/parts.py",
    ),
}
# Their every text is translated. The pages of staff may lack some, which then stand in English.
WHOLE = tuple(part for part in PARTS if part not in ("console", "desk"))
KEYWORDS = {"_": None, "gettext": None, "N_": None, "_lazy": None, "ngettext": (1, 2)}
JINJA = "jinja2.ext:babel_extract"


def texts_of(part: str) -> Catalog:
    """All texts of a part, as its sources have them."""
    found = Catalog()
    for path in files_of(part):
        if path.suffix == ".json":
            for label in _states(path):
                found.add(label, locations=[(str(path.relative_to(ROOT)), 1)])
            continue
        method = "python" if path.suffix == ".py" else JINJA
        place = str(path.relative_to(ROOT))
        for _line, words, notes, context in extract_from_file(method, path, keywords=KEYWORDS):
            found.add(words, locations=[(place, 1)], auto_comments=notes, context=context)
    return found


def files_of(part: str) -> Iterator[Path]:
    for pattern in PARTS[part]:
        yield from sorted(ROOT.glob(pattern))


def _states(path: Path) -> list[str]:
    """What the states of a shipped lifecycle are called."""
    return [state["label"] for state in json.loads(path.read_text("utf-8"))["states"]]


def catalogue_path(part: str, language: str) -> Path:
    return FOLDER / part / language / "LC_MESSAGES" / "messages.po"


def read(part: str, language: str) -> Catalog:
    """What stands translated."""
    path = catalogue_path(part, language)
    if not path.exists():
        return Catalog(locale=language, domain="messages")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def missing(part: str, language: str) -> list[Message]:
    """The texts of a part that nobody has translated, in its own catalogue or in one before it."""
    standing = [read(one, language) for one in PARTS]
    return [
        text for text in texts_of(part) if text.id and not any(_has(one, text) for one in standing)
    ]


def write(part: str, language: str) -> None:
    """Bring the catalogue up to what the sources have."""
    standing, path = read(part, language), catalogue_path(part, language)
    others = [read(one, language) for one in PARTS if one != part]
    made = Catalog(locale=language, domain="messages", fuzzy=False)
    for text in texts_of(part):
        if not text.id or any(_has(one, text) for one in others):
            continue
        known = standing.get(text.id, text.context)
        made.add(
            text.id,
            known.string if known is not None else "",
            locations=sorted({(place, None) for place, _line in text.locations}),
            flags=text.flags,
            context=text.context,
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, made, width=110, omit_header=False, sort_output=True, include_lineno=False)


def _has(catalogue: Catalog, text: Message) -> bool:
    known = catalogue.get(text.id, text.context)
    if known is None:
        return False
    words = known.string if isinstance(known.string, (list, tuple)) else [known.string]
    return bool(words) and all(words)


def main() -> int:
    for part in PARTS:
        for language in LANGUAGES:
            write(part, language)
            for text in missing(part, language):
                print(f"{part}/{language}: {text.id}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
