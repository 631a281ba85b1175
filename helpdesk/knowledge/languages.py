"""The languages of articles, and what of a text its readers' search goes by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from helpdesk.search import terms

# Each by its own name, since who looks for it reads it.
NAMES = {
    "en": "English",
    "cy": "Cymraeg",
    "ar": "العربية",
    "bn": "বাংলা",
    "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski",
    "ro": "Română",
    "so": "Soomaali",
    "uk": "Українська",
    "ur": "اردو",
}
RIGHT_TO_LEFT = frozenset({"ar", "ur"})

MOST_WORDS = 12
SHORTEST = 2

# Words of questions that say nothing of what is asked.
_EMPTY = {
    "en": """a about after all am an and any are as at be because been before but by can cannot could dear did do does
        doesnt doing done dont for from get getting go going good got had has have he hello help her here hi him his how
        i id if im in into is isnt it its ive just know like me more much my need no not now of off on one or our out
        please pls problem really regards say she should so some still tell than thank thanks that the their them then
        there they thing this those to too trying up us very want was we were what whats when where which who why will
        with wont would yes you your""",
    "cy": """a ac ai ar am an at beth ble bod byddwch chi da dda ddim ddiolch diolch dwi eich ei ein er eto ewch fe fel
        fi fy gallaf gan gen gyda heb helo hi hwn hyn i ich ie iw maer mae mewn mi na nac nad ni nid nos o oes oedd oi
        os pa pam pan pryd pwy roedd rwyf rydw rydym rwyn sut sydd sy ti trwy tua un unrhyw wedi wrth y ydw ydy yma yn
        ynar yr ywr yw""",
}
_STOPPED = {language: frozenset(text.split()) for language, text in _EMPTY.items()}
_ALL_STOPPED = frozenset().union(*_STOPPED.values())

# How the first sound of a Welsh word may change after others: the sound as the dictionary has it, and as it is met.
_MUTATIONS = (
    ("p", ("b", "mh", "ph")),
    ("t", ("d", "nh", "th")),
    ("c", ("g", "ngh", "ch")),
    ("b", ("f", "m")),
    ("d", ("dd", "n")),
    ("g", ("", "ng")),
    ("m", ("f",)),
    ("ll", ("l",)),
    ("rh", ("r",)),
)
_TWO_LETTERS = ("ch", "dd", "ff", "ng", "ll", "ph", "rh", "th")
_MARKS = re.compile(r"['’`]")


def significant(text: str, *, most: int = MOST_WORDS) -> list[str]:
    """The words of a question that say what it is about, folded, each once, in order."""
    found: dict[str, None] = {}
    for word in terms.words(_MARKS.sub("", text[:4000])):
        if len(word) >= SHORTEST and word not in _ALL_STOPPED and not word.isdigit():
            found[word] = None
    return list(found)[:most]


def forms(word: str, language: str) -> frozenset[str]:
    """The forms under which a folded word may be met in texts of a language, as stems."""
    if language == "cy":
        return frozenset({word, *_mutated(word), *_radicals(word)})
    return frozenset({word, terms.stem(word)}) if language == "en" else frozenset({word})


def all_forms(text: str, language: str) -> str:
    """What an index adds to a text so that its words are found in other forms too; nothing where stems do it."""
    if language != "cy":
        return ""
    words = dict.fromkeys(terms.words(text))
    return " ".join(dict.fromkeys(form for word in words for form in _mutated(word)))


def slug_of(title: str) -> str:
    """A title as the end of an address: plain letters and hyphens."""
    plain = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", _MARKS.sub("", plain)).strip("-")[:80].strip("-")


def best_of(texts: Iterable[str], wanted: str, source: str) -> str | None:
    """Which of some languages a reader gets: the wanted one, else the source, else English, else any."""
    there = list(texts)
    for language in (wanted, source, "en", *there[:1]):
        if language in there:
            return language
    return None


def _mutated(word: str) -> Iterator[str]:
    """A Welsh word as it may stand after others: "casgliad" as "gasgliad", "nghasgliad", "chasgliad"."""
    for sound, met in _MUTATIONS:
        if _begins(word, sound):
            yield from (form + word[len(sound) :] for form in met if len(word) > len(sound) + 1)


def _radicals(word: str) -> Iterator[str]:
    """The words that a Welsh word may be a form of."""
    for sound, met in _MUTATIONS:
        for form in met:
            if form and _begins(word, form) and len(word) > len(form) + 1:
                yield sound + word[len(form) :]
    if word[:1] in "aeiouwylr":
        yield "g" + word


def _begins(word: str, sound: str) -> bool:
    if not word.startswith(sound):
        return False
    # Of two letters that are one sound, the first alone is not that sound.
    return len(sound) > 1 or word[:2] not in _TWO_LETTERS
