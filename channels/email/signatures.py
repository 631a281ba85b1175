"""without_signature(): what stands at the end of a message for its writer: a name, particulars, a device's mark."""

import re

from channels.email.headings import any_of, bare
from channels.email.quoting_words import DEVICES, FAREWELLS, SENT_FROM, SENT_LAST

_LINES_OF_A_SIGNATURE = 12
_LOOKED_AT = 40
_FAREWELL_LENGTH = 45
_LONGEST = 200
_WORDS_OF_A_MARK = 8
_SENT_FROM = re.compile(rf"^[\s*<\[(_>]{{0,9}}(?:{any_of(SENT_FROM)})\b.{{0,140}}$", re.I)
_SENT_LAST = re.compile(rf"^.{{0,80}}(?:{any_of(SENT_LAST)})[\s.>\])]{{0,4}}$", re.I)
_DEVICES = re.compile(any_of(DEVICES), re.I)
DELIMITER = re.compile(r"^\s{0,9}(?:--|__|-- |——)\s*$")
LIST_FOOTER = re.compile(r"^_{20,}\s*$")
_LISTS_SAY = re.compile(r"https?://|mailing list|unsubscribe|[\w.-]{1,64}@[\w.-]{1,64}", re.I)
_FAREWELL = re.compile(rf"^\s{{0,9}}(?:{any_of(FAREWELLS)})\s{{0,4}}[,.!،]{{0,3}}\s*$", re.I)
_BULLET_NAME = re.compile(
    r"^\s{0,9}[-/–—]\s?[^\W\d][\w.'’-]{0,40}(?: [^\W\d][\w.'’-]{0,40}){0,3}\s*$"
)


def without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines before the signature and those of it; all of them before, if nothing else would be left."""
    end = _end_of_text(lines, len(lines))
    cut = end
    for at in range(end - 1, max(end - _LOOKED_AT, -1), -1):
        if _begins_signature(lines, at, cut, end):
            cut = at
    if _is_lone_name(lines, cut):
        cut = _end_of_text(lines, cut) - 1
    if not says_something(lines[:cut]):
        return lines, []
    return lines[:cut], lines[cut:]


def is_device_mark(line: str) -> bool:
    """Whether a mail program or a device put this line below what was written."""
    if len(line) >= _LONGEST:
        return False
    line = bare(line)
    begins, ends = _SENT_FROM.match(line) is not None, _SENT_LAST.match(line) is not None
    # To look for the names of devices in every line took longer than to read the mail.
    if not begins and not ends:
        return False
    device = _DEVICES.search(line)
    by_device = device is not None and ", " not in line[: device.start()]
    if by_device and ends:
        return True
    # "Sent from my desk, it is easier here." is a sentence of somebody's.
    sentence = ", " in line or line.endswith(".") or len(line.split()) > _WORDS_OF_A_MARK
    return begins and (by_device or not sentence)


def says_something(lines: list[str]) -> bool:
    """Whether anything but marks and rules stands there."""
    return any(bare(line).strip("-_=*> ") for line in lines)


def _begins_signature(lines: list[str], at: int, cut: int, end: int) -> bool:
    line = lines[at]
    if len(line) > _LONGEST:
        return False
    if DELIMITER.match(line):
        return True
    if LIST_FOOTER.match(line):
        return _is_of_a_list(lines[at + 1 : end])
    if is_device_mark(line):
        return cut - at <= _LINES_OF_A_SIGNATURE
    return _is_farewell(lines, at, end)


def _is_of_a_list(below: list[str]) -> bool:
    """Whether a mailing list wrote what stands below its rule: its name and where to leave it."""
    written = [line for line in below if line.strip()]
    said = "\n".join(written[:_LINES_OF_A_SIGNATURE])
    return len(written) <= _LINES_OF_A_SIGNATURE and _LISTS_SAY.search(said) is not None


def _is_farewell(lines: list[str], at: int, end: int) -> bool:
    line = lines[at]
    if len(line) > _FAREWELL_LENGTH or not _FAREWELL.match(line):
        return False
    below = [below for below in lines[at + 1 : end] if below.strip()]
    return len(below) <= _LINES_OF_A_SIGNATURE and all(len(each) < 80 for each in below)


def _end_of_text(lines: list[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _is_lone_name(lines: list[str], end: int) -> bool:
    """A last line such as "/John" or "-Abhishek Kona", below a blank one."""
    last = _end_of_text(lines, end) - 1
    return (
        last > 1
        and not lines[last - 1].strip()
        and bool(_BULLET_NAME.match(lines[last][:_LONGEST]))
    )
