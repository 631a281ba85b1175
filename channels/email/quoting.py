"""split_reply(): what is new in a reply, what is quoted and what is signature."""

from typing import NamedTuple


class SplitReply(NamedTuple):
    visible: str
    quoted: str = ""
    signature: str = ""


def split_reply(text: str) -> SplitReply:
    return SplitReply(text)


def count_messages(text: str) -> int:
    return 1
