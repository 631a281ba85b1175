"""Who of the demo desk's people asks what."""

from __future__ import annotations

from collections import deque
from random import Random

from helpdesk.demo.scripts import BadContent, Case, Contact, Desk

# These write often, so that their page shows many tickets on several channels.
REGULARS = ("Joyce Adeyemi", "Ada Byrne", "Kelly Bridges")


class Cast:
    """Gives the requester of each case: the one named, or the next of the right kind in a fixed, shuffled order."""

    def __init__(self, desk: Desk, people: tuple[Contact, ...], rng: Random) -> None:
        self._named = {person.name: person for person in people}
        self._staff = {
            agent.name: Contact(agent.name, agent.email, agent.phone, "none", "staff", "council")
            for agent in desk.agents
        }
        self._queues: dict[str, deque[Contact]] = {}
        for kind in sorted({person.kind for person in people}):
            free = [
                one
                for one in people
                if one.kind == kind
                and one.style != "none"
                and not one.name.startswith(("Cllr", "Mr "))
            ]
            free += [one for one in free if one.name in REGULARS] * 2
            rng.shuffle(free)
            self._queues[kind] = deque(free)

    def requester_of(self, case: Case) -> Contact:
        """Raises BadContent when a case names somebody who is not there."""
        if case.person:
            person = self._named.get(case.person) or self._staff.get(case.person)
            if person is None:
                raise BadContent(f"{case.subject}: there is nobody called {case.person}.")
            return person
        queue = self._queues[case.kind]
        for _try in range(len(queue)):
            person = queue[0]
            queue.rotate(-1)
            if person.email or case.via == "phone":
                return person
        raise BadContent(f"{case.subject}: nobody of kind {case.kind} can write by {case.via}.")
