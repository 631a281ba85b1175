"""Whether a text promises a file, in the languages of the desk."""

from __future__ import annotations

import pytest

from workflows.attaching import speaks_of_file


@pytest.mark.parametrize(
    "text",
    [
        "Please find the form attached.",
        "See the ATTACHMENT.",
        "The map is enclosed",
        "Gweler y ffurflen ynghlwm.",
        "Anbei das Formular.",
        "Das Formular finden Sie im Anhang.",
        "Le plan est ci-joint.",
        "Voir la pièce jointe.",
    ],
)
def test_a_promise_of_a_file_is_known(text: str) -> None:
    assert speaks_of_file(text)


@pytest.mark.parametrize(
    "text",
    ["", "Please try again.", "> The form is attached.\nThank you.", "It was unattached.", "Anna"],
)
def test_what_promises_none_is_left_alone(text: str) -> None:
    assert not speaks_of_file(text)
