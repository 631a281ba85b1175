"""How texts are cut to fit one line."""

from __future__ import annotations

from helpdesk.tickets.naming import LONGEST_LINE, beginning


def test_a_short_text_is_shown_whole_in_one_line() -> None:
    assert beginning("The bins\n\nwere not  emptied.") == "The bins were not emptied."


def test_a_long_text_ends_at_a_whole_word_with_an_ellipsis() -> None:
    shown = beginning("emptied " * 40)
    assert shown == ("emptied " * 19).rstrip() + "\u00a0…"
    assert len(shown) <= LONGEST_LINE


def test_a_text_without_spaces_is_cut_where_it_must_be() -> None:
    assert beginning("街" * 400) == "街" * (LONGEST_LINE - 2) + "\u00a0…"
