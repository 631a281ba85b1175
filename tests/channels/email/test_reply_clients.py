"""Replies as the mail programs of many languages write them: what is new is shown, the rest is folded."""

import textwrap

import pytest

from channels.email.quoting import split_reply
from tests.channels.email import replies

WHO = "Help Desk <help@council.example>"
LINES = [
    (f"{program}-{language}", heading.replace("{who}", WHO).replace("{name}", "Help Desk"))
    for program, table in [
        ("gmail", replies.GMAIL),
        ("apple", replies.APPLE),
        ("thunderbird", replies.THUNDERBIRD),
        ("yahoo", replies.YAHOO),
        ("other", replies.OTHERS),
    ]
    for language, heading in table.items()
]
BLOCKS = [
    (f"outlook-{language}", "\n".join(f"{label} {said}" for label, said in zip(labels, said_by, strict=True)))
    for said_by in [(WHO, "Monday, 2 March 2026 09:00", "Ada", "RE: Lamp")]
    for language, labels in replies.OUTLOOK.items()
]  # fmt: skip
NEW = "It is dark again, and nobody came."


def shown(heading: str, mark: str = "", new: str = NEW) -> tuple[str, str]:
    split = split_reply(f"{new}\n\n{heading}\n\n{mark}We sent somebody.\n{mark}\n{mark}Bye, Ben")
    return split.visible, split.quoted


@pytest.mark.parametrize("mark", ["> ", ""])
@pytest.mark.parametrize(("program", "heading"), LINES)
def test_a_line_above_a_quotation_begins_history(program: str, heading: str, mark: str) -> None:
    visible, quoted = shown(heading, mark)
    assert visible == NEW
    assert "We sent somebody." in quoted


@pytest.mark.parametrize(("program", "heading"), LINES)
def test_a_line_that_was_wrapped_begins_it_too(program: str, heading: str) -> None:
    wrapped = "\n".join(
        part for line in heading.split("\n") for part in textwrap.wrap(line, 60) or [line]
    )
    assert shown(wrapped, "> ")[0] == NEW


@pytest.mark.parametrize(("program", "block"), BLOCKS)
def test_a_block_of_fields_begins_it(program: str, block: str) -> None:
    assert shown(block)[0] == NEW
    assert shown(f"________________________________\n{block}")[0] == NEW
    assert shown(f"-----Original Message-----\n{block}")[0] == NEW


@pytest.mark.parametrize(("program", "block"), BLOCKS)
def test_a_block_whose_date_comes_last_or_first_begins_it(program: str, block: str) -> None:
    sender, date, recipient, subject = block.split("\n")
    assert shown("\n".join((sender, recipient, subject, date)))[0] == NEW
    assert shown("\n".join((sender, recipient, date, subject)))[0] == NEW


@pytest.mark.parametrize("banner", replies.BANNERS)
def test_a_banner_with_fields_below_begins_it(banner: str) -> None:
    fields = f"From: {WHO}\nDate: 02/03/2026 09:00 (GMT+00:00)\nTo: Ada\nSubject: Lamp"
    assert shown(f"{banner}\n{fields}")[0] == NEW


@pytest.mark.parametrize("banner", replies.BANNERS)
def test_a_banner_above_marked_lines_begins_it(banner: str) -> None:
    if not banner.startswith("__"):
        assert shown(banner, "> ")[0] == NEW


@pytest.mark.parametrize("device", replies.DEVICES)
def test_the_mark_of_a_device_is_signature(device: str) -> None:
    split = split_reply(f"{NEW}\n\n{device}\n")
    assert (split.visible, split.signature) == (NEW, device)


@pytest.mark.parametrize("device", replies.DEVICES)
def test_the_mark_of_a_device_is_signature_above_history_too(device: str) -> None:
    split = split_reply(f"{NEW}\n\n{device}\n\nOn 2 Mar 2026, at 09:00, {WHO} wrote:\n\n> Old.")
    assert (split.visible, split.signature) == (NEW, device)
