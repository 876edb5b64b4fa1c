"""Filters and orders as people write them, turned into what the service takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ._errors import InvalidInputError
from ._names import format_time

RUN_FILTERS = {
    "states": "states",
    "job_types": "jobTypes",
    "groups": "groups",
    "tags": "tags",
    "names": "names",
    "name_contains": "nameContains",
    "created_after": "createdAfter",
    "created_before": "createdBefore",
    "consumed": "consumed",
    "produced": "produced",
    "config": "config",
    "summary": "summary",
    "search": "search",
}
VERSION_FILTERS = {
    "types": "types",
    "aliases": "aliases",
    "tags": "tags",
    "metadata": "metadata",
    "created_after": "createdAfter",
    "created_before": "createdBefore",
    "consumed": "consumed",
    "search": "search",
}
COLLECTION_FILTERS = {
    "types": "types",
    "tags": "tags",
    "kinds": "kinds",
    "name_contains": "nameContains",
    "created_after": "createdAfter",
    "created_before": "createdBefore",
    "search": "search",
}
_LISTS = frozenset(("states", "job_types", "groups", "names", "tags", "types", "aliases", "kinds"))
_SINGULAR = {"type": "types", "tag": "tags", "alias": "aliases"}  # as other trackers' filters name them
_ENUMS = frozenset(("states", "kinds"))
RUN_ORDERS = {
    "created_at": "CREATED_AT",
    "name": "NAME",
    "finished_at": "FINISHED_AT",
    "state": "STATE",
    "job_type": "JOB_TYPE",
    "duration": "DURATION",
}
VERSION_ORDERS = {"created_at": "CREATED_AT", "size": "SIZE", "index": "INDEX"}


def wire_order(order: str, fields: Mapping[str, str]) -> dict[str, str]:
    """An order such as `-created_at` as the service takes it.

    Raises:
        InvalidInputError: if there is no such field.
    """
    name = order.lstrip("+-")
    if name not in fields:
        raise InvalidInputError(
            f"The order {order!r} is not one of: {', '.join(fields)} (with '-' for the last first)."
        )
    return {"field": fields[name], "direction": "DESC" if order.startswith("-") else "ASC"}


def wire_filter(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A filter given by keyword as the service takes it; what is None is left out.

    Raises:
        InvalidInputError: if there is no such filter.
    """
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise InvalidInputError(f"There is no filter {unknown[0]!r}. The filters are: {', '.join(names)}.")
    return {names[name]: _condition(name, value) for name, value in given.items() if value is not None}


def merged_filters(filter: Mapping[str, Any] | None, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The filters given as one mapping and those given by keyword; `tag`, `alias` and `type` may stand for many."""
    return {_SINGULAR.get(name, name): value for name, value in {**(filter or {}), **keywords}.items()}


def _condition(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        raise InvalidInputError(f"The filter {name!r} takes values, not a query document: {dict(value)!r}.", field=name)
    if isinstance(value, datetime):
        return format_time(value)
    if name not in _LISTS:
        return value
    values = [value] if isinstance(value, str) else list(value)
    return [item.upper() for item in values] if name in _ENUMS else values
