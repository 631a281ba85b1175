"""How texts are cut to fit one line."""

from __future__ import annotations

from helpdesk.tickets.naming import LONGEST_LINE, beginning, single_line


def test_a_short_text_is_shown_whole_in_one_line() -> None:
    assert beginning("The bins\n\nwere not  emptied.") == "The bins were not emptied."


def test_a_long_text_ends_at_a_whole_word_with_an_ellipsis() -> None:
    shown = beginning("emptied " * 40)
    assert shown == ("emptied " * 19).rstrip() + "\u00a0…"
    assert len(shown) <= LONGEST_LINE


def test_a_text_without_spaces_is_cut_where_it_must_be() -> None:
    assert beginning("街" * 400) == "街" * (LONGEST_LINE - 2) + "\u00a0…"


def test_a_subject_reads_as_it_is_whatever_marks_its_writer_put_into_it() -> None:
    assert (
        single_line("Refund \u202egnp.exe\u202c\u200b of \u2066mine\u2069", 500)
        == "Refund gnp.exe of mine"
    )
    assert single_line("\u200b\ufeff\u2060", 500) == ""


def test_marks_that_a_language_or_an_emoji_needs_stay_in_a_subject() -> None:
    for needed in (
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f469\u200d\U0001f467",
        "\u200fשלום",
    ):
        assert single_line(needed, 500) == needed
