"""Whether the ways through a lifecycle make sense: every state is reached, and from each a ticket can come to an end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from workflows.faults import N_, Fault, Faulty
from workflows.lifecycle import ENDED, FINAL, Lifecycle, Move


def check_ways(lifecycle: Lifecycle) -> None:
    """Raise Faulty for states that nothing leads to, dead ends that are no end, and a lifecycle without a solution."""
    reached = reachable_from(lifecycle, [lifecycle.initial])
    faults = []
    for place, state in enumerate(lifecycle.states):
        path = ("states", place)
        onward = reachable_from(lifecycle, [state.name])
        if state.name not in reached:
            faults.append(Fault(path, N_("No move leads to %(name)s."), {"name": state.label}))
        elif len(onward) == 1 and state.category not in ENDED:
            faults.append(Fault(path, N_("No move leads on from %(name)s."), {"name": state.label}))
        elif not any(lifecycle.category(name) in ENDED for name in onward):
            faults.append(
                Fault(
                    path,
                    N_("A ticket that is %(name)s can never be resolved or closed."),
                    {"name": state.label},
                )
            )
        if state.category in FINAL and state.name == lifecycle.initial:
            faults.append(Fault(("initial",), N_("A ticket cannot begin at its end.")))
    solved = ENDED - {"cancelled"}
    if not any(lifecycle.category(name) in solved for name in reached):
        faults.append(
            Fault(("states",), N_("There is no way to a state that is resolved or closed."))
        )
    if faults:
        raise Faulty(*faults)


def way_between(lifecycle: Lifecycle, start: str, end: str) -> list[Move] | None:
    """The shortest way from a state to another; None where there is none."""
    ways: dict[str, list[Move]] = {start: []}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        if state == end:
            return ways[state]
        for move in lifecycle.moves:
            if state in move.source and move.target not in ways:
                ways[move.target] = [*ways[state], move]
                waiting.append(move.target)
    return None


def reachable_from(lifecycle: Lifecycle, states: Iterable[str]) -> set[str]:
    """These states and all that moves lead to from them."""
    found: set[str] = set()
    waiting = list(states)
    while waiting:
        state = waiting.pop()
        if state in found:
            continue
        found.add(state)
        waiting += [move.target for move in lifecycle.moves if state in move.source]
    return found
