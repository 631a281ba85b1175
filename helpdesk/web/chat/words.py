"""The words of the widget's own parts; the script puts them where they belong."""

from __future__ import annotations

from flask_babel import gettext as _


def words() -> dict[str, str]:
    """All of them, in the language of this request."""
    return {**_of_the_parts(), **_of_the_talk(), **_of_the_answers()}


def _of_the_parts() -> dict[str, str]:
    """Of buttons, fields and bubbles."""
    return {
        "open": _("Chat with us"),
        "close": _("Close the chat"),
        "write": _("Write a message"),
        "send": _("Send"),
        "attach": _("Attach a file"),
        "name": _("Your name"),
        "name_why": _("So that we know what to call you."),
        "email": _("Your e-mail address"),
        "email_why": _("If you leave, the answer comes there."),
        "email_needed": _("Nobody is here now, so the answer comes by e-mail."),
        "skip": _("Skip"),
        "go_on": _("Continue"),
        "you": _("You"),
        "first": _("What would you like to ask or tell us?"),
        "again": _("Try again"),
        "cancel": _("Cancel"),
        "required": _("Answer this question first."),
        "yesterday": _("Yesterday"),
        "today": _("Today"),
        "log": _("Conversation"),
        "download": _("File {name}"),
        "unread_one": _("1 new message"),
        "unread_many": _("{number} new messages"),
    }


def _of_the_talk() -> dict[str, str]:
    """Of how a chat stands, and what becomes of what is said."""
    return {
        "waiting": _("You are in the queue. Somebody will be with you soon."),
        "before_one": _("One person is before you."),
        "before_many": _("{number} people are before you."),
        "minutes_one": _("About 1 minute to wait."),
        "minutes_many": _("About {number} minutes to wait."),
        "taken": _("{name} is here with you."),
        "typing": _("{name} is typing"),
        "left": _("Thank you. We have your message and answer by e-mail."),
        "ended": _("This chat has ended."),
        "ended_time": _(
            "This chat has ended, since nobody wrote for a while. The answer follows by e-mail."
        ),
        "end": _("End chat"),
        "end_sure": _("End this chat? What was said stays with us."),
        "yes_end": _("Yes, end it"),
        "no_stay": _("No, go on"),
        "new": _("Start a new chat"),
        "transcript": _("E-mail me this chat"),
        "transcript_done": _("On its way to {address}."),
        "email_instead": _("Get the answer by e-mail"),
        "email_saved": _("Saved. If you leave, the answer comes to {address}."),
        "sending": _("Sending"),
        "not_sent": _("Not sent yet. Trying again."),
        "refused": _("This could not be sent."),
        "offline": _("The connection is lost. What you write is sent once it is back."),
        "too_large": _("This file is too large. At most 10 MB can be sent."),
    }


def _of_the_answers() -> dict[str, str]:
    """Of what the desk answers by itself."""
    return {
        "automatic": _("Automatic answer"),
        "looking": _("One moment."),
        "helped": _("Was this helpful?"),
        "helped_yes": _("Yes, thank you"),
        "helped_thanks": _("Good. If there is anything else, write it below."),
        "person": _("Talk to a person"),
        "more": _("Read more"),
    }
