"""One form for each address, number and name."""

from __future__ import annotations

import pytest
from flask import Flask

from helpdesk.core.errors import Invalid
from helpdesk.people.addresses import normalise, tidy_name
from helpdesk.people.models import ContactKind


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada.Byrne@Borough.Example ", "ada.byrne@borough.example"),
        ("ada+tag@borough.example.", "ada+tag@borough.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("äda@borough.example", "äda@borough.example"),
        ("a\u0308da@borough.example", "äda@borough.example"),
        ("root@localhost", "root@localhost"),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]"),
    ],
)
def test_equal_addresses_have_one_form(app: Flask, typed: str, kept: str) -> None:
    assert normalise(ContactKind.EMAIL, typed) == kept
    assert normalise(ContactKind.EMAIL, kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "@borough.example",
        "ada@",
        "ada@borough..example",
        "ada byrne@borough.example",
        "ada@borough.example\r\nBcc: all@borough.example",
        "alice@gov.example)<evil@x.example",
        "a@b@borough.example",
        '"a b"@borough.example',
        "ada\x00@borough.example",
        "ada@-borough.example",
        "x" * 65 + "@borough.example",
        "ada@" + "x." * 130 + "example",
    ],
)
def test_what_is_no_address_is_refused(app: Flask, typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        normalise(ContactKind.EMAIL, typed)
    assert refusal.value.field == "address"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("020 7946 0000", "+442079460000"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("0044 20 7946-0000", "+442079460000"),
        ("+49 30 901820", "+4930901820"),
        ("4417", "4417"),
    ],
)
def test_equal_numbers_have_one_form(app: Flask, typed: str, kept: str) -> None:
    assert normalise(ContactKind.PHONE, typed) == kept


@pytest.mark.parametrize("typed", ["", "12", "call me", "+44 20 7946 0000 0000 0000", "٠٢٠٧٩٤٦"])
def test_what_is_no_number_is_refused(app: Flask, typed: str) -> None:
    with pytest.raises(Invalid):
        normalise(ContactKind.PHONE, typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada\t Byrne \n", "Ada Byrne"),
        ("Ada\u202eenryB", "AdaenryB"),
        ("Ada\x00\r\nBcc: x", "Ada Bcc: x"),
        ("\u200b\u2060", ""),
        ("x" * 300, "x" * 200),
        ("אדה ביירן", "אדה ביירן"),
    ],
)
def test_a_name_is_one_plain_line(typed: str, kept: str) -> None:
    assert tidy_name(typed) == kept
