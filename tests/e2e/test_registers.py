"""The checker of histories: what it lets pass and what it finds."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2e.registers import UNANSWERED, Call, Kind, Outcome, anomalies, is_linearizable, step


def call(kind: Kind, invoked: float, answered: float, outcome: Outcome = Outcome.DONE, **values: int | None) -> Call:
    return Call(register="a", kind=kind, outcome=outcome, invoked=invoked, answered=answered, **values)


MOVE_1 = call(Kind.MOVE, 0, 1, value=1)
MOVE_2 = call(Kind.MOVE, 2, 3, value=2)


@pytest.mark.parametrize(
    "history",
    [
        pytest.param([MOVE_1, MOVE_2, call(Kind.READ, 4, 5, value=1)], id="a stale read"),
        pytest.param([MOVE_1, call(Kind.READ, 2, 3, value=None)], id="a lost update"),
        pytest.param(
            [MOVE_1, MOVE_2, call(Kind.READ, 4, 5, value=2), call(Kind.READ, 6, 7, value=1)], id="a move made twice"
        ),
        pytest.param(
            [
                MOVE_1,
                call(Kind.SWAP, 2, 5, value=2, expected=1),
                call(Kind.SWAP, 2, 5, value=3, expected=1),
            ],
            id="two winners of one swap",
        ),
        pytest.param(
            [MOVE_1, call(Kind.SWAP, 2, 3, Outcome.REFUSED, value=2, expected=1)], id="a swap refused for no reason"
        ),
        pytest.param(
            [MOVE_1, call(Kind.SWAP, 2, 3, Outcome.REFUSED, value=2, expected=7, value_seen=5)],
            id="a refusal that names what never was",
        ),
        pytest.param([MOVE_1, call(Kind.MOVE, 2, 3, Outcome.REFUSED)], id="nothing to remove where something was"),
        pytest.param([call(Kind.READ, 0, 1, value=1), replace(MOVE_1, invoked=2, answered=3)], id="a read too early"),
    ],
)
def test_faults_are_found(history: list[Call]) -> None:
    assert anomalies(history) == ["a"]


@pytest.mark.parametrize(
    "history",
    [
        pytest.param([MOVE_1, replace(MOVE_2, invoked=0.5), call(Kind.READ, 4, 5, value=1)], id="either of two moves"),
        pytest.param(
            [MOVE_1, call(Kind.MOVE, 2, UNANSWERED, Outcome.UNKNOWN, value=9), call(Kind.READ, 4, 5, value=9)],
            id="an unanswered move that happened",
        ),
        pytest.param(
            [MOVE_1, call(Kind.MOVE, 2, UNANSWERED, Outcome.UNKNOWN, value=9), call(Kind.READ, 4, 5, value=1)],
            id="an unanswered move that did not happen yet",
        ),
        pytest.param(
            [MOVE_1, call(Kind.SWAP, 2, 3, Outcome.REFUSED, value=2, expected=7, value_seen=1)], id="a stale swap"
        ),
        pytest.param([call(Kind.MOVE, 0, 1, Outcome.REFUSED), MOVE_2], id="nothing to remove"),
        pytest.param([], id="nothing at all"),
    ],
)
def test_what_a_register_may_answer_passes(history: list[Call]) -> None:
    assert anomalies(history) == []


@st.composite
def histories(draw: st.DrawFn) -> list[Call]:
    """Calls that one register answered one after the other, seen by clients whose calls overlap."""
    chance = random.Random(draw(st.integers()))
    state: int | None = None
    calls: list[Call] = []
    for moment in range(draw(st.integers(1, 40))):
        kind = chance.choice(list(Kind))
        wanted = Call(
            register="a",
            kind=kind,
            outcome=Outcome.DONE,
            invoked=moment - chance.uniform(0, 4),
            answered=moment + chance.uniform(0, 4),
            value=state if kind is Kind.READ else chance.choice([None, 1, 2, 3]),
            expected=chance.choice([None, 1, 2, 3]),
        )
        fits, after = step(wanted, state)
        if not fits:
            wanted = replace(wanted, outcome=Outcome.REFUSED, value_seen=state)
        calls.append(wanted)
        state = after if fits else state
    return calls


@given(histories())
def test_a_register_seen_by_overlapping_clients_passes(history: list[Call]) -> None:
    assert is_linearizable(history)


@given(histories(), st.randoms(use_true_random=False))
def test_a_value_that_was_never_set_is_found(history: list[Call], chance: random.Random) -> None:
    moment = chance.uniform(0, len(history))

    history.append(call(Kind.READ, moment, moment + 1, value=99))

    assert not is_linearizable(history)
