"""Which charset undeclared bytes are in, told by the letters that its languages write most.

Only for bytes that are no UTF-8 and mostly not ASCII: a few accents in a Latin
text prove nothing, and then nothing is guessed.
"""

import re
from dataclasses import dataclass

_HIGH = re.compile(rb"[\x80-\xff]+")
# A capital after a small letter of the same word: the mark of a charset mistaken for its sister.
_TURNED = re.compile(r"[а-яё][А-ЯЁ]|[α-ωά-ώ][Α-ΩΆ-Ώ]")
_FEWEST = 6
_MOST_READ = 4_000
_ENOUGH = 0.55

_RUSSIAN = "оеаинтсрвлкмдпуяыьгзб"
_GREEK = "αοιετσνηυρπκμλωςάίόέή"
_HEBREW = "יוהלאתרמבשנדםחקעפ"
_ARABIC = "اليمونرتبةعدسفهكحقجأ"
_THAI = "านรอกเงมยลวดทสตะปบคหแจพช่้ีัิ์"
_CHINESE = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明"
    "性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世"
    "位次度门任常先海通教原东提立及比员解水名真论处走各入几口认条平系气题活更别打女变四神总何电数安少报才结反受目太量再感建务"
    "做接必场件计管期市直德资命山金指许统区保至队形社便空决治展司五基转发邮请谢您客户服企水培训整"
)
_TAIWANESE = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方"
    "多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實日者意無力它與長把機十民第公此已工使情明性"
    "知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西月話合回特代內信表化老給世位次"
    "度門任常先海通教請謝您電郵件資訊網路服務"
)


@dataclass(frozen=True, slots=True)
class _Script:
    """A charset, the letters frequent in its languages, and the share of a text that they make."""

    codec: str
    weights: dict[str, float]
    share: float


def _letters(codec: str, letters: str, share: float) -> _Script:
    """The ten letters that come first are the most frequent ones."""
    return _Script(codec, {each: 1.0 if n < 10 else 0.7 for n, each in enumerate(letters)}, share)


def _span(codec: str, first: str, last: str, share: float) -> _Script:
    letters = map(chr, range(ord(first), ord(last) + 1))
    return _Script(codec, dict.fromkeys(letters, 1.0), share)


_SCRIPTS = (
    _letters("cp1251", _RUSSIAN, 0.85),
    _letters("koi8-r", _RUSSIAN, 0.85),
    _letters("iso8859-5", _RUSSIAN, 0.85),
    _letters("cp1253", _GREEK, 0.85),
    _letters("cp1255", _HEBREW, 0.85),
    _letters("cp1256", _ARABIC, 0.85),
    _letters("cp874", _THAI, 0.75),
    _letters("gb18030", _CHINESE, 0.4),
    _letters("big5hkscs", _TAIWANESE, 0.4),
    _span("cp932", "\u3041", "\u30fe", 0.55),
    _span("euc_jp", "\u3041", "\u30fe", 0.55),
    _span("cp949", "\uac00", "\ud7a3", 0.95),
)


def guess_charset(body: bytes) -> str | None:
    """The codec of a text in another script than Latin; None where the bytes do not tell."""
    body = body[:_MOST_READ]
    runs = [len(run) for run in _HIGH.findall(body)]
    high, alone = sum(runs), runs.count(1)
    latin = sum(1 for byte in body if 65 <= byte <= 90 or 97 <= byte <= 122)
    # Letters with accents stand alone among plain ones; those of another script stand together.
    if high < _FEWEST or high < latin or alone > 0.6 * high:
        return None
    scores = [(_score(body, script), script.codec) for script in _SCRIPTS]
    best, codec = max(scores)
    return codec if best >= _ENOUGH else None


def _score(body: bytes, script: _Script) -> float:
    """How near the letters come to what its languages write; 1.0 is a text of theirs."""
    for cut in (body, body[:-1]):  # The end may have cut a character in two.
        try:
            text = cut.decode(script.codec)
            break
        except UnicodeDecodeError:
            continue
    else:
        return 0.0
    letters = [character for character in text if ord(character) > 127 and character.isalpha()]
    strange = sum(1 for character in text if ord(character) > 127 and not character.isalpha())
    strange += 4 * len(_TURNED.findall(text))
    if not letters:
        return 0.0
    found = sum(script.weights.get(letter.lower(), 0.0) for letter in letters)
    return found / (len(letters) + strange / 2) / script.share
