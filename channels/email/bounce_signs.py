"""looks_like_bounce(): the signs by which a mail system's own words are told from a person's, weighed together."""

import re

from channels.email.mime import Part
from channels.message import Address

ADDRESS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,63})(?:\.[A-Za-z0-9-]{1,63}){0,9}"
_ANY_ADDRESS = re.compile(ADDRESS)
_ENOUGH = 4
_READ_AT_MOST = 2_500

_DAEMONS = re.compile(
    r"^(?:mailer[-_.]?daemon|mmdf|mdaemon|mail[-_.]?daemon|\S{0,60}[-+._]mailer-daemon)@", re.I
)
BOUNCERS = re.compile(
    r"^(?:mail[-_.]?daemon|post[-_.]?master|mmdf|\S{0,60}mailer-daemon\S{0,60}|mdaemon|undelivered|mail\.system|"
    r"mail-?system|(?:mail[-_.]?)?delivery(?:[-_.]?(?:system|subsystem))|virusscanner|amavis|imss|mailmarshal|"
    r"system-?administrator|microsoftexchange[0-9a-f]{8,40}|\S{0,60}daemon)@",
    re.I,
)
_DAEMON_NAMES = re.compile(
    r"^\W*(?:mail(?:er)?[- ]?(?:daemon|deliver(?:y)? (?:sub)?system|system|administrator)|mailer-daemon|"
    r"(?:internet )?mail delivery (?:(?:sub)?system|service)?|system administrator|microsoft (?:exchange|outlook))\W*$",
    re.I,
)
_UNATTENDED = re.compile(
    r"^(?:no-?_?\.?reply|do-?not-?reply|bounces?|\S{0,60}-(?:admin|owner|bounces?))@", re.I
)
_ANSWER = re.compile(
    r"\s*(?:re|aw|sv|antw|odp|ynt|rv|fwd?|wg|tr|r|ref|vs|vb|vl|doorst|enc|pd|yml)\s*:", re.I
)
_GREETING = re.compile(
    r"^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|to whom|hallo|guten (?:tag|morgen)|"
    r"sehr geehrte|liebe[rs]?|bonjour|hola|estimad[oa]|buenos|ciao|buongiorno|gentile|beste|geachte|dzień dobry|"
    r"szanown[iy]|hej|hei|olá|prezad[oa]|caro|annwyl|shwmae|السلام|مرحبا|thank|please|could (?:you|someone)|"
    r"can (?:you|someone)|i |we |my )\b(?!.{0,40}(?:program|mail server|mailer|daemon))",
    re.I,
)
_PERSONS_PROGRAMS = re.compile(
    r"thunderbird|apple mail|iphone mail|ipad mail|evolution|kmail|mutt|roundcube|k-9|outlook-(?:ios|android)|"
    r"yahoomail|airmail|sparrow|mailspring|claws|sylpheed|zimbra|squirrelmail|horde",
    re.I,
)
_NOT_OWN = re.compile(
    r"^[ \t]{0,9}(?:>|-{2,}.{0,40}(?:forwarded|original message|weitergeleitet|transféré|reenviado|inoltrato)|"
    r"begin forwarded|on .{5,120} wrote:)",
    re.I | re.M,
)
SUBJECTS = re.compile(
    r"undeliver|un-?delivered|delivery (?:status|failure|failed|has failed|report|notification|problem|error|"
    r"incomplete|unsuccessful)|returned (?:mail|to sender|message|e?mail)|failure (?:notice|delivery)|"
    r"(?:mail|message|delivery) (?:system )?(?:error|failure|failed|undeliverable|could not)|mail could not|"
    r"non-?delivery|not delivered|nondeliverable|message has failed|delivery has failed|error sending your mail|"
    r"user unknown|could not (?:send|deliver|be delivered)|unable to deliver|cannot (?:send|deliver)|\bbounced?\b|"
    r"warning: could not send|warning: message|automatically rejected|processing error|systems? bounce|"
    r"delivery delayed|delayed mail|problems? (?:while )?deliver|permanent delivery failure|message you sent|"
    r"mail error|rejected (?:mail|message)|blocked by|banned contents|request rejected|"
    r"unzustellbar|nicht (?:zugestellt|zustellbar)|unzustellbarkeit|zustellung (?:fehlgeschlagen|nicht)|"
    r"fehlgeschlagene zustellung|non remis|non distribu|échec de (?:la )?(?:remise|distribution|livraison)|"
    r"non recapitabil|mancata consegna|impossibile recapitare|recapito non|niet (?:af)?(?:ge|be)lever|onbestelbaar|"
    r"no se (?:puede|pudo|ha podido) entregar|devuelto|no entregado|error de entrega|"
    r"não (?:entregue|é possível entregar)|falha na entrega|não foi possível entregar|niedoręczon|niedostarcz|"
    r"nie (?:można|udało się) dostarcz|kunne ikke leveres|kan ikke leveres|ikke leveret|kan inte levereras|"
    r"kunde inte levereras|ej levererat|ei voitu toimittaa|toimittamaton|doručení selhalo|nedoručiteln|"
    r"nedoručen|kézbesíthetetlen|teslim edilemedi|iletilemedi|недоставлен|не доставлен|не удалось доставить|"
    r"ошибка доставки|невозможно доставить|не вдалося доставити|δεν παραδόθηκε|配信不能|配信できません|"
    r"toimittaminen ei onnistunut|toimitus epäonnistui|ei voida toimittaa|teslim edileme|не удается доставить|не доставлено|"
    r"сбой доставки|не може бути доставлен|未送达|未送達|无法传递|无法投递|传递失败|未配信|배달되지|배달할 수|غير قابل للتسليم|"
    r"لم يتم (?:ال)?تسليم|δεν είναι δυνατή η παράδοση|לא ניתן למסור|לא נמסר|sikertelen kézbesítés|nelivrat|nu s-a putut livra|"
    r"imposibil de livrat|kan ej levereras|پہنچایا نہیں جا سکا|neuspješna isporuka|neuspela isporuka|no lliurat|"
    r"メールエラー|エラー通知|送信できません|返送|退信|退回|无法送达|無法傳遞|投递失败|전송 실패|반송|"
    r"تعذر (?:تسليم|التسليم)|فشل (?:تسليم|التسليم)|neges heb ei (?:dosbarthu|chyflwyno)|methwyd (?:danfon|â danfon)",
    re.I,
)
_SAID_OF_IT = re.compile(
    rf"(?:could not|couldn'?t|cannot|can ?not|unable to|failed to|was not|wasn'?t able to|trouble) (?:be )?"
    rf"(?:deliver\w*|send|reach\w*) (?:your )?(?:the )?(?:mail |message |e-?mail )?(?:to|for)[^@]{{0,60}}{ADDRESS}|"
    rf"failed (?:recipients?|address)(?:\(s\))?:|intended recipient:|rcpt to: ?<|was automatically rejected|"
    rf"{ADDRESS}>?[^@]{{0,40}}\b5\d\d[ -]5\.\d\.\d|"
    r"did not reach the following recipient|(?:has|have) failed to the(?:se)? (?:following )?recipient|"
    r"delivery has failed to these recipients|could not be delivered to (?:one or more|the following)|"
    r"was(?:n'?t| not) delivered to (?:anyone|the following|these)|the following (?:address(?:es)?|recipients?)"
    r"(?:\(e?s\))? (?:had|have|failed|could not)|following address(?:es)?(?:\(es\))? failed|"
    r"delivery to the following recipients? (?:failed|has been)|message could not be delivered\b|"
    r"undeliverable (?:message|mail|recipient|to)|delivery failed for the following|not listed in (?:domino|public)|"
    r"had (?:permanent )?(?:delivery|fatal) (?:errors|problems)|transcript of session follows|"
    r"you(?:'re| are)? .{0,90}not (?:a )?member of this mailing list|"
    r"送信できませんでした|配信に失敗しました|配信できません|nicht zugestellt werden|"
    r"nachrichtenzustellung an folgende|échec de la remise|n'a pas pu être (?:remis|distribué|livré)|"
    r"no se pudo entregar|impossibile recapitare|afleveren van uw bericht|nie można dostarczyć|"
    r"falha na entrega|det gick inte att leverera|levering til disse|не может\s+быть отправлено|"
    r"не удалось доставить|无法送达|邮件被退回|無法傳遞|تعذر تسليم",
    re.I,
)
_ORIGINAL_TYPES = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")
_ORIGINAL_BELOW = re.compile(
    r"(?:copy|header|text|below) .{0,40}(?:of|follows)|original message|returned message|unsent message",
    re.I,
)
_NO_DELIVERY_REPORTS = ("disposition-notification", "feedback-report")


