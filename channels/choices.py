"""What may be pressed with a message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """What whoever reads a message may press; `name` comes back as `InboundMessage.pressed`."""

    name: str
    label: str
