"""The rules of guards, judged on facts alone: no graph, no store."""

import math
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_service.domain.guard_rules import (
    NAMES,
    Approvals,
    BetterThanCurrent,
    Facts,
    Measured,
    Metric,
    MetricDirection,
    MetricOperator,
    MetricSource,
    RequiredTag,
    RequiresUpstream,
    Rule,
    VerifiedBytes,
    approvals_asked,
    from_json,
    in_words,
    to_json,
    unmet,
)
from headwater_service.domain.guard_upstream import judge
from headwater_service.model import Instant
from headwater_service.store.lineage import Around, Walk, WalkedEdge, WalkedNode

SOURCES = st.sampled_from(MetricSource)
PATHS = st.sampled_from(["accuracy", "eval.f1", "loss"])
VALUES = st.one_of(st.booleans(), st.integers(-5, 5), st.floats(-5, 5), st.text(max_size=3))
RULES = st.one_of(
    st.builds(RequiresUpstream, st.sampled_from(["dataset", "table"]), st.none() | st.just("id")),
    st.builds(Metric, SOURCES, PATHS, st.sampled_from(MetricOperator), VALUES),
    st.builds(BetterThanCurrent, SOURCES, PATHS, st.sampled_from(MetricDirection)),
    st.builds(RequiredTag, st.text(min_size=1, max_size=5)),
    st.builds(Approvals, st.integers(1, 9)),
    st.just(VerifiedBytes()),
)
MEASURED = {MetricSource.METADATA: Measured({}), MetricSource.SUMMARY: Measured(None)}
OPERATIONS: dict[MetricOperator, tuple[bool, bool, bool]] = {
    # What holds below, at and above the value.
    MetricOperator.EQ: (False, True, False),
    MetricOperator.NE: (True, False, True),
    MetricOperator.GT: (False, False, True),
    MetricOperator.GTE: (False, True, True),
    MetricOperator.LT: (True, False, False),
    MetricOperator.LTE: (True, True, False),
}


def of(document: dict[str, Any] | None, *, is_shown: bool = True) -> dict[MetricSource, Measured]:
    return dict.fromkeys(MetricSource, Measured(document, is_shown))


def is_met(rule: Rule, facts: Facts) -> bool:
    return unmet([rule], facts) == []


@given(RULES)
def test_a_rule_is_read_as_it_was_stored(rule: Rule) -> None:
    again = from_json(to_json(rule))

    assert again == rule
    assert to_json(again)["rule"] == NAMES[type(rule)]
    assert in_words(rule)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(MetricOperator), SOURCES)
def test_an_operator_means_what_it_says(value: float, op: MetricOperator, source: MetricSource) -> None:
    rule = Metric(source, "accuracy", op, value)
    nearby = (math.nextafter(value, -math.inf), value, math.nextafter(value, math.inf))

    met = tuple(is_met(rule, Facts(candidate=of({"accuracy": one}))) for one in nearby)

    assert met == OPERATIONS[op]


@given(VALUES, VALUES, st.sampled_from(MetricOperator))
def test_values_of_different_sorts_meet_no_condition(value: Any, wanted: Any, op: MetricOperator) -> None:
    sorts = [bool if isinstance(one, bool) else str if isinstance(one, str) else float for one in (value, wanted)]

    met = is_met(Metric(MetricSource.METADATA, "a", op, wanted), Facts(candidate=of({"a": value})))

    if sorts[0] is not sorts[1]:
        assert not met
    elif op is MetricOperator.EQ:
        assert met == (value == wanted)


@given(st.floats(-9, 9), st.floats(-9, 9), st.sampled_from(MetricDirection))
def test_of_two_versions_at_most_one_is_better(one: float, other: float, direction: MetricDirection) -> None:
    rule = BetterThanCurrent(MetricSource.METADATA, "a", direction)

    forth = is_met(rule, Facts(candidate=of({"a": one}), current=of({"a": other})))
    back = is_met(rule, Facts(candidate=of({"a": other}), current=of({"a": one})))

    assert not (forth and back)
    assert (forth or back) == (one != other)


@pytest.mark.parametrize("held", [None, {}, {"a": "NaN"}, {"a": "high"}, {"a": True}, {"a": [1, 2]}])
def test_a_number_beats_a_holder_that_has_none(held: dict[str, Any] | None) -> None:
    rule = BetterThanCurrent(MetricSource.SUMMARY, "a", MetricDirection.HIGHER)

    assert is_met(rule, Facts(candidate=of({"a": -1}), current=of(held)))
    assert is_met(rule, Facts(candidate=of({"a": -1}), current=None))


@pytest.mark.parametrize("document", [None, {}, {"a": "NaN"}, {"a": True}, {"a": None}, {"a": [1, 2]}, {"a": {"b": 1}}])
def test_what_is_no_number_beats_nothing(document: dict[str, Any] | None) -> None:
    rule = BetterThanCurrent(MetricSource.SUMMARY, "a", MetricDirection.HIGHER)

    assert not is_met(rule, Facts(candidate=of(document), current=None))
    assert not is_met(Metric(MetricSource.SUMMARY, "a", MetricOperator.GTE, -9), Facts(candidate=of(document)))


