"""written_moment(): the moment that a date names as people and mail programs of many languages write it."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_LONGEST = 200
_HALF = r"\s{0,3}([apAP]\.?\s?[mM]\b\.?|上午|下午|午前|午後|오전|오후|[صم](?!\w))?"
_CLOCK = re.compile(rf"(?<!\d)(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?(?!\d){_HALF}")
_DOTTED_CLOCK = re.compile(
    rf"(?<![\d.])(\d{{1,2}})[.h](\d{{2}})(?:[.:](\d{{2}}))?(?![\d]|\.\d|\.?\s?(?:19|20)\d\d){_HALF}"
)
_AFTERNOON_FIRST = re.compile(r"(?:下午|午後|오후)\s{0,3}\d{1,2}[:.時시]")
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC)\s{0,2})?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_ZONES = {
    "gmt": 0, "utc": 0, "z": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "mez": 60, "cest": 120, "mesz": 120,
    "eet": 120, "eest": 180, "msk": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
    "mdt": -360, "pst": -480, "pdt": -420, "brt": -180, "jst": 540,
}  # fmt: skip
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)")
_NUMBERS = re.compile(
    r"(?<![\d:.])(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?((?:19|20)?\d\d)(?![\d:])"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_DAY_AND_MONTH = re.compile(
    r"(?<![\d:.])(\d{1,2})(?:\.|st|nd|rd|th|º|er)?,?\s{0,3}(?:de\s|of\s|d['’]|den\s)?([^\W\d_]{3,14})"
)
_MONTH_AND_DAY = re.compile(r"([^\W\d_]{3,14})\.?\s{1,3}(\d{1,2})(?:\.|st|nd|rd|th)?(?![\d:])")
# As they begin in the languages that we know; where one begins like another, the longer word is given.
_MONTHS = (
    ("jan", "ion", "gen", "ene", "janv", "sty", "янв", "січ", "tammi", "oca", "ιαν", "led", "sij", "يناير", "جنوری"),
    ("feb", "chwe", "fév", "fev", "lut", "фев", "лют", "helmi", "şub", "φεβ", "úno", "velj", "فبراير", "فروری"),
    ("mar", "maw", "mär", "maa", "mrt", "мар", "бер", "μαρ", "bře", "ožu", "már", "مارس", "مارچ", "mars"),
    ("apr", "ebr", "avr", "abr", "kwi", "апр", "квіт", "huhti", "nis", "απρ", "dub", "tra", "ápr", "أبريل", "اپریل"),
    ("may", "mai", "maj", "mag", "mei", "мая", "май", "трав", "touko", "μαΐ", "μαι", "kvě", "svi", "máj", "مايو", "مئی"),
    ("jun", "meh", "juin", "giu", "cze", "июн", "черв", "kesä", "haz", "ιουν", "červn", "lip", "jún", "يونيو", "جون"),
    ("jul", "gor", "juil", "lug", "lipc", "июл", "лип", "heinä", "tem", "ιουλ", "červenc", "srp", "júl", "يوليو", "جولائی"),
    ("aug", "aws", "aoû", "ago", "sie", "авг", "серп", "elo", "ağu", "αυγ", "srpn", "kol", "أغسطس", "اگست"),
    ("sep", "med", "set", "wrz", "сен", "вер", "syys", "eyl", "σεπ", "zář", "ruj", "szept", "سبتمبر", "ستمبر"),
    ("oct", "okt", "hyd", "ott", "out", "paź", "окт", "жовт", "loka", "eki", "οκτ", "říj", "أكتوبر", "اکتوبر"),
    ("nov", "tach", "lis", "ноя", "лист", "marras", "kas", "νοε", "stu", "نوفمبر", "نومبر"),
    ("dec", "rhag", "dez", "déc", "dic", "gru", "дек", "груд", "joulu", "ara", "δεκ", "pro", "ديسمبر", "دسمبر"),
)  # fmt: skip
_BY_LENGTH = sorted(
    ((begin, number) for number, names in enumerate(_MONTHS, 1) for begin in names),
    key=lambda pair: -len(pair[0]),
)


def written_moment(text: str, zone: tzinfo | None = None) -> datetime | None:
    """The moment in UTC, or None where day, month, year or clock cannot be told for sure.

    `zone` is what a clock without a zone of its own is taken to show; without
    it such a clock names no moment. Days of which the month might as well be
    the day are not guessed at.
    """
    text = text[:_LONGEST]
    clock = _CLOCK.search(text) or _DOTTED_CLOCK.search(text)
    day = _day_of(f"{text[: clock.start()]} {text[clock.end() :]}") if clock else None
    if clock is None or day is None:
        return None
    shown = _zone_of(text[clock.end() :]) or zone
    hour = _hour(int(clock[1]), clock[4] or "", text)
    if shown is None:
        return None
    try:
        moment = datetime(*day, hour, int(clock[2]), int(clock[3] or 0), tzinfo=shown)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _hour(hour: int, half: str, text: str) -> int:
    later = half[:1] in "pPم" if half else _AFTERNOON_FIRST.search(text) is not None
    later = later or half in ("下午", "午後", "오후")
    if later and hour < 12:
        return hour + 12
    return 0 if half[:1] in ("a", "A", "ص") and hour == 12 else hour


def _zone_of(text: str) -> tzinfo | None:
    offset = _OFFSET.search(text)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    for word in re.findall(r"[A-Za-z]{1,4}", text):
        if word.lower() in _ZONES:
            return timezone(timedelta(minutes=_ZONES[word.lower()]))
    return None


def _day_of(text: str) -> tuple[int, int, int] | None:
    iso = _ISO.search(text)
    if iso:
        return int(iso[1]), int(iso[2]), int(iso[3])
    numbers = _NUMBERS.search(text)
    if numbers:
        return _from_numbers(int(numbers[1]), int(numbers[2]), numbers[3])
    year = _YEAR.search(text)
    if year is None:
        return None
    for day, word in _DAY_AND_MONTH.findall(text):
        if _month_of(word):
            return int(year[1]), _month_of(word), int(day)
    for word, day in _MONTH_AND_DAY.findall(text):
        if _month_of(word):
            return int(year[1]), _month_of(word), int(day)
    return None


def _from_numbers(first: int, second: int, year: str) -> tuple[int, int, int] | None:
    whole = int(year) if len(year) == 4 else 2000 + int(year)
    if first > 12 >= second or first == second:
        return whole, second, first
    return (whole, first, second) if second > 12 >= first else None


def _month_of(word: str) -> int:
    """The number of a month by the beginning of its name; 0 for any other word."""
    word = word.lower()
    return next((number for begin, number in _BY_LENGTH if word.startswith(begin)), 0)
