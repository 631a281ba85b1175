"""What the services of Meta say went wrong, in plain words, and whether another try can help.

The codes are those of the Cloud API, the Graph API and the Messenger platform, as Meta documents them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from channels.channel import ChannelError
from channels.meta.said import Said

_SOON, _LATER = timedelta(minutes=1), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Fault:
    """A code in words; `again` is how long to wait before another try, None when none can help."""

    words: str
    again: timedelta | None = None


_TOKEN = Fault(
    "The access token does not count (any more), or may not do this. Make a permanent one and type it into the account.",
    _LATER,
)
_BUSY = Fault("Meta asks us to send more slowly.", _SOON)
_TROUBLE = Fault("Meta has trouble of its own.", _SOON)
_WINDOW = Fault(
    "The time for free answers is over: more than 24 hours have passed since the person last wrote. "
    "Send one of the approved templates, or answer in another way."
)
_TEMPLATE = Fault(
    "The template does not exist in this language, is paused, or its blanks were filled in another way than approved. "
    "Fetch the templates anew."
)
_MEDIA = Fault("WhatsApp could not take the file over: its type or its size is not allowed there.")
_ACCOUNT = Fault(
    "Meta has restricted our account. Look at the account's quality page at Meta.", _LATER
)
_NOT_THERE = Fault(
    "The number is not on WhatsApp, or its owner has not accepted the present terms, or uses a version that is too old."
)
_REFUSED = Fault("Meta refused the message as it was written.")

FAULTS: dict[int, Fault] = {
    0: _TOKEN,
    1: _TROUBLE,
    2: _TROUBLE,
    3: _TOKEN,
    4: _BUSY,
    10: _TOKEN,
    17: _BUSY,
    32: _BUSY,
    100: _REFUSED,
    190: _TOKEN,
    200: _TOKEN,
    368: _ACCOUNT,
    551: Fault("This person cannot be written to now."),
    613: _BUSY,
    80007: _BUSY,
    130429: _BUSY,
    130472: Fault("Meta did not deliver it, since this number is part of one of its experiments."),
    131000: _TROUBLE,
    131005: _TOKEN,
    131008: _REFUSED,
    131009: _REFUSED,
    131016: _TROUBLE,
    131021: Fault("The number is our own."),
    131026: _NOT_THERE,
    131030: Fault("The number is not on the list of those that a test number may write to."),
    131031: _ACCOUNT,
    131037: Fault("The display name of our number is not approved yet.", _LATER),
    131042: Fault(
        "There is a problem with how WhatsApp is paid for. Look at the account at Meta.", _LATER
    ),
    131045: Fault("Our number is not registered. Register it at Meta.", _LATER),
    131047: _WINDOW,
    131048: Fault(
        "Meta holds our messages back, since people marked earlier ones as spam.", _LATER
    ),
    131049: Fault(
        "Meta did not deliver it, to keep the person from getting too many such messages."
    ),
    131050: Fault("The person does not want to get messages of this kind."),
    131051: Fault("WhatsApp does not know this kind of message."),
    131052: Fault("WhatsApp could not fetch the file that the person sent."),
    131053: _MEDIA,
    131056: Fault("Too many messages to this one person in a short time.", _SOON),
    131057: _TROUBLE,
    132000: _TEMPLATE,
    132001: _TEMPLATE,
    132005: _TEMPLATE,
    132007: _TEMPLATE,
    132012: _TEMPLATE,
    132015: _TEMPLATE,
    132016: _TEMPLATE,
    133000: _TROUBLE,
    133004: _TROUBLE,
    133010: Fault("Our number is not registered. Register it at Meta.", _LATER),
    135000: _REFUSED,
    2018278: _WINDOW,
    2534022: _WINDOW,
}


def words_of(error: Said) -> str:
    """An error of Meta for a person: our words for its code, then its own."""
    code = error["code"].number()
    known = FAULTS.get(int(code)) if code is not None else None
    subcode = error["error_subcode"].number()
    known = FAULTS.get(int(subcode), known) if subcode is not None else known
    details = error.at("error_data.details").line() or error["message"].line()
    theirs = details or error["title"].line()
    said = f"{theirs} ({int(code)})" if code is not None else theirs
    return f"{known.words} Meta says: {said}".strip() if known else f"Meta says: {said}".strip()


def refusal(host: str, status: int, body: bytes) -> ChannelError:
    """A call that Meta refused, as what the desk acts upon."""
    error = Said.read(body)["error"]
    code, subcode = error["code"].number(), error["error_subcode"].number()
    fault = FAULTS.get(int(subcode)) if subcode is not None else None
    fault = fault or (FAULTS.get(int(code)) if code is not None else None)
    if fault is not None:
        return ChannelError(words_of(error), permanent=fault.again is None, retry_after=fault.again)
    said = words_of(error) if error else body[:200].decode("utf-8", "replace").strip()
    never = 400 <= status < 500 and status not in (401, 403, 408, 429)
    return ChannelError(f"{host} answered {status}. {said}".strip(), permanent=never)
