"""How two JSON documents differ: what is added, removed and changed, and that the changes make one of the other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draws import MANY
from headwater_service.domain.document_differences import ChangeKind, document_changes

ADDED, REMOVED, CHANGED = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED
KEYS = st.sampled_from(["a", "b", "c", "数"])
SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2) | st.sampled_from(["", "x", "NaN"])
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3)),
    max_size=3,
)


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, ChangeKind, Any, Any]]:
    return [(one.path, one.kind, one.before, one.after) for one in document_changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": True}, [("a", CHANGED, 1, True)]),
        ({"a": [1, {"b": 0}]}, {"a": [1, {"b": False}]}, [("a", CHANGED, [1, {"b": 0}], [1, {"b": False}])]),
        ({"a": None}, {}, [("a", REMOVED, None, None)]),
        ({"lr": {"base": 0.1, "decay": 2}}, {"lr": {"base": 0.01}},
         [("lr.base", CHANGED, 0.1, 0.01), ("lr.decay", REMOVED, 2, None)]),
        ({}, {"b": {"c": 1, "d": {}}, "a": "数"},
         [("a", ADDED, None, "数"), ("b.c", ADDED, None, 1), ("b.d", ADDED, None, {})]),
        ({"a": {"b": 1}}, {"a": 5}, [("a", CHANGED, {"b": 1}, 5)]),
    ],
)  # fmt: skip
def test_values_are_compared_where_they_lie(before: Any, after: Any, changes: Any) -> None:
    assert told(before, after) == changes


@MANY
@given(DOCUMENTS, DOCUMENTS)
def test_nothing_differs_from_itself_and_both_ways_tell_the_same(before: dict[str, Any], after: dict[str, Any]) -> None:
    forth, back = document_changes(before, after), document_changes(after, before)

    opposite = {ADDED: REMOVED, REMOVED: ADDED, CHANGED: CHANGED}
    assert document_changes(before, before) == []
    assert [(one.path, one.kind) for one in forth] == [(one.path, opposite[one.kind]) for one in back]
    assert [(one.before, one.after) for one in forth] == [(one.after, one.before) for one in back]
