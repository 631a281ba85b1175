"""From scripts to two hundred stories: who wrote what, when, and what became of it. No database here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from helpdesk.demo import wording
from helpdesk.demo.casting import Cast
from helpdesk.demo.office import (
    ZONE,
    add_working,
    at_home,
    back_into_office,
    into_office,
    wait_of,
)
from helpdesk.demo.scripts import Agent, Case, Contact, Desk, Script, Turn

SEED = "Harbourstead"
DAYS = 60
# Doors at which people wait for the next line.
LIVE = ("chat", "sms", "whatsapp", "slack", "instagram")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One moment of a story: something is said, or only something changes.

    `by` is the name of the person who acts, empty for the desk. `says` is None where nothing is said.
    """

    at: datetime
    by: str
    says: Saying | None = None
    status: str = ""
    assign: str = ""
    move_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A message; `kind` is in, out or note."""

    kind: str
    channel: str
    text: str
    quoted: str = ""
    html: str = ""
    files: tuple[str, ...] = ()
    fails: str = ""
    sent_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One ticket of the demo desk, from its opening to now."""

    ref: str
    script: str
    subject: str
    type: str
    priority: str
    channel: str
    group: str
    requester: Contact
    language: str
    tags: tuple[str, ...]
    fields: Mapping[str, Any]
    steps: tuple[Step, ...]

    @property
    def opened_at(self) -> datetime:
        return self.steps[0].at


def tell_stories(
    desk: Desk, people: tuple[Contact, ...], scripts: tuple[Script, ...], now: datetime
) -> list[Story]:
    """All stories, oldest first; the same for the same moment, and nearly the same for any other."""
    rng = Random(SEED)
    cast = Cast(desk, people, rng)
    ages = _ages(sum(len(script.cases) for script in scripts), rng)
    stories = []
    for script in scripts:
        for place, case in enumerate(script.cases):
            own = Random(f"{SEED} {script.id} {place}")
            age = _age(script, own) or ages.pop()
            opened = _opening_moment(case, now - age, own)
            teller = Teller(desk, script, case, cast.requester_of(case), own, opened)
            stories.append(teller.tell(f"{script.id}-{place + 1}", now))
    return sorted(stories, key=lambda story: (story.opened_at, story.ref))


def _ages(count: int, rng: Random) -> list[timedelta]:
    """How long ago each ticket was opened: evenly spread with more of late, as a list that is shown is."""
    ages = [timedelta(days=0.2 + DAYS * ((place + 0.5) / count) ** 1.5) for place in range(count)]
    rng.shuffle(ages)
    return ages


def _age(script: Script, rng: Random) -> timedelta | None:
    """How long ago a script's tickets were opened, where it says so itself."""
    if script.days_ago is not None:
        return timedelta(days=script.days_ago + rng.uniform(-0.4, 0.4))
    return timedelta(hours=rng.uniform(0.2, 34)) if script.is_recent else None


def _opening_moment(case: Case, at: datetime, rng: Random) -> datetime:
    if case.via in ("phone", *LIVE) or case.kind == "staff":
        return back_into_office(at, rng)
    return at_home(at, rng)


