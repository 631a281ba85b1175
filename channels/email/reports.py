"""read_automation(): bounces, delivery reports and answering machines."""

from typing import NamedTuple

from channels.email.mime import Part
from channels.message import Address, Automation, DeliveryReport


class Seen(NamedTuple):
    automation: Automation | None = None
    report: DeliveryReport | None = None
    answer_unwanted: bool = False


def read_automation(root: Part, text: str, sender: Address) -> Seen:
    return Seen()