def looks_like_bounce(root: Part, sender: Address, text: str) -> bool:
    """Whether the signs together say that a mail system wrote this about a delivery.

    One that only such systems give is enough; a subject or phrases that people
    and parcel services use too need a sender, an envelope or an original beside them.
    """
    if _is_report(root) or _DAEMONS.match(sender.address):
        return True
    subject = root.text("subject")
    if _ANSWER.match(subject):
        return False
    own = text[:_READ_AT_MOST]
    quoted = _NOT_OWN.search(own)
    own = own[: quoted.start()] if quoted else own
    weight = 2 * bool(SUBJECTS.search(subject)) + 2 * bool(_SAID_OF_IT.search(own))
    if not weight:
        return False
    envelope = _by_envelope(root, sender)
    if not envelope and not _ANY_ADDRESS.search(own):
        return False  # Somebody writes about failed deliveries in general.
    return weight + envelope + _by_hand(root, sender, text) >= _ENOUGH


def is_system(address: str) -> bool:
    """Whether an address in a report is the postmaster's or the like rather than a recipient's."""
    return BOUNCERS.match(address) is not None or address.lower().startswith(("abuse@", "support@"))


def _is_report(root: Part) -> bool:
    kind = root.parameters.get("report-type", "").lower()
    return root.content_type == "multipart/report" and kind not in _NO_DELIVERY_REPORTS


def _by_envelope(root: Part, sender: Address) -> int:
    path = root.raw("return-path")
    empty = root.text("return-path") == "<>" or (path is not None and not path.strip())
    daemon = BOUNCERS.match(sender.address) or _DAEMON_NAMES.match(sender.name)
    attached = any(part.content_type in _ORIGINAL_TYPES for part in root.walk() if part is not root)
    submitted = root.text("auto-submitted").lower().startswith("auto-")
    return (
        (2 if daemon or not sender.address else 0)
        + (1 if _UNATTENDED.match(sender.address) else 0)
        + (2 if empty else 0)
        + (1 if attached else 0)
        + (1 if submitted else 0)
    )


def _by_hand(root: Part, sender: Address, text: str) -> int:
    """What speaks for a person or a newsletter: their program, a greeting, a way to leave."""
    if not sender.address or BOUNCERS.match(sender.address):
        return 0
    program = f"{root.text('user-agent')} {root.text('x-mailer')}"
    by_list = root.raw("list-id") is not None or root.raw("list-unsubscribe") is not None
    by_person = by_list or _PERSONS_PROGRAMS.search(program) or root.raw("in-reply-to") is not None
    return -(2 if by_person else 0) - (2 if _GREETING.match(text) else 0)
