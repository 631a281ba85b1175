"""How text becomes words: the one analysis that documents, queries and snippets share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from whoosh.lang.snowball.english import EnglishStemmer

_english = EnglishStemmer()

LONGEST_WORD = 60
LONGEST_IDENTIFIER = 120
MOST_IDENTIFIERS = 400

# Letters, digits and the marks that stand on them; the underline parts words, as it does in both databases.
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_MARKS = re.compile(r"[\u0300-\u036f]+")
# Something written without a space that holds a digit or an inner mark: INC-1042, node01.example.org, ann@example.org.
_IDENTIFIER = re.compile(r"[^\W_][\w.@:/+#&-]*[^\W_]")
_HAS_MARK = re.compile(r"[\d_.@:/+#&-]")

# Identifiers are kept as one word of plain letters and digits, so that no tokenizer takes them apart.
GLUED = "xq"
_GLUE = str.maketrans(
    {
        ".": "qd",
        "-": "qh",
        "@": "qa",
        "_": "qu",
        "/": "qs",
        ":": "qc",
        "+": "qp",
        "#": "qn",
        "&": "qm",
        "q": "qq",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, folded, and where it stood."""

    word: str
    start: int
    end: int


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case without accents: "Café" and "CAFE" are one word."""
    return text.lower() if text.isascii() else _folded(text)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """What the forms of an English word have in common; the word must be folded."""
    found: str = _english.stem(word) if word.isascii() and word.isalpha() else word
    return found


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, in order."""
    for match in _WORD.finditer(text):
        word = fold(match[0])
        if word:
            yield Token(word[:LONGEST_WORD], match.start(), match.end())


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    folded = text.lower() if text.isascii() else _folded(text)
    return [
        word if len(word) <= LONGEST_WORD else word[:LONGEST_WORD] for word in _WORD.findall(folded)
    ]


def is_identifier(text: str) -> bool:
    """Whether this is written like a number, an address, a host or a file name, which is found as it stands."""
    return (
        len(text) > 1
        and _HAS_MARK.search(text) is not None
        and _IDENTIFIER.fullmatch(text) is not None
    )


def identifiers(*texts: str) -> str:
    """The identifiers in some texts, glued and parted by spaces; each once."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _IDENTIFIER.finditer(text):
            written = match[0]
            if (
                not written.isalpha()
                and len(written) <= LONGEST_IDENTIFIER
                and _HAS_MARK.search(written)
            ):
                for part in _ways_to_write(written):
                    found[glue(part)] = None
            if len(found) >= MOST_IDENTIFIERS:
                return " ".join(found)
    return " ".join(found)


def glue(identifier: str) -> str:
    """An identifier as one word, the same for every way of writing capitals; order of prefixes is kept."""
    return GLUED + fold(identifier).translate(_GLUE)


def reader_term(reader: str) -> str:
    """A reader such as "group:7" as a word that no text can hold by chance and no stemmer changes."""
    return f"xr{reader.encode().hex()}0"


def kind_term(kind: str) -> str:
    """A kind of document as such a word."""
    return f"xk{kind.encode().hex()}0"


def access_terms(readers: tuple[str, ...], kind: str) -> str:
    """What the index keeps of who may read a document, and of its kind."""
    return " ".join([*(reader_term(reader) for reader in readers), kind_term(kind)])


def _folded(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.lower()))


def _ways_to_write(written: str) -> Iterator[str]:
    """An address is looked for by its host too, and a link without its scheme."""
    yield written
    for mark in ("@", "://"):
        head, found, tail = written.partition(mark)
        if found and head and tail:
            yield tail
