"""What an administrator may type into the fields of a channel."""

import pytest

from channels.settings import SettingError, SettingField, SettingKind, SettingValue, validate_all

PORT = SettingField(
    name="port", label="Port", kind=SettingKind.NUMBER, default=993, minimum=1, maximum=65535
)
HOST = SettingField(name="host", label="Host", required=True)
KIND = SettingField(
    name="kind", label="Kind", kind=SettingKind.CHOICE, choices=(("a", "A"), ("b", "B"))
)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        (PORT, "25", 25),
        (PORT, "", 993),
        (PORT, None, 993),
        (HOST, "  mail.example ", "mail.example"),
        (KIND, "b", "b"),
        (KIND, "", None),
        (SettingField(name="on", label="On", kind=SettingKind.BOOLEAN), "yes", True),
        (SettingField(name="on", label="On", kind=SettingKind.BOOLEAN), "off", False),
        (SettingField(name="pw", label="Password", kind=SettingKind.SECRET), " p w ", " p w "),
    ],
)
def test_a_value_is_kept_in_its_own_type(
    field: SettingField, typed: SettingValue, kept: SettingValue
) -> None:
    assert field.validate(typed) == kept


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (PORT, "twenty"),
        (PORT, "0"),
        (PORT, "65536"),
        (HOST, ""),
        (HOST, "mail.example\r\nX: y"),
        (KIND, "c"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(field: SettingField, typed: SettingValue) -> None:
    with pytest.raises(SettingError):
        field.validate(typed)


def test_all_fields_are_checked_at_once() -> None:
    clean, problems = validate_all((PORT, HOST, KIND), {"port": "x", "kind": "a"})
    assert clean == {"kind": "a"}
    assert set(problems) == {"port", "host"}
