"""What the receiving server found out about a mail: spam marks and RFC 8601 results.

Whoever sends a mail can write these fields as well. A receiving server puts its
own on top and must remove those that bear its name (RFC 8601, 5), so only the
topmost field of a kind is read; where the account names its server, only a
field of that server counts.
"""

import re

from channels.email.headers import raw_text
from channels.email.mime import Part
from channels.message import Verdicts

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^\s*(spf|dkim|dmarc)(?:/\d+)?\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_INSTANCE = re.compile(r"\s*i\s*=\s*\d{1,3}\s*$")
_SCORE = re.compile(r"(?:score|hits)\s*=\s*(-?\d{1,4}(?:\.\d{1,4})?)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,4}(?:\.\d{1,4})?")
_LEVEL = re.compile(r"\bSCL:\s*(-?\d{1,2})", re.IGNORECASE)
_YES, _NO = ("yes", "true", "spam", "fail", "1"), ("no", "false", "ham", "pass", "0")

# Fields that say yes or no in their first word, the surest first.
_FLAGS = (
    "x-spam-flag",
    "x-spam-status",
    "x-ses-spam-verdict",
    "x-spam",
    "x-bogosity",
    "x-dspam-result",
    "x-rspamd-action",
    "x-barracuda-spam-flag",
    "x-barracuda-spam-status",
    "x-proofpoint-spam-flag",
    "x-ovh-spam-status",
    "x-spampal",
    "x-spam-action",
)
_LEVELS = ("x-ms-exchange-organization-scl", "x-microsoft-scl", "x-microsoft-antispam-scl")
_SCORES = ("x-spam-score", "x-spam-status", "x-rspamd-score", "x-barracuda-spam-score")
# From 5 on, Exchange takes a mail for spam; -1 says that it asked nobody.
_SPAM_LEVEL = 5
_BY_ACTION = {"reject": True, "add header": True, "rewrite subject": True, "no action": False}


def read_verdicts(root: Part, server: str = "") -> Verdicts:
    """`server` is the authserv-id of the account's own server; empty believes the topmost field."""
    said_by, results = _results(root, server)
    return Verdicts(
        spam=_spam(root),
        spam_score=_score(root),
        spf=results.get("spf") or (None if said_by else _received_spf(root)),
        dkim=results.get("dkim"),
        dmarc=results.get("dmarc"),
        server=said_by,
    )


def _value(root: Part, name: str) -> str:
    value = root.raw(name)
    return raw_text(value) if value is not None else ""


def _spam(root: Part) -> bool | None:
    """Yes if any filter says so: a sender may forge a no, and gains nothing by a yes."""
    said = [_flag(_value(root, name).lower()) for name in _FLAGS]
    levels = [_NUMBER.match(_value(root, name).strip()) for name in _LEVELS]
    levels.append(_LEVEL.search(_value(root, "x-forefront-antispam-report")))
    said.extend(float(level[level.re.groups]) >= _SPAM_LEVEL for level in levels if level)
    known = [each for each in said if each is not None]
    return any(known) if known else None


def _flag(said: str) -> bool | None:
    said = said.strip()
    if said in _BY_ACTION:
        return _BY_ACTION[said]
    word = re.split(r"[\s,;:(]", said, maxsplit=1)[0]
    if word in _YES:
        return True
    return False if word in _NO else None


def _score(root: Part) -> float | None:
    for name in _SCORES:
        value = _value(root, name)
        found = _SCORE.search(value)
        if found:
            return float(found[1])
        plain = _NUMBER.match(value.strip())
        if plain and name != "x-spam-status":
            return float(plain[0])
    return None


def _results(root: Part, server: str) -> tuple[str, dict[str, str]]:
    """The server's name and its results, from its topmost field (RFC 8601, 2.2; RFC 8617, 4.1.1)."""
    wanted = server.strip().lower()
    values = root.all("authentication-results")
    if wanted:
        values = [*values, *root.all("arc-authentication-results")]
    for value in values[:50]:
        pieces = _without_comments(raw_text(value)).split(";")
        pieces = [piece for piece in pieces if not _INSTANCE.match(piece)]
        said_by, results = _read_results(pieces)
        if not wanted or said_by == wanted:
            return said_by, results
    return "", {}


def _read_results(pieces: list[str]) -> tuple[str, dict[str, str]]:
    """Each method's result; of several signatures one that passed is enough."""
    results: dict[str, str] = {}
    said_by = ""
    for number, piece in enumerate(pieces[:100]):
        found = _RESULT.match(piece)
        if found is None and number == 0:
            said_by = (piece.split() or [""])[0].lower()
        elif found is not None:
            method, result = found[1].lower(), found[2].lower()
            if method not in results or result == "pass":
                results[method] = result
    return said_by, results


def _without_comments(text: str) -> str:
    for _ in range(3):  # Comments may stand in comments; deeper ones nobody writes.
        shorter = _COMMENT.sub(" ", text)
        if shorter == text:
            break
        text = shorter
    return text


def _received_spf(root: Part) -> str | None:
    words = _value(root, "received-spf").split(maxsplit=1)
    return words[0].lower()[:20] if words else None
