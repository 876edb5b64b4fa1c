"""Which runs are wanted: by keyword, or as other trackers write it: `{"config.lr": {"$gt": 0.1}}`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ._errors import InvalidInputError
from ._filters import RUN_FILTERS, RUN_ORDERS, merged_filters, wire_filter, wire_order
from ._history import wire
from ._names import format_time

_DOCUMENTS = {"config": "config", "summary": "summary", "summary_metrics": "summary"}
_NAMES = {
    "state": "states",
    "display_name": "names",
    "displayName": "names",
    "job_type": "jobTypes",
    "jobType": "jobTypes",
    "group": "groups",
    "tags": "tags",
}
_TIMES = ("created_at", "createdAt")
_OPERATORS = {"$eq": "EQ", "$gt": "GT", "$gte": "GTE", "$lt": "LT", "$lte": "LTE"}
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
_LEAF = re.compile(r"[+-]?(config|summary|summary_metrics)\.(.+?)(?:\s*(>=|<=|!=|=|>|<|~)\s*(.*))?$", re.DOTALL)
_SIGNS = {">=": "$gte", "<=": "$lte", "!=": "$ne", "=": "$eq", ">": "$gt", "<": "$lt"}
_INSTANT = timedelta(microseconds=1)

Filter = dict[str, Any]


def wire_run_order(order: str) -> dict[str, str]:
    """An order such as `-summary.accuracy` as the service takes it.

    Raises:
        InvalidInputError: if there is no such field.
    """
    document, _, path = order.lstrip("+-").partition(".")
    if document not in _DOCUMENTS or not path:
        return wire_order(order, {**RUN_ORDERS, "config.<key>": "", "summary.<key>": ""})
    direction = "DESC" if order.startswith("-") else "ASC"
    return {"field": _DOCUMENTS[document].upper(), "path": _path(document, path), "direction": direction}


def wire_run_filter(filters: Mapping[str, Any] | None, keywords: Mapping[str, Any]) -> Filter:
    """Both kinds of filters as the service takes them; all must hold.

    Raises:
        InvalidInputError: if there is no such filter, or a value is none that can be compared.
    """
    given = merged_filters(None, keywords)
    documents = {name: given.pop(name) for name in ("config", "summary") if given.get(name) is not None}
    parts = [wire_filter(given, RUN_FILTERS)]
    for name, wanted in documents.items():
        parts.append(_document(name, wanted))
    return _all([*parts, _query(filters or {})])


def where_filter(conditions: Iterable[str]) -> dict[str, Any]:
    """Conditions as people type them, `summary.accuracy>=0.9`, as `wire_run_filter` takes them.

    Raises:
        InvalidInputError: if one has another form.
    """
    return {"$and": [_typed(condition) for condition in conditions]}


def leaf_paths(texts: Iterable[str]) -> list[str]:
    """The paths in configs and summaries that conditions and orders name, each once: `summary.accuracy`."""
    found = [match for text in texts if (match := _LEAF.match(text)) is not None]
    return list(dict.fromkeys(f"{_DOCUMENTS[match[1]]}.{match[2]}" for match in found))


def _typed(condition: str) -> dict[str, Any]:
    match = _LEAF.match(condition)
    if match is None or match[3] is None:
        raise InvalidInputError(f"{condition!r} is not a condition such as summary.accuracy>=0.9 or config.lr=0.1.")
    try:
        value = json.loads(match[4])
    except ValueError:
        value = match[4]
    if match[3] == "~":
        return {f"{match[1]}.{match[2]}": {"$regex": match[4]}}
    return {f"{match[1]}.{match[2]}": {_SIGNS[match[3]]: value}}


def _document(name: str, wanted: Any) -> Filter:
    """Conditions on a config or a summary: `{"lr": 0.1, "depth": {"$gte": 3}}`, or a list as of metadata."""
    if isinstance(wanted, Mapping):
        return _all([_on_leaf(name, path, value) for path, value in wanted.items()])
    if isinstance(wanted, str) or not all(isinstance(one, Mapping) for one in wanted):
        raise InvalidInputError(f"The filter {name!r} takes values by path, not {wanted!r}.", field=name)
    return {name: [{**one, "value": wire(one.get("value"))} for one in wanted]}


def _query(given: Mapping[str, Any]) -> Filter:
    parts = []
    for key, value in given.items():
        if key in ("$and", "$or"):
            found = [_query(one) for one in value]
            parts.append(_all(found) if key == "$and" else {"any": found})
        elif key in ("$not", "$nor"):
            parts.extend({"not": _query(one)} for one in ([value] if key == "$not" else value))
        else:
            parts.append(_on(key, value))
    return _all(parts)


def _on(key: str, value: Any) -> Filter:
    document, _, path = key.partition(".")
    if document in _DOCUMENTS and path:
        return _on_leaf(_DOCUMENTS[document], _path(document, path), value)
    if key in _NAMES:
        return _compared(value, lambda operator, item: _on_name(key, operator, item))
    if key in _TIMES:
        return _compared(value, lambda operator, item: _on_time(key, operator, item))
    if key in RUN_FILTERS:
        return wire_filter({key: value}, RUN_FILTERS)
    known = [*(name for name in _NAMES if name != "displayName" and name != "jobType"), _TIMES[0]]
    raise InvalidInputError(
        f"There is no filter {key!r}. The filters are: {', '.join(known)}, config.<key>, summary.<key>, $and, $or, "
        f"$not; and {', '.join(RUN_FILTERS)}.",
        field=key,
    )


def _compared(value: Any, compare: Callable[[str, Any], Filter]) -> Filter:
    """The comparisons `{"$gt": 1, "$lt": 2}`, or of a plain value the one with it, as one filter."""
    if not (isinstance(value, Mapping) and value and all(str(name).startswith("$") for name in value)):
        return compare("$eq", value)
    parts: list[Filter] = []
    for operator, item in value.items():
        if operator in ("$in", "$nin"):
            found: Filter = {"any": [compare("$eq", one) for one in item]}
            parts.append(found if operator == "$in" else {"not": found})
        elif operator == "$ne":
            parts.append({"not": compare("$eq", item)})
        elif operator == "$not":
            parts.append({"not": _compared(item, compare)})
        else:
            parts.append(compare(operator, item))
    return _all(parts)


def _on_leaf(document: str, path: str, value: Any) -> Filter:
    def compare(operator: str, item: Any) -> Filter:
        if operator == "$exists" or (operator == "$eq" and item is None):
            there: Filter = {document: [{"path": path, "op": "EXISTS"}]}
            return there if operator == "$exists" and item else {"not": there}
        if operator == "$regex":
            return {document: [{"path": path, "op": "CONTAINS", "value": _part(item)}]}
        if operator not in _OPERATORS:
            raise _unknown(f"{document}.{path}", operator)
        return {document: [{"path": path, "op": _OPERATORS[operator], "value": wire(item)}]}

    return _compared(value, compare)


def _on_name(key: str, operator: str, item: Any) -> Filter:
    if operator == "$regex" and _NAMES[key] == "names":
        return {"nameContains": _part(item)}
    if operator != "$eq":
        raise _unknown(key, operator)
    return {_NAMES[key]: [str(item).upper() if key == "state" else item]}


def _on_time(key: str, operator: str, item: Any) -> Filter:
    time = item if isinstance(item, datetime) else datetime.fromisoformat(str(item))
    if operator in ("$gt", "$gte"):
        return {"createdAfter": format_time(time if operator == "$gt" else time - _INSTANT)}
    if operator in ("$lt", "$lte"):
        return {"createdBefore": format_time(time if operator == "$lt" else time + _INSTANT)}
    raise _unknown(key, operator)


def _unknown(key: str, operator: str) -> InvalidInputError:
    return InvalidInputError(f"The filter on {key!r} knows no {operator!r}.", field=key)


def _part(pattern: Any) -> str:
    """The text that a pattern asks for anywhere in another; other patterns the service does not know."""
    text = str(pattern).removeprefix(".*").removesuffix(".*")
    if _SPECIAL.search(text):
        raise InvalidInputError(f"$regex takes a text that is contained, not the pattern {pattern!r}.")
    return text


def _path(document: str, path: str) -> str:
    # Other trackers wrap each key of the configuration, and let filters say so.
    return path.removesuffix(".value") if document == "config" else path


def _all(parts: list[Filter]) -> Filter:
    """One filter for which all must hold. Each key stands once in a filter, so what collides is turned inside out."""
    # What must not hold is joined first: turned inside out, a few of them nest deeper than the service takes.
    negated = [part["not"] for part in parts if "not" in part]
    if len(negated) > 1:
        parts = [{key: value for key, value in part.items() if key != "not"} for part in parts]
        parts.append({"not": {"any": negated}})
    together: Filter = {}
    rest: list[Filter] = []
    for part in parts:
        lists = {"config", "summary"} & part.keys() & together.keys()
        if (part.keys() & together.keys()) - lists:
            rest.append(part)
        else:
            together |= {key: [*together[key], *value] if key in lists else value for key, value in part.items()}
    if not rest:
        return together
    return {"not": {"any": [{"not": one} for one in (together, *rest)]}}
