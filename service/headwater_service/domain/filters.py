"""The rules of filters: what a condition may hold, how deep they nest, and paths in them turned into ids."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeAlias

from headwater_service.domain.metadata import SEARCHED_CHARACTERS
from headwater_service.domain.run_fields import INFINITIES
from headwater_service.errors import InvalidInputError
from headwater_service.store.filters import (
    CollectionFilter,
    FieldCondition,
    FieldOperator,
    OrderDirection,
    RunFilter,
    RunOrder,
    RunOrderField,
    VersionFilter,
    VersionOrder,
    VersionOrderField,
)

# `any` and `not` inside each other; more than this nobody writes by hand, and each level costs the planner.
DEEPEST: Final = 5

_ORDERING: Final = frozenset({FieldOperator.GT, FieldOperator.GTE, FieldOperator.LT, FieldOperator.LTE})
_ORDERED_BY_LEAF: Final = {RunOrderField.CONFIG: "config", RunOrderField.SUMMARY: "summary"}

# Finds the id of the version at a path; raises NotFoundError.
FindVersion: TypeAlias = Callable[[str], Awaitable[str]]


def field_condition(path: str, op: FieldOperator, value: object) -> FieldCondition:
    """Check a condition on metadata, a config or a summary.

    Raises InvalidInputError for a value that the operator cannot compare.
    """
    if not path:
        raise InvalidInputError("A condition on a document names the path of a leaf.", field="path")
    if op is FieldOperator.EXISTS:
        if value is not None:
            raise InvalidInputError(f"{path!r} EXISTS takes no value.", field="value")
        return FieldCondition(path, op, None)
    if isinstance(value, bool):
        # The graph keeps truth values as numbers.
        value = int(value)
    if op is FieldOperator.CONTAINS and not isinstance(value, str):
        raise InvalidInputError(f"{path!r} CONTAINS takes a text, not {value!r}.", field="value")
    if not isinstance(value, str | int | float):
        raise InvalidInputError(
            f"{path!r} {op.value} takes a number, a text or a truth value, not {value!r}.", field="value"
        )
    # Of longer texts only the beginning is kept to be searched.
    return FieldCondition(path, op, value[:SEARCHED_CHARACTERS] if isinstance(value, str) else value)


def within_document(document: str, condition: FieldCondition) -> FieldCondition:
    """Return a condition on a run's config or summary as the leaves of both are kept."""
    value = condition.value
    if condition.op in _ORDERING and isinstance(value, str):
        # JSON has no infinities: they are texts, and are compared as numbers.
        value = INFINITIES.get(value, value)
    return replace(condition, path=f"{document}.{condition.path}", value=value)


def run_order(field: RunOrderField, direction: OrderDirection, path: str | None) -> RunOrder:
    """Check an order of runs. Raises InvalidInputError for a path where none belongs, and for none where one does."""
    document = _ORDERED_BY_LEAF.get(field)
    if document is None:
        if path is not None:
            raise InvalidInputError(f"The order {field.value} takes no path.", field="path")
        return RunOrder(field, direction)
    if not path:
        raise InvalidInputError(f"The order {field.value} names the path of a leaf.", field="path")
    return RunOrder(field, direction, f"{document}.{path}")


def version_order(field: VersionOrderField, direction: OrderDirection, path: str | None) -> VersionOrder:
    """Check an order of versions. Raises InvalidInputError for a path where none belongs, and for none with METRIC."""
    if field is not VersionOrderField.METRIC and path is not None:
        raise InvalidInputError(f"The order {field.value} takes no path.", field="path")
    if field is VersionOrderField.METRIC and not path:
        raise InvalidInputError("The order METRIC names the metric in `path`.", field="path")
    return VersionOrder(field, direction, path)


async def with_ids(wanted: RunFilter, find_version: FindVersion) -> RunFilter:
    """Return the filter with the ids of the versions whose paths it gives.

    Raises NotFoundError for a path that leads nowhere.
    """
    return replace(
        wanted,
        consumed=None if wanted.consumed is None else await find_version(wanted.consumed),
        produced=None if wanted.produced is None else await find_version(wanted.produced),
        none_of=None if wanted.none_of is None else await with_ids(wanted.none_of, find_version),
        any_of=None if wanted.any_of is None else [await with_ids(one, find_version) for one in wanted.any_of],
    )


def check_nesting(wanted: RunFilter | VersionFilter | CollectionFilter, depth: int = 1) -> None:
    """Raise InvalidInputError when `any` and `not` nest too deep."""
    if depth > DEEPEST:
        raise InvalidInputError(f"`any` and `not` nest at most {DEEPEST} deep.", field="filter")
    inner = [*(wanted.any_of or ()), *(() if wanted.none_of is None else (wanted.none_of,))]
    for one in inner:
        check_nesting(one, depth + 1)