class Teller:
    """Tells the story of one case."""

    def __init__(
        self, desk: Desk, script: Script, case: Case, who: Contact, rng: Random, opened: datetime
    ) -> None:
        self._desk, self._script, self._case, self._who, self._rng = desk, script, case, who, rng
        self._opened = opened
        self._agent = self._choose_agent()
        self._lead = desk.lead_of(case.group)
        self._values = self._all_values()
        self._steps: list[Step] = []
        self._status = "new"
        self._assigned = False
        self._latest: tuple[datetime, str, str] | None = None

    def tell(self, ref: str, now: datetime) -> Story:
        """The story up to now."""
        self._open()
        self._sort_in()
        self._go_on(now)
        self._end()
        fields = {key: self._fill(value, self._opened) for key, value in self._case.fields.items()}
        if self._case.via == "phone":
            fields["call_minutes"] = self._rng.randint(2, 14)
        return Story(
            ref=ref,
            script=self._script.id,
            subject=str(self._fill(self._case.subject, self._opened)),
            type=self._case.type,
            priority=self._case.priority,
            channel=self._case.via,
            group=self._case.group,
            requester=self._who,
            language=self._script.language,
            tags=self._script.tags,
            fields=fields,
            steps=tuple(step for step in self._steps if step.at <= now),
        )

    def _choose_agent(self) -> Agent:
        named = next((turn.agent for turn in self._script.turns if turn.agent), "")
        if named:
            return self._desk.agent(named)
        own = [
            agent
            for agent in self._desk.agents_of(self._case.group)
            if agent.name != self._who.name
        ]
        return self._rng.choice(own)

    def _all_values(self) -> dict[str, str]:
        facts = wording.facts_of(self._who, self._opened.astimezone(ZONE), self._rng)
        names = {"agent": first(self._agent.name), "lead": first(self._lead.name)}
        return {**facts, **names, **self._case.values}

    def _fill(self, value: Any, at: datetime) -> Any:
        if not isinstance(value, str):
            return value
        return wording.fill(value, self._values, at.astimezone(ZONE), self._rng)

    def _open(self) -> None:
        case = self._case
        text = str(self._fill(case.text, self._opened))
        if case.via == "email" and not case.raw:
            text = wording.letter(text, self._who, self._values, self._rng)
        by = self._agent.name if case.via == "phone" else self._who.name
        html = case.html or ("plain" if case.via == "email" and self._rng.random() < 0.3 else "")
        says = Saying(kind="in", channel=case.via, text=text, html=html, files=case.files)
        self._steps.append(Step(at=self._opened, by=by, says=says))

    def _sort_in(self) -> None:
        """Some come to the front desk first, and some are given to somebody before anyone answers."""
        case, rng = self._case, self._rng
        chance = rng.random()
        if self._script.is_live or self._script.language != "en":
            return
        at = add_working(self._opened, timedelta(minutes=rng.randint(6, 50)))
        if case.group not in ("services", "it") and case.via in ("email", "web") and chance < 0.12:
            front = rng.choice(self._desk.agents_of("services")).name
            self._steps.append(Step(at=at, by=front, move_to=case.group))
        elif chance > 0.7:
            self._assigned = True
            self._steps.append(Step(at=at, by=self._lead.name, assign=self._agent.name))

    def _go_on(self, now: datetime) -> None:
        """Play the turns one after the other; what lies in the future has not happened."""
        happened, last = True, self._stalls_before(now - self._opened)
        turns = self._script.turns
        for place, turn in enumerate(turns):
            if turn.chance_of:
                if not happened:
                    continue
            else:
                happened = self._rng.random() < turn.chance
                if not happened:
                    continue
            if place >= last:
                return
            follows = turns[place + 1].chance_of if place + 1 < len(turns) else ""
            self._play(turn, self._moment(turn), is_complaint=bool(follows))

    def _stalls_before(self, age: timedelta) -> int:
        """The turn that a younger story waits for; urgent ones do not wait, and new ones not for long."""
        turns = self._script.turns
        chance = self._rng.random()
        script = self._script
        if (
            script.is_live
            or script.days_ago
            or self._case.priority == "P1"
            or age > timedelta(days=28)
        ):
            return len(turns)
        waits = [place + 1 for place, turn in enumerate(turns) if turn.then.startswith("pending")]
        if waits and chance < 0.45:
            return self._rng.choice(waits)
        if chance > 0.6 or len(turns) < 2:
            return len(turns)
        return self._rng.randint(0 if age < timedelta(days=4) else 1, len(turns) - 1)

    def _moment(self, turn: Turn) -> datetime:
        latest = self._steps[-1].at
        wait = wait_of(turn.after) * self._rng.uniform(0.7, 1.4)
        if turn.after.endswith("m"):
            return latest + wait
        at = add_working(latest, wait)
        if turn.by == "requester" and self._who.kind != "staff" and self._rng.random() < 0.4:
            return at + timedelta(hours=max(0, 19 - at.hour) * self._rng.random())
        return at if turn.by == "requester" else into_office(at)

    def _play(self, turn: Turn, at: datetime, *, is_complaint: bool) -> None:
        text = str(self._fill(turn.text, at))
        if turn.by == "requester":
            self._requester_says(turn, text, at, is_complaint=is_complaint)
        else:
            self._staff_say(turn, text, at)

    def _requester_says(self, turn: Turn, text: str, at: datetime, *, is_complaint: bool) -> None:
        channel = self._channel(turn)
        quote = ""
        if channel == "email" and self._script.language == "en":
            text = wording.answer_of_requester(text, self._who, first(self._agent.name))
        if channel == "email" and self._latest and self._rng.random() < 0.7:
            quote = wording.quoted(*self._latest)
        says = Saying(kind="in", channel=channel, text=text, quoted=quote, files=turn.files)
        by = self._agent.name if channel == "phone" else self._who.name
        was_over = self._status == "resolved"
        if self._status in ("resolved", "pending_requester"):
            self._status = "in_progress"
        self._steps.append(Step(at=at, by=by, says=says))
        if was_over and not is_complaint:
            # A word of thanks reopens a ticket, as any word does; the agent reads it and ends the ticket again.
            later = add_working(at, timedelta(minutes=self._rng.randint(15, 240)))
            self._change(later, self._agent.name, "resolved")

    def _staff_say(self, turn: Turn, text: str, at: datetime) -> None:
        speaker = self._lead if turn.by_role == "lead" else self._agent
        if turn.agent:
            speaker = self._desk.agent(turn.agent)
        channel = self._channel(turn)
        if turn.by == "note":
            says = Saying(kind="note", channel=channel, text=text, files=turn.files)
        else:
            if channel == "email" and self._script.language == "en":
                text = wording.answer_of_agent(text, self._who, first(speaker.name), self._rng)
            says = Saying(
                kind="out",
                channel=channel,
                text=text,
                files=turn.files,
                fails=turn.fails,
                sent_to=turn.sent_to,
            )
            self._latest = (at.astimezone(ZONE), speaker.name, text)
        self._steps.append(
            Step(
                at=at,
                by=speaker.name,
                says=says,
                status=self._status_after(turn),
                assign=self._take(speaker),
            )
        )

    def _status_after(self, turn: Turn) -> str:
        wanted = turn.then
        if not wanted and self._status == "new":
            wanted = "in_progress"
        if not wanted or wanted == self._status:
            return ""
        self._status = wanted
        return wanted

    def _take(self, speaker: Agent) -> str:
        if self._assigned or speaker == self._lead:
            return ""
        self._assigned = True
        return speaker.name

    def _channel(self, turn: Turn) -> str:
        if turn.channel:
            return turn.channel if self._who.email else "phone"
        if self._script.is_live:
            return self._case.via if self._case.via in LIVE else "chat"
        return "email" if self._who.email else "phone"

    def _change(self, at: datetime, by: str, status: str) -> None:
        self._status = status
        self._steps.append(Step(at=at, by=by, status=status))

    def _end(self) -> None:
        """Close what has been resolved for two weeks, or asked for and not answered for three."""
        last = self._steps[-1].at
        if self._status == "resolved":
            self._change(add_working(last, wait_of("10d")), "", "closed")
        elif self._status == "pending_requester" and self._script.id != "thin":
            self._change(add_working(last, wait_of("15d")), "", "resolved")


def first(name: str) -> str:
    """What an agent signs with."""
    return name.split()[0]