@given(st.lists(RULES, max_size=6))
def test_all_unmet_rules_are_told_and_each_has_a_message(rules: list[Rule]) -> None:
    facts = Facts(
        candidate=MEASURED,
        current=MEASURED,
        upstream={rule: "It lacks lineage." for rule in rules if isinstance(rule, RequiresUpstream)},
        bytes="It lacks bytes.",
    )

    found = unmet(rules, facts)

    assert [one.rule for one in found] == [NAMES[type(rule)] for rule in rules if not isinstance(rule, Approvals)]
    assert all(one.message.endswith(".") for one in found)
    assert approvals_asked(rules) == max([rule.count for rule in rules if isinstance(rule, Approvals)] or [0])


@given(st.text(min_size=1, max_size=4, alphabet="xyz"), st.integers(-99, 99))
def test_what_is_hidden_is_named_in_no_message(secret: str, value: int) -> None:
    facts = Facts(candidate=of({f"secret-{secret}": 1, "a": value}, is_shown=False), current=of({"a": value}))
    rules: list[Rule] = [
        Metric(MetricSource.SUMMARY, "b", MetricOperator.GT, 1000),
        Metric(MetricSource.SUMMARY, "a", MetricOperator.GT, 1000),
        Metric(MetricSource.SUMMARY, "a", MetricOperator.EQ, "text"),
        BetterThanCurrent(MetricSource.SUMMARY, "a", MetricDirection.HIGHER),
    ]

    told = [one.message for one in unmet(rules, facts)]

    assert len(told) == 4
    assert not any("secret" in message or f"is {value}" in message for message in told)


EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16)


def node(number: int, type: str | None) -> WalkedNode:
    kind = "RUN" if number % 2 else "ARTIFACT_VERSION"
    known: dict[str, Any] = {
        "id": str(number),
        "kind": kind,
        "scope_id": "scope",
        "created_at": Instant(0),
        "state": "",
        "type": type,
    }
    rest = {field.name: None for field in fields(WalkedNode) if field.name not in known}
    return WalkedNode(**{**rest, **known})


def walk_of(pairs: list[tuple[int, int]], datasets: set[int]) -> Walk:
    """Return the walk upstream from 0 over a random graph of versions (even) and runs (odd)."""
    edges = {(cause, effect) for cause, effect in pairs if cause % 2 != effect % 2}
    above = {0}
    while more := {cause for cause, effect in edges if effect in above} - above:
        above |= more
    return Walk(
        nodes={str(n): node(n, "dataset" if n in datasets else "model") for n in above},
        below={},
        above={str(n): 1 for n in above},
        edges=[WalkedEdge(str(a), str(b), "PRODUCED", Instant(0), False) for a, b in edges if {a, b} <= above],
    )


@given(EDGES, st.sets(st.sampled_from([2, 4, 6])))
def test_lineage_is_complete_when_every_way_back_ends_at_a_dataset(
    pairs: list[tuple[int, int]], datasets: set[int]
) -> None:
    walk = walk_of(pairs, datasets)
    causes: dict[str, set[str]] = {}
    for edge in walk.edges:
        causes.setdefault(edge.target, set()).add(edge.source)
    ends = {str(number) for number in datasets}

    def passed(start: str, seen: frozenset[str]) -> set[str]:
        """All that lies before the nearest datasets, found by following one path after the other."""
        found = {start}
        for cause in causes.get(start, set()) - seen:
            found |= {cause} if cause in ends else passed(cause, seen | {start})
        return found

    def comes_from_one(start: str) -> bool:
        return bool(passed(start, frozenset()) & ends)

    before = passed("0", frozenset()) - ends
    verdict = judge(walk, frozenset({"0"}), RequiresUpstream("dataset"))

    assert verdict.is_complete == all(comes_from_one(one) for one in before)
    assert set(verdict.gaps) <= before
    assert verdict.reached == frozenset(passed("0", frozenset()) & ends)


def test_what_was_cut_or_hidden_before_a_dataset_makes_it_incomplete_and_behind_one_does_not() -> None:
    # 4 → 3 → 2 → 1 → 0, where 2 is a dataset.
    walk = walk_of([(1, 0), (2, 1), (3, 2), (4, 3)], {2})
    rule = RequiresUpstream("dataset")

    def judged(*, cut: dict[str, int], hidden: dict[str, int]) -> bool:
        return judge(replace(walk, before=Around(cut, hidden)), frozenset({"0"}), rule).is_complete

    assert judged(cut={}, hidden={})
    assert judged(cut={"2": 1}, hidden={"3": 2})
    assert not judged(cut={"1": 1}, hidden={})
    assert not judged(cut={}, hidden={"1": 1})
    assert not judge(None, frozenset({"0"}), rule).is_complete
