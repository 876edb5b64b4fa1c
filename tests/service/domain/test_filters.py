"""The rules of filters: which values a condition takes, how deep filters nest, paths turned into ids."""

from typing import Any

import pytest

from headwater_service.domain.filters import DEEPEST, check_nesting, field_condition, with_ids
from headwater_service.domain.metadata import SEARCHED_CHARACTERS
from headwater_service.errors import InvalidInputError
from headwater_service.store.filters import FieldCondition, FieldOperator, RunFilter, VersionFilter


@pytest.mark.parametrize(
    ("op", "value", "kept"),
    [
        (FieldOperator.EQ, 3, 3),
        (FieldOperator.GTE, 0.5, 0.5),
        (FieldOperator.EQ, True, 1),
        (FieldOperator.EQ, "x" * 2000, "x" * SEARCHED_CHARACTERS),
        (FieldOperator.CONTAINS, "cat", "cat"),
        (FieldOperator.EXISTS, None, None),
    ],
)
def test_a_condition_takes_the_values_it_can_compare(op: FieldOperator, value: Any, kept: Any) -> None:
    assert field_condition("a.b", op, value) == FieldCondition("a.b", op, kept)


@pytest.mark.parametrize(
    ("path", "op", "value"),
    [
        ("", FieldOperator.EQ, 1),
        ("a", FieldOperator.EQ, None),
        ("a", FieldOperator.EQ, [1]),
        ("a", FieldOperator.EQ, {"b": 1}),
        ("a", FieldOperator.CONTAINS, 1),
        ("a", FieldOperator.EXISTS, True),
    ],
)
def test_a_condition_refuses_what_it_cannot_compare(path: str, op: FieldOperator, value: Any) -> None:
    with pytest.raises(InvalidInputError):
        field_condition(path, op, value)


def nested(depth: int) -> VersionFilter:
    return VersionFilter() if depth == 1 else VersionFilter(none_of=nested(depth - 1))


def test_filters_nest_so_deep_and_no_deeper() -> None:
    check_nesting(nested(DEEPEST))

    with pytest.raises(InvalidInputError, match="at most 5 deep"):
        check_nesting(nested(DEEPEST + 1))
    with pytest.raises(InvalidInputError):
        check_nesting(VersionFilter(any_of=[VersionFilter(), nested(DEEPEST)]))


async def test_paths_become_ids_at_every_depth() -> None:
    async def find(path: str) -> str:
        return f"id of {path}"

    wanted = RunFilter(
        consumed="a/b/c:v1", none_of=RunFilter(produced="d"), any_of=[RunFilter(tags=["x"]), RunFilter(consumed="e")]
    )

    found = await with_ids(wanted, find)

    assert found == RunFilter(
        consumed="id of a/b/c:v1",
        none_of=RunFilter(produced="id of d"),
        any_of=[RunFilter(tags=["x"]), RunFilter(consumed="id of e")],
    )
