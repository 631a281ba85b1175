"""Timers by walking: a ticket lived through minute by minute, every minute asked anew. For tests only.

It knows nothing of banks, spans or sums: a timer is the list of what it did in each minute. Everything lies on whole
minutes, instants are minutes from the start of the walk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FLEETING = ("next_response", "update", "ownership")
OVER = ("resolved", "closed")
Event = dict[str, Any]


@dataclass
class Life:
    """What is known of the ticket in one minute."""

    category: str
    priority: str
    policy: str | None
    group: str | None
    lifted: bool = False
    means: dict[str, str] = field(default_factory=dict)


@dataclass
class Timer:
    """One cycle: what it did in each minute since its start."""

    metric: str
    cycle: int
    start: int
    group: str | None
    rules: tuple[Any, ...] | None = None
    minutes: list[str] = field(default_factory=list)
    stop: int | None = None
    reason: str | None = None
    doing: str = ""
    breached: int | None = None
    fired: dict[str, int] = field(default_factory=dict)
    final: bool = False

    @property
    def counted(self) -> int:
        return self.minutes.count("counted")

    @property
    def target(self) -> int | None:
        return self.rules[0] if self.rules else None


class Walk:
    """A ticket from its opening to a minute. `opened` says of each calendar in which minutes it is open."""

    def __init__(
        self,
        ticket: Event,
        events: Sequence[Event],
        policies: Mapping[str, Any],
        opened: Mapping[str | None, Sequence[bool]],
        now: int,
    ) -> None:
        self.policies, self.opened, self.now = policies, opened, now
        self.life = Life(ticket["state"], ticket["priority"], ticket["policy"], ticket["group"])
        self.lives: list[Life] = []
        self.timers: list[Timer] = []
        self.asked = self.ended = False
        self._open(ticket)
        for minute in range(ticket["at"], now + 1):
            for event in events:
                if event["at"] == minute and not self.ended:
                    self._happen(event)
            self.lives.append(Life(**{**vars(self.life), "means": dict(self.life.means)}))
            for timer in self.timers:
                self._judge(timer, minute)
                if minute < now:
                    self._live(timer, minute)
        self.begun = ticket["at"]

    # -- minutes

    def _judge(self, timer: Timer, minute: int) -> None:
        """What is so in this instant, after its events."""
        if timer.stop is not None and timer.stop < minute:
            return
        target = timer.target
        if target is None:
            return
        if timer.counted > target and timer.breached is None:
            timer.breached = minute
        if timer.stop is None and timer.doing == "counted":
            for rule in self._escalations(timer):
                wanted = threshold(rule, target)
                if timer.counted > wanted or (timer.counted == wanted and "breach" not in rule):
                    timer.fired.setdefault(rule["id"], minute)

    def _live(self, timer: Timer, minute: int) -> None:
        """The minute passes."""
        if timer.stop is not None:
            return
        before = timer.counted
        timer.minutes.append(self._does(timer, timer.doing, minute))
        if timer.target is not None and before == timer.target < timer.counted:
            if timer.breached is None:
                timer.breached = minute
            for rule in self._escalations(timer):
                if "breach" in rule:
                    timer.fired.setdefault(rule["id"], minute)

    def _does(self, timer: Timer, doing: str, minute: int) -> str:
        is_closed = timer.rules is not None and not self.opened[timer.rules[1]][minute]
        if doing == "counted" and is_closed:
            return "out_of_hours"
        return "paused out of hours" if doing == "paused" and is_closed else doing

    def due(self, timer: Timer) -> int | None:
        """The first minute by which the target was, or will be, counted; -1 if the walk would have to go too far."""
        if timer.target is None or timer.reason in ("restarted", "merged", "cancelled"):
            return None
        counted = 0
        for place, did in enumerate([*timer.minutes, ""]):
            if counted >= timer.target:
                return timer.start + place
            counted += did == "counted"
        if timer.doing != "counted":
            return None
        assert timer.rules is not None  # Else it has no target.
        opened = self.opened[timer.rules[1]]
        for minute in range(timer.start + len(timer.minutes), len(opened)):
            if counted >= timer.target:
                return minute
            counted += opened[minute]
        return -1

    def idle(self, timer: Timer) -> int:
        """Minutes paused while the office was open, by the calendar that was in force."""
        return timer.minutes.count("paused")

    # -- rules

    def _metric(self, timer: Timer) -> Any:
        policy = self.policies.get(self.life.policy)
        return policy["metrics"].get(timer.metric) if policy else None

    def _escalations(self, timer: Timer) -> list[Any]:
        policy = self.policies.get(self.life.policy) or {}
        return [one for one in policy.get("escalations", ()) if one["metric"] == timer.metric]

    def _rules(self, timer: Timer) -> tuple[Any, ...] | None:
        metric = self._metric(timer)
        if metric is None:
            return None
        policy = self.policies[self.life.policy]
        if timer.metric == "ownership":
            target = metric["targets_by_group"].get(timer.group)
        else:
            target = metric["targets"].get(self.life.priority)
        calendar = metric.get("calendar", policy["calendar"])
        flag = policy["resume_on_requester_message"]
        return target, self.life.means.get(calendar, calendar), sorted(metric["pause_in"]), flag

    def _doing(self, timer: Timer, life: Life) -> str:
        if life.category in OVER:
            return "resolved"
        if timer.rules is None:
            return "no_policy"
        lifted = life.lifted and timer.rules[3] and life.category == "waiting_requester"
        return "paused" if life.category in timer.rules[2] and not lifted else "counted"

    def _changed(self, timer: Timer, minute: int) -> None:
        """Hold a timer that runs against its rules as they are now."""
        rules = self._rules(timer)
        how = self.policies[self.life.policy]["on_change"] if self._metric(timer) else "carry"
        if rules != timer.rules:
            if how == "restart" and timer.rules is not None:
                self._restart(timer, minute)
                return
            timer.rules = rules
            if how == "retroactive":
                self._recount(timer, minute)
        timer.doing = self._doing(timer, self.life)

    def _recount(self, timer: Timer, minute: int) -> None:
        lives = self.lives[timer.start - self.first : minute - self.first]
        timer.minutes = [
            self._does(timer, self._doing(timer, life), timer.start + place)
            for place, life in enumerate(lives)
        ]

    def _restart(self, timer: Timer, minute: int) -> None:
        if timer.stop is None:
            self._stop(timer.metric, minute, "restarted", drop=timer.start == minute)
        self._start(timer.metric, minute)

    # -- cycles

    def _of(self, metric: str) -> list[Timer]:
        return [timer for timer in self.timers if timer.metric == metric]

    def runs(self, metric: str) -> bool:
        return any(timer.stop is None for timer in self._of(metric))

    def _start(self, metric: str, minute: int) -> None:
        group = self.life.group if metric == "ownership" else None
        timer = Timer(metric, len(self._of(metric)) + 1, minute, group)
        timer.rules = self._rules(timer)
        timer.doing = self._doing(timer, self.life)
        self.timers.append(timer)

    def _stop(self, metric: str, minute: int, reason: str, *, drop: bool = False) -> None:
        for timer in self._of(metric):
            if timer.stop is None:
                if drop or (timer.start == minute and metric in FLEETING):
                    self.timers.remove(timer)
                else:
                    timer.stop, timer.reason = minute, reason

    def _stop_all(self, minute: int, reason: str) -> None:
        for metric in {timer.metric for timer in self.timers}:
            self._stop(metric, minute, reason)

    def _open(self, ticket: Event) -> None:
        minute = self.first = ticket["at"]
        if ticket["by"] == "requester":
            self._start("first_response", minute)
        else:
            self._start("update", minute)
        for metric in ("resolution", "acknowledge"):
            self._start(metric, minute)
        if ticket["assignee"]:
            self._stop("acknowledge", minute, "assigned")
        if self.life.group:
            self._start("ownership", minute)

    def _happen(self, event: Event) -> None:
        minute = event["at"]
        getattr(self, f"_{event['kind']}")(event, minute)
        if self.life.category not in OVER and not self.ended:
            for timer in [timer for timer in self.timers if timer.stop is None]:
                self._changed(timer, minute)

    def _priority(self, event: Event, _minute: int) -> None:
        self.life.priority = event["to"]

    def _policy(self, event: Event, _minute: int) -> None:
        self.life.policy = event["to"]

    def _calendar(self, event: Event, _minute: int) -> None:
        for name, meant in list(self.life.means.items()):
            if meant == event["from"]:
                self.life.means[name] = event["to"]
        self.life.means[event["from"]] = event["to"]

    def _group(self, event: Event, minute: int) -> None:
        before, self.life.group = self.life.group, event["to"]
        if before != event["to"] and self.life.category not in OVER:
            self._stop("ownership", minute, "handed_over")
            if event["to"]:
                self._start("ownership", minute)

    def _assignee(self, event: Event, minute: int) -> None:
        if event["to"]:
            self._stop("acknowledge", minute, "assigned")

    def _merged(self, _event: Event, minute: int) -> None:
        self._stop_all(minute, "merged")
        self.ended = True

    def _message(self, event: Event, minute: int) -> None:
        over = self.life.category in OVER
        if not event["public"]:
            return
        if event["by"] == "requester":
            self.asked = self.asked or over
            if self.life.category == "waiting_requester":
                self.life.lifted = True
            if not over and not self.runs("first_response") and not self.runs("next_response"):
                self._start("next_response", minute)
        elif event["by"] == "agent" and over:
            self.asked = False
            for timer in self._of("first_response"):
                timer.final = True
        elif event["by"] == "agent":
            for metric in ("first_response", "next_response", "acknowledge", "update"):
                self._stop(metric, minute, "replied")
            self._start("update", minute)

    def _state(self, event: Event, minute: int) -> None:
        before, self.life.category = self.life.category, event["to"]
        self.life.lifted = False
        if event["to"] == "cancelled":
            self._stop_all(minute, "cancelled")
            self.ended = True
        elif event["to"] in OVER and before not in OVER:
            self._stop_all(minute, "resolved")
            self.asked = False
        elif event["to"] not in OVER and before in OVER:
            self._reopen(minute)

    def _reopen(self, minute: int) -> None:
        for timer in self._of("first_response")[-1:]:
            if timer.reason == "resolved" and not timer.final:
                self._again(timer, minute)
        if self.asked and not self.runs("first_response"):
            self._start("next_response", minute)
        if self._of("update"):
            self._start("update", minute)
        last = self._of("resolution")[-1]
        how = (self._metric(last) or {}).get("reopen", "resume")
        if how == "resume":
            self._again(last, minute)
        elif how == "restart":
            self._start("resolution", minute)
        if self.life.group:
            self._start("ownership", minute)

    def _again(self, timer: Timer, minute: int) -> None:
        rules = self._rules(timer)
        if rules != timer.rules and timer.rules is not None and self._metric(timer):
            if self.policies[self.life.policy]["on_change"] == "restart":
                self._start(timer.metric, minute)
                return
        assert timer.stop is not None  # It had ended.
        timer.minutes += ["resolved"] * (minute - timer.stop)
        timer.stop = timer.reason = None


def threshold(rule: Event, target: int) -> int:
    """The counted minutes at which an escalation fires."""
    if "percent" in rule:
        # A share of whole minutes may end within one; the walk is given targets for which it does not.
        return -(-target * rule["percent"] // 100)
    return target - rule.get("before", 0) + rule.get("after", 0)
