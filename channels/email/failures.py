"""What the codes and the words of a mail server say about a failed delivery (RFC 3463)."""

import re

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.\-+:/])([45][0-5]\d)(?=[ \-#]|$)(?![\d.])")
_NOBODY = re.compile(
    r"user (?:unknown|not found|doesn'?t exist|does not exist|is unknown)|unknown (?:user|recipient|local|address)|"
    r"no such (?:user|recipient|mailbox|address|person|account)|(?:mailbox|account|address|recipient) (?:is )?"
    r"(?:unknown|not found|unavailable|does not exist|doesn'?t exist|not exist|invalid)|does(?:n'?t| not) "
    r"(?:have|exist|list)|invalid (?:recipient|mailbox|user|address)|recipient (?:address )?(?:unknown|rejected: user)|"
    r"not our customer|no mailbox (?:here )?by that name|not a known user|isn'?t (?:a valid|in my)|no account|"
    r"not listed in|address (?:rejected|unknown|error)|recipnotfound|has moved|no longer (?:active|valid|with|at)|"
    r"account (?:has been )?(?:closed|deleted)|bad destination mailbox|inactive (?:e-?mail )?address|unrouteable address|unknown mailbox",
    re.I,
)
_NO_HOST = re.compile(
    r"host (?:or domain name )?(?:not found|unknown)|unknown host|domain (?:name )?(?:not found|does not exist)|"
    r"no such (?:host|domain)|couldn'?t find (?:any host|a mail exchanger)|nxdomain|bad destination system|no mail (?:server|exchanger)|"
    r"does not accept mail|name service error|illegal host|domain .{1,60}not (?:exist|found)|nullmx|null mx",
    re.I,
)
_BUT_NOT = re.compile(
    r"quota|full|exceed|spam|blocked|policy|too (?:large|big)|virus|timed? ?out|blacklist|reputation|"
    r"authenti|spf|dkim|dmarc|greylist|temporar|disabled|suspend|inactive|restrict|denied|relay",
    re.I,
)
# Here it is our own address that the server does not like; the recipient is well.
_SENDER_REFUSED = re.compile(
    r"sender (?:address|domain|verify|refused|rejected|denied)|domain of sender|after MAIL FROM|"
    r"(?:unknown|invalid|bad) sender|try again",
    re.I,
)
_DEAD_STATUSES = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.1.0", "5.3.2", "5.0.0", "5.2.1")
_SURELY_DEAD = ("5.1.1", "5.1.2", "5.1.6", "5.1.10")


def status_in(text: str) -> str | None:
    """The enhanced status code that a text names, the first that says more than x.0.0."""
    found = _STATUS.findall(text)
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else None)


def reply_code_in(text: str) -> str | None:
    found = _CODE.search(text)
    return found[1] if found else None


def is_permanent(status: str | None, code: str | None) -> bool | None:
    if status is not None:
        return status.startswith("5")
    return code.startswith("5") if code is not None else None


def dead_address(status: str | None, code: str | None, reason: str) -> bool:
    """Whether the address, rather than this message, is what is wrong."""
    if status in ("5.1.7", "5.1.8") or _SENDER_REFUSED.search(reason):
        return False
    if status == "5.4.1" and "access denied" in reason.lower():
        return True  # So Exchange Online says that it has no such mailbox.
    if status is not None and status.startswith("4") and not _NOBODY.search(reason):
        return False
    if _BUT_NOT.search(reason) and not _NOBODY.search(reason):
        return False
    if status in _SURELY_DEAD:
        return True
    worded = bool(_NOBODY.search(reason) or _NO_HOST.search(reason))
    if status is None or status in _DEAD_STATUSES or status.startswith(("5.1.", "5.0.")):
        return worded
    return worded and not _BUT_NOT.search(reason)
