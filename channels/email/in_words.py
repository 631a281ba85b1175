"""What a mail without words is, in words, so that no ticket opens with nothing to read."""

from channels.email.bodies import Body
from channels.message import Invitation

_METHODS = {
    "REQUEST": "An invitation",
    "CANCEL": "An appointment was cancelled",
    "REPLY": "An answer to an invitation",
    "COUNTER": "Another time is proposed",
    "PUBLISH": "An appointment",
}


def in_words(body: Body) -> str:
    """Empty where its files say all there is to say."""
    lines: list[str] = []
    protection = body.protection
    if protection is not None and protection.encrypted:
        lines.append(
            f"This mail is encrypted ({protection.scheme}). Its words are in the attached file, "
            "which the desk cannot read."
        )
    if body.invitation is not None:
        lines.extend(_invitation_in_words(body.invitation))
    lines.extend(f"{said}." for said in body.said_of_parts)
    return "\n".join(lines)


def _invitation_in_words(invitation: Invitation) -> list[str]:
    lines = [": ".join(filter(None, (_METHODS.get(invitation.method, ""), invitation.summary)))]
    if invitation.starts:
        lines.append(f"When: {when_in_words(invitation)}")
    if invitation.place:
        lines.append(f"Where: {invitation.place}")
    if invitation.organiser is not None:
        lines.append(f"Organiser: {invitation.organiser}")
    if invitation.answer:
        lines.append(f"Answer: {invitation.answer.lower()}")
    if invitation.description:
        lines.extend(("", invitation.description))
    return lines


def when_in_words(invitation: Invitation) -> str:
    """The clock as the sender wrote it: "2026-03-02 14:00 to 15:00 (Europe/London)"."""
    begin, end = invitation.starts.replace("T", " "), invitation.ends.replace("T", " ")
    day = begin.partition(" ")[0]
    if " " in end and end.startswith(day):
        end = end.partition(" ")[2]
    zone = f" ({invitation.zone})" if invitation.zone else ""
    return f"{begin} to {end}{zone}" if end and end != begin else f"{begin}{zone}"
