"""How a new definition of each kind begins on its page: a sound text, in which a person changes what differs."""

from __future__ import annotations

from helpdesk.configuration.writing import write_text
from helpdesk.definitions.models import Kind
from workflows.lifecycle_shipped import shipped_body

_TEXTS: dict[Kind, str] = {
    Kind.CALENDAR: """\
title: Office hours
zone: Europe/London
weekly:
  mon: [[09:00, 17:00]]
  tue: [[09:00, 17:00]]
  wed: [[09:00, 17:00]]
  thu: [[09:00, 17:00]]
  fri: [[09:00, 17:00]]
public_holidays:
  - country: GB
    region: ENG
""",
    Kind.POLICY: """\
title: Standard
# The name of a calendar; null is round the clock.
calendar: null
metrics:
  first_response:
    # Seconds by priority; * is for those that are not named.
    targets: {p1: 3600, "*": 14400}
  resolution:
    targets: {p1: 28800, "*": 144000}
    pause_in: [waiting_requester, waiting_third_party]
""",
    Kind.CLOCK: """\
title: Answer to a complaint
start: tag:complaint
pause: tag:complaint category:waiting_requester
stop: tag:complaint category:resolved,closed
calendar: null
targets: {"*": 864000}
""",
    Kind.MATRIX: """\
title: Impact and urgency
impacts: [{name: high}, {name: medium}, {name: low}]
urgencies: [{name: high}, {name: medium}, {name: low}]
# A row for each impact, a number for each urgency.
priorities: [[1, 2, 3], [2, 3, 4], [3, 4, 5]]
""",
    Kind.ROUTING: """\
title: Fewest tickets first
groups: []
when: ''
pick: least_loaded
""",
    Kind.TRIGGER: """\
title: Mark what is urgent
on: [opened]
when: subject:urgent
do:
  - add_tag: urgent
""",
    Kind.TIMED_RULE: """\
title: Tell the group of what lies long
when: status:new idle:>2d
do:
  - notify: {who: group, text: This ticket has waited for two days.}
""",
    Kind.MACRO: """\
title: Ask for the number of the machine
do:
  - send_reply: What is the number on the label of the machine?
  - set_status: pending_requester
""",
    Kind.FORM_RULE: """\
title: Incidents name an impact
when: type:incident
require: [impact]
""",
    Kind.FORM: """\
title: Ask us something
lead: For everything that has no form of its own.
questions:
  - {name: what, kind: long_text, label: What is it about?}
""",
    Kind.CHAT: """\
title: Council chat
origins:
  - https://www.example.org
greeting:
  en: Hello. How can we help?
  cy: Helo. Sut gallwn ni helpu?
dialogue:
  - name: topic
    ask: What is it about?
    options: [Bins, Council tax, Something else]
""",
    Kind.CONTACT: """\
title: Ring us
called: {cy: Ffoniwch ni}
# phone, mail, chat, counter or letter
way: phone
# The number, the address, or the name of the chat.
reached: 01632 960 001
# How long it takes. A chat says so by itself.
wait: {en: About 4 minutes., cy: Tua 4 munud.}
""",
    Kind.ANSWER: "title: Thank you\ntext: Thank you for your message.\n",
    Kind.SERVICE: """\
title: Opening hours
titles: {cy: Oriau agor}
# How people ask: whole phrases, and single words that speak of it.
asked:
  en: {phrases: [when are you open], words: [open, opening, hours]}
  cy: {phrases: [pryd ydych chi ar agor], words: [agor, oriau]}
# Where the answer comes from: text, table, web, hours or status.
from: {text: true}
text:
  en: We are open from Monday to Friday, 9:00 to 17:00.
  cy: Rydym ar agor o ddydd Llun i ddydd Gwener, 9:00 i 17:00.
""",
}


def beginning_of(kind: Kind) -> str:
    """The text with which a new one begins."""
    return write_text(shipped_body("question")) if kind is Kind.LIFECYCLE else _TEXTS[kind]
