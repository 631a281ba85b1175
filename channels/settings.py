"""What a channel asks the administrator for; the admin form is drawn from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

SettingValue = str | int | bool | None
# The setting by which an account says which language is spoken there.
LANGUAGE = "language"


def translatable(text: str) -> str:
    """Mark a text for translation; whoever shows it translates it."""
    return text


class SettingKind(Enum):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 -- the name of a kind of field


class SettingError(ValueError):
    """A value that this setting cannot take; the text says why, for the person who typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField:
    """One question on the form of a channel account. Secrets are stored apart from the rest."""

    name: str
    label: str
    kind: SettingKind = SettingKind.TEXT
    required: bool = False
    default: SettingValue = None
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # value, label
    minimum: int | None = None
    maximum: int | None = None

    @property
    def is_secret(self) -> bool:
        return self.kind is SettingKind.SECRET

    def validate(self, value: SettingValue) -> SettingValue:
        """The value in its own type, the default for a blank one. Raises SettingError."""
        if isinstance(value, str):
            # A password may begin or end with a space; nothing else does on purpose.
            value = value if self.is_secret else value.strip()
            _refuse_control_characters(value)
        if value is None or value == "":
            return self._blank()
        if self.kind is SettingKind.NUMBER:
            return self._number(value)
        if self.kind is SettingKind.BOOLEAN:
            return _boolean(value)
        if self.kind is SettingKind.CHOICE and value not in {known for known, _ in self.choices}:
            raise SettingError(translatable("Choose one of the options."))
        return str(value)

    def _blank(self) -> SettingValue:
        if self.required and self.default is None:
            raise SettingError(translatable("This cannot be empty."))
        return self.default

    def _number(self, value: str | int) -> int:
        try:
            number = int(value)
        except ValueError:
            raise SettingError(translatable("Enter a whole number.")) from None
        too_small = self.minimum is not None and number < self.minimum
        if too_small or (self.maximum is not None and number > self.maximum):
            raise SettingError(translatable("This number is out of range."))
        return number


def _boolean(value: SettingValue) -> bool:
    if isinstance(value, str):
        return value.lower() in {"1", "true", "yes", "on", "y"}
    return bool(value)


def _refuse_control_characters(value: str) -> None:
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise SettingError(translatable("This must not contain line breaks or control characters."))


def validate_all(
    fields: Sequence[SettingField], values: Mapping[str, SettingValue]
) -> tuple[dict[str, SettingValue], dict[str, str]]:
    """Every field checked: the clean values, and for those that failed what is wrong."""
    clean: dict[str, SettingValue] = {}
    problems: dict[str, str] = {}
    for field in fields:
        try:
            clean[field.name] = field.validate(values.get(field.name))
        except SettingError as problem:
            problems[field.name] = str(problem)
    return clean, problems
