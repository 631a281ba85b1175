"""The place in a text that a result shows."""

from __future__ import annotations

from helpdesk.search.query import parse
from helpdesk.search.snippets import CLOSING, LENGTH, OPENING, marked, snippet, wanted_of


def shown(text: str, query: str) -> str:
    return snippet(text, wanted_of(parse(query).wanted)).replace(OPENING, "[").replace(CLOSING, "]")


def test_matched_words_are_marked_in_all_their_forms() -> None:
    assert shown("The boilers leaked.", "boiler leaking") == "The [boilers] [leaked]."


def test_a_prefix_marks_the_words_that_begin_so() -> None:
    assert (
        shown("Two applications for Café Roma", "appl* cafe")
        == "Two [applications] for [Café] Roma"
    )


def test_the_stretch_with_most_of_the_words_is_shown() -> None:
    text = "lamp " + "nothing of note " * 40 + "the lamp by the stairs " + "nothing more " * 40
    found = shown(text, "lamp stairs")
    assert "[lamp] by the [stairs]" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < LENGTH + 60


def test_without_a_match_the_beginning_is_shown() -> None:
    assert shown("The boilers leaked.", "stairs") == "The boilers leaked."


def test_marks_in_the_text_itself_are_not_taken_for_ours() -> None:
    assert shown(f"a {OPENING}lamp{CLOSING} here", "here") == "a lamp [here]"
    assert marked(f"{CLOSING}lamp", wanted_of(parse("lamp").wanted)) == f"{OPENING}lamp{CLOSING}"


def test_every_mark_that_opens_is_closed() -> None:
    for length in range(1, 400, 7):
        found = shown("lamp " * length + "x" * length, "lamp")
        assert found.count("[") == found.count("]")
