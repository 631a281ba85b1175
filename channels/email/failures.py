"""What the codes and the words of a mail server say about a failed delivery (RFC 3463)."""

import re

from channels.message import FailedRecipient

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.\-+:/])([45][0-5]\d)(?=[\s\-#]|$)(?![\d.])")
_NOBODY = re.compile(
    r"user (?:name )?(?:unknown|not found|doesn'?t exist|does not exist|is (?:unknown|not known))|"
    r"unknown (?:or illegal )?(?:user|recipient|local|address|alias|mailbox)|not (?:a )?known (?:at|to) this|"
    r"no such (?:user|recipient|mailbox|address|person|account|local)|(?:mailbox|account|address|recipient)(?: name)? "
    r"(?:is )?(?:unknown|not found|not recognized|unavailable|does not exist|doesn'?t exist|not exist|invalid|not known)|"
    r"does(?:n'?t| not) (?:have|exist|list)|invalid (?:recipient|mailbox|user|address|receiver)|"
    r"recipient (?:address )?(?:unknown|rejected: user)|\b542\b.{0,80}rejected|recipient does not|nobody by that name|"
    r"not our customer|no mailbox (?:here )?by that name|not a known user|isn'?t (?:a valid|in my (?:virtual|control))|no account|"
    r"not listed in|not listed\b|address (?:unknown|error)|address rejected(?! ?:)|recip(?:ient)?notfound|has moved|"
    r"no longer (?:active|valid|with|at|on)|account (?:has been )?(?:closed|deleted)|bad destination mailbox|invalid final delivery|"
    r"inactive (?:e-?mail )?address|unrouteable address|user not (?:found|local|known|exist)|(?:address|user|"
    r"mailbox) (?:could(?:n'?t| not) be|wasn'?t|was not) found|\bwas(?:n'?t| not) found at\b|no valid recipient|"
    r"no ?one (?:here has|at) th(?:at|is)|person not found|(?:not a valid|non-?existent) (?:user|recipient|address|mailbox)|"
    r"no longer accepts? (?:e-?)?mail|unknown (?:virtual |e-?mail |local )?(?:user|address|account)|"
    r"recipient is not (?:local|accepted)|(?:user|recipient) not local|in my badrcptto|mailbox path|deliverable address|"
    r"no existe (?:dicha|esa|la) (?:persona|cuenta|direcci)|(?:persona|cuenta) no existe|no mail ?box available for|"
    r"unbekannter? (?:benutzer|empfänger)|(?:benutzer|empfänger|adresse|postfach) (?:\S{1,80} )?(?:ist )?"
    r"(?:unbekannt|existiert nicht|nicht gefunden)|konnte nicht gefunden werden|"
    r"(?:utilisateur|destinataire|adresse) (?:\S{1,80} )?(?:inconnue?|introuvable|n'existe pas)|"
    r"usuario (?:desconocido|inexistente|no existe)|no se encuentra la dirección|utente sconosciuto|"
    r"non è stato trovato|gebruiker onbekend|onbekende gebruiker|ukendt (?:bruger|modtager)|okänd (?:användare|mottagare)|"
    r"ukjent (?:bruker|mottaker)|nieznany (?:użytkownik|adresat|odbiorca)|usuário (?:desconhecido|inexistente|não)|"
    r"(?:пользователь|адресат|получатель|ящик)\s(?:\S{1,80}\s)?(?:не найден|не существует|неизвестен)|"
    r"リストにありません|見つかりません|見つかりませんでした|存在しません|(?<!可能)不存在|존재하지",
    re.I,
)
_NO_HOST = re.compile(
    r"host (?:or domain name )?(?:not found|unknown)|\bhost \S{1,250} not found|unknown host|domain (?:name )?"
    r"(?:not found|does not exist|is not reachable|not known)|account or domain may not exist|"
    r"no such (?:host|domain)|couldn'?t find (?:any host|a mail exchanger)|nxdomain|bad destination system|"
    r"unrouteable mail domain|domain must exist|no mx records? (?:found )?for|no route to (?:host|domain) for|"
    r"no mail (?:server|exchanger)|non-?existent hosts|(?:does not|not) accept(?:ing)? (?:mail|network messages)|name service error|illegal host|"
    r"domain .{1,60}not (?:exist|found)|nullmx|null mx",
    re.I,
)
_BUT_NOT = re.compile(
    r"quota|full|exceed|spam|blocked|policy|too (?:large|big)|virus|timed? ?out|blacklist|reputation|"
    r"allowed rcpthosts|from your server|malformed or unexpected|not found, try again|try again later|transport failed|delivery error|"
    r"authenti|spf|dkim|dmarc|greylist|temporar|disabled|suspend|inactive|restrict|denied|relay",
    re.I,
)
# Here it is our own address that the server does not like; the recipient is well.
_SENDER_REFUSED = re.compile(
    r"sender (?:address|domain|verify|refused|rejected|denied)|domain of sender|after MAIL FROM|"
    r"(?:unknown|invalid|bad) sender",
    re.I,
)
_DEAD_STATUSES = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.1.0", "5.3.2", "5.0.0", "5.2.1")
_SURELY_DEAD = ("5.1.1", "5.1.2", "5.1.6", "5.1.10")
_LONGEST_REASON = 400


# Said to the whole message after its recipient was taken, so the mailbox need not be what was missing.
_AFTER_DATA = re.compile(
    r"in reply to (?:end of )?data|>>> data\s{1,9}<<< 5|after (?:end of data|transfer of mail|data\b|i sent the)",
    re.I,
)
_VAGUE = re.compile(r"unknown user|user unknown|no such user|mailbox unavailable", re.I)
_NO_MAILBOX = "5.1."
_NO_MAIL_AT_ALL = ("521", "556")  # RFC 7504


def status_in(text: str) -> str | None:
    """The enhanced status code that a text names: a failure's, and the first that says more than x.0.0."""
    found = _STATUS.findall(text)
    told = [code for code in found if not code.endswith(".0.0")] or found
    return next((code for code in told if code[0] != "2"), told[0] if told else None)


def reply_code_in(text: str) -> str | None:
    found = _CODE.search(text)
    return found[1] if found else None


def is_permanent(status: str | None, code: str | None) -> bool | None:
    if status is not None:
        return status.startswith("5")
    return code.startswith("5") if code is not None else None


def judged(
    address: str, words: str, *, whole: str, alone: bool, action: str = "failed"
) -> FailedRecipient:
    """A recipient of whom only words are known; `whole` is what is said of all of them together."""
    status = status_in(words) or status_in(whole)
    code = reply_code_in(words) or reply_code_in(whole)
    said = " ".join(words.split())
    dead = dead_address(status, code, said)
    if not dead and alone and not _BUT_NOT.search(said):
        # Some say first what went wrong and name the recipient below it.
        dead = dead_address(status, code, " ".join(whole[:2000].split()))
    at = max(said.casefold().find(address.casefold()), 0)
    return FailedRecipient(
        address=address,
        status=status,
        reply_code=code,
        action=action,
        permanent=is_permanent(status, code),
        reason=said[at : at + _LONGEST_REASON],
        address_is_dead=dead,
    )


def is_after_data(text: str) -> bool:
    """Whether a server refused the message only once it had taken the recipient."""
    return _AFTER_DATA.search(text) is not None


def dead_address(
    status: str | None, code: str | None, reason: str, *, after_data: bool = False
) -> bool:
    """Whether the address, rather than this message, is what is wrong."""
    if status in ("5.1.7", "5.1.8") or _SENDER_REFUSED.search(reason):
        return False
    if code in _NO_MAIL_AT_ALL and status in (None, "5.3.2"):
        return True
    late = (after_data or is_after_data(reason)) and not (status or "").startswith(_NO_MAILBOX)
    if late and _VAGUE.search(reason):
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
