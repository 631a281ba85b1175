"""matches(): which of the things we can say a question asks for, how sure that is, and because of which words.

Pure and deterministic: the same question and the same services give the same answer. What is known of a thing are the
phrases by which people ask for it, and single words. A rare word says more than one that many things share.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from helpdesk.answers.words import likeness, words_of

# From here on an answer is given; from LIKELY on it is offered among others. `tests/helpdesk/answers` holds them to
# a table of questions.
THRESHOLD: Final = 0.6
LIKELY: Final = 0.3
# Two things this close are both offered, and neither is said outright.
MARGIN: Final = 0.05
# How much a question is told by words without a phrase, by how many of them are met; a word that stands only in phrases
# counts half.
_BY_WORDS: Final = (0.0, 0.5, 0.8, 0.88, 0.95, 0.98, 1.0)


@dataclass(frozen=True, slots=True)
class Known:
    """A thing that can be said: its name, the phrases that ask for it and the words that speak of it, in one language."""

    name: str
    phrases: tuple[tuple[str, ...], ...]
    words: tuple[str, ...] = ()
    welsh: bool = False
    language: str = "en"

    @property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.words).union(*self.phrases)


def known_of(
    name: str,
    phrases: Iterable[str],
    words: Iterable[str] = (),
    *,
    welsh: bool = False,
    language: str = "en",
) -> Known:
    """A thing made ready for matching."""
    ready = (tuple(words_of(one)) for one in phrases)
    single = dict.fromkeys(word for one in words for word in words_of(one))
    every = tuple(dict.fromkeys(one for one in ready if one))
    return Known(name, every, tuple(single), welsh, language)


@dataclass(frozen=True, slots=True)
class Met:
    """A thing that a question may ask for: how sure (0 to 1), and the words that say so, as they are known."""

    name: str
    confidence: float
    words: tuple[str, ...]
    language: str = "en"


class Matcher:
    """A set of things to match against; made once for a set, asked often."""

    def __init__(self, known: Sequence[Known]) -> None:
        self.known = known
        spoken = Counter(word for one in known for word in one.vocabulary)
        every = len({one.name for one in known}) or 1
        self._weights = {word: _weight(times, every) for word, times in spoken.items()}
        # What no thing knows may be a name, or that the question is about something else.
        self._unknown = 0.75

    def matches(self, question: str) -> list[Met]:
        """What the question may ask for, the surest first; nothing that is less than half likely."""
        asked = words_of(question)
        if not asked:
            return []
        best: dict[str, Met] = {}
        for one in self.known:
            met = self._met(asked, one)
            if met.confidence > best.get(one.name, _NOTHING).confidence:
                best[one.name] = met
        return sorted(best.values(), key=lambda met: (-met.confidence, met.name))

    def _met(self, asked: Sequence[str], one: Known) -> Met:
        pairs = {word: self._nearest(word, one) for word in asked}
        # A word nobody knows counts as much as an ordinary one: much that is strange makes an answer less likely.
        whole = sum(self._weight_of(word, pairs[word]) for word in asked)
        found = {known: sure for known, sure in pairs.values() if known}
        by_phrase = max(
            (self._by_phrase(one_phrase, found, whole) for one_phrase in one.phrases), default=0.0
        )
        confidence = max(by_phrase, self._by_words(one, found, whole))
        return Met(one.name, round(confidence, 3), tuple(sorted(found)), one.language)

    def _nearest(self, word: str, one: Known) -> tuple[str, float]:
        """The word of a thing that a typed one stands for, and how sure that is."""
        best = ("", 0.0)
        for known in sorted(one.vocabulary):
            sure = likeness(word, known, welsh=one.welsh)
            if sure > best[1]:
                best = (known, sure)
        return best

    def _weight_of(self, word: str, pair: tuple[str, float]) -> float:
        known = pair[0] or (word if word in self._weights else "")
        return self._weights.get(known, self._unknown)

    def _by_phrase(self, phrase: Sequence[str], found: dict[str, float], whole: float) -> float:
        """How much of a phrase is in the question, and of the question in the phrase."""
        met = sum(self._weights[word] * found.get(word, 0.0) for word in phrase)
        of_phrase = met / sum(self._weights[word] for word in phrase)
        of_question = min(1.0, met / whole)
        if not met:
            return 0.0
        # A question says more than it must far more often than a phrase has words that do not matter.
        return math.pow(of_phrase, 0.7) * math.pow(of_question, 0.45)

    def _by_words(self, one: Known, found: dict[str, float], whole: float) -> float:
        share = min(1.0, sum(self._weights[word] * sure for word, sure in found.items()) / whole)
        halves = sum(2 if word in one.words else 1 for word in found)
        return math.pow(share, 0.6) * _BY_WORDS[min(halves, len(_BY_WORDS) - 1)]


_NOTHING: Final = Met("", 0.0, ())


def _weight(times: int, every: int) -> float:
    """What a word weighs that so many of all things know: 1 for a word of one's own, less for a shared one."""
    return 1.0 if every < 2 else max(0.3, 1.0 - 0.6 * math.log(times) / math.log(every + 1))


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a question: what is said, or else what is offered; neither is a miss."""

    said: Met | None
    offered: tuple[Met, ...]


def judge(found: Sequence[Met], threshold: float = THRESHOLD) -> Judged:
    """Say the surest if it is sure enough and stands alone; otherwise offer what is likely."""
    likely = tuple(met for met in found if met.confidence >= min(LIKELY, threshold))
    if not likely or likely[0].confidence < threshold:
        return Judged(None, likely)
    alone = len(likely) == 1 or likely[0].confidence - likely[1].confidence >= MARGIN
    return Judged(likely[0], likely[1:]) if alone else Judged(None, likely)
