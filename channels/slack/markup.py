"""Slack's way of writing: read into plain words, and plain words written so that nothing in them can be an order."""

import re
from collections.abc import Mapping
from typing import Any

# <@U1>, <#C1|name>, <!here>, <!subteam^S1|@it>, <https://x|label>: no angle bracket can stand inside.
_TOKEN = re.compile(r"<([^<>\s][^<>\n]{0,3000})>")
_MENTION = re.compile(r"<@([UWB][A-Z0-9]{2,30})(?:\|[^<>\n]{0,100})?>")
_LINK = re.compile(r"https?://[^\s<>\"']{1,1500}")
_AFTER_LINK = ".,;:!?)]}’”'\""


def plain(text: str, names: Mapping[str, str]) -> str:
    """What somebody wrote, as words; `names` are those of the people and channels that are mentioned."""
    worded = _TOKEN.sub(lambda found: _word(found[1], names), text)
    # Slack writes only these three characters as references, and the ampersand last undoes no other.
    return worded.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mentioned(text: str) -> list[str]:
    """The ids of the people a text names, each once."""
    return list(dict.fromkeys(_MENTION.findall(text)))


def without_mention(text: str, user_id: str) -> str:
    """The text without its opening words to this user."""
    return re.sub(rf"^\s*<@{re.escape(user_id)}(?:\|[^<>\n]*)?>[\s,:]*", "", text, count=1)


def escaped(text: str) -> str:
    """Words of ours as Slack must be given them; `<!channel>` wakes nobody then."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str, most: int) -> dict[str, Any]:
    """Words in which nothing is markup, cut off where Slack would refuse them."""
    fit = text if len(text) <= most else f"{text[: most - 1]}…"
    return {"type": "plain_text", "text": fit, "emoji": False}


def rich(text: str) -> dict[str, Any]:
    """Words as a block in which nothing is markup but the links."""
    elements: list[dict[str, Any]] = []
    done = 0
    for found in _LINK.finditer(text):
        url = found[0].rstrip(_AFTER_LINK)
        if found.start() > done:
            elements.append({"type": "text", "text": text[done : found.start()]})
        elements.append({"type": "link", "url": url})
        done = found.start() + len(url)
    if done < len(text):
        elements.append({"type": "text", "text": text[done:]})
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "elements": [section]}


def _word(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return f"@{label or names.get(target[1:], target[1:])}"
    if target.startswith("#"):
        return f"#{label or names.get(target[1:], target[1:])}"
    if target.startswith("!"):
        word = target[1:].split("^", 1)[0]
        return label or f"@{word}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in (address, target) else f"{label} ({address})"
