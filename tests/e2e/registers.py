"""Checks that a recorded history of registers is linearizable.

A history is linearizable when each call can be given one moment between its invocation and its answer such that the
calls, in the order of those moments, are what a single register would have answered (Herlihy and Wing, 1990). Calls
of different registers are checked apart, which is enough. The search is that of Wing and Gong (1993) with Lowe's
(2017) memory of what was tried: the set of calls placed so far and the state they led to.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

UNANSWERED: Final = math.inf


class Kind(StrEnum):
    READ = "READ"
    MOVE = "MOVE"
    SWAP = "SWAP"


class Outcome(StrEnum):
    DONE = "DONE"
    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a client on one register.

    A READ that is DONE found `value`. A MOVE sets the register to `value`; None removes it, which is REFUSED when
    there is nothing. A SWAP does so only from `expected`; when it is REFUSED, `value_seen` is what it met. Times are
    seconds of one clock; `answered` is UNANSWERED for a call whose outcome nobody learned.
    """

    register: str
    kind: Kind
    outcome: Outcome
    invoked: float
    answered: float
    value: int | None = None
    expected: int | None = None
    value_seen: int | None = None


def step(call: Call, state: int | None) -> tuple[bool, int | None]:
    """Return whether a register in `state` may have answered so, and its state afterwards."""
    if call.kind is Kind.READ:
        return call.outcome is Outcome.UNKNOWN or state == call.value, state
    is_possible = state == call.expected if call.kind is Kind.SWAP else True
    # To remove what is not there is refused, whatever was expected.
    is_possible = is_possible and not (call.value is None and state is None)
    if call.outcome is Outcome.UNKNOWN:
        return True, call.value if is_possible else state
    if call.outcome is Outcome.REFUSED:
        has_seen = state == call.value_seen if call.kind is Kind.SWAP and state != call.expected else True
        return not is_possible and has_seen, state
    return is_possible, call.value


def anomalies(calls: Iterable[Call]) -> list[str]:
    """Return the registers, all None at first, whose history no single register could have answered."""
    by_register: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_register[call.register].append(call)
    return sorted(register for register, history in by_register.items() if not is_linearizable(history))


def is_linearizable(history: Sequence[Call]) -> bool:
    """Return whether the calls of one register, None at first, are linearizable."""
    calls = sorted(history, key=lambda call: call.invoked)
    answered = {number for number, call in enumerate(calls) if call.answered != UNANSWERED}
    tried: set[tuple[int, int | None]] = set()
    # Placed calls as bits, the state they led to, how many have an answer, and the first that is not placed.
    waiting: list[tuple[int, int | None, int, int]] = [(0, None, 0, 0)]
    while waiting:
        placed, state, done, first = waiting.pop()
        if done == len(answered):
            # Those without an answer may never have happened.
            return True
        while placed >> first & 1:
            first += 1
        for number in _next(calls, placed, first):
            fits, after = step(calls[number], state)
            now = placed | 1 << number
            if fits and (now, after) not in tried:
                tried.add((now, after))
                waiting.append((now, after, done + (number in answered), first))
    return False


def _next(calls: Sequence[Call], placed: int, first: int) -> list[int]:
    """Return the calls that may come next: invoked before any other that is not placed was answered."""
    found: list[int] = []
    earliest = UNANSWERED
    for number in range(first, len(calls)):
        if calls[number].invoked > earliest:
            break
        if not placed >> number & 1:
            found.append(number)
            earliest = min(earliest, calls[number].answered)
    return [number for number in found if calls[number].invoked <= earliest]
