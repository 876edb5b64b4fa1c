"""Leaves of a run's config and summary, by which runs are found and ordered."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from headwater_service.domain import documents
from headwater_service.domain.metadata import SEARCHED_CHARACTERS, SEARCHED_PATH_CHARACTERS
from headwater_service.domain.run_metrics import DOCUMENT
from headwater_service.model import JsonObject
from headwater_service.store import run_fields as store
from headwater_service.store.graph import Transaction

# Of a longer list, and of what is beyond so many leaves of a document, nothing is searched.
MOST_ITEMS: Final = 100
MOST_LEAVES: Final = 5000
DOCUMENTS: Final = ("config", "summary")
_LARGEST: Final = math.nextafter(store.NO_NUMBER, 0.0)
_INT64: Final = range(-(2**63), 2**63)
INFINITIES: Final = {"Infinity": _LARGEST, "-Infinity": -_LARGEST}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar at a path; `rank` is its number when no other leaf has the path."""

    path: str
    num: float | None = None
    str: "str | None" = None
    rank: float | None = None


def leaves_of_run(run: Mapping[str, Any]) -> set[Leaf]:
    """Return the leaves of both documents of a run, which are JSON text."""
    return {leaf for name in DOCUMENTS for leaf in _leaves(documents.decode(run[name]), name)}


async def keep_fields(tx: Transaction, before: JsonObject | None, after: JsonObject) -> None:
    """Let the leaves of a locked run follow its documents. None before: the run is new."""
    old = set() if before is None else leaves_of_run(before)
    new = leaves_of_run(after)
    paths = sorted({leaf.path for leaf in old ^ new})
    if not paths:
        return
    if old:
        await store.delete_run_fields(tx, after["id"], paths)
    changed = set(paths)
    fields = [
        {"path": leaf.path, "num": leaf.num, "str": leaf.str, "rank": leaf.rank} for leaf in new if leaf.path in changed
    ]
    await store.create_run_fields(tx, after["scope_id"], after["id"], fields)


def _leaves(document: JsonObject, name: str) -> set[Leaf]:
    found: dict[Leaf, None] = {}
    # What a program says of its metrics is no value of them.
    given = {key: value for key, value in document.items() if key != DOCUMENT}
    for path, value in _walk(given, name):
        if len(path) <= SEARCHED_PATH_CHARACTERS:
            found[_leaf(path, value)] = None
        if len(found) == MOST_LEAVES:
            break
    count = Counter(leaf.path for leaf in found)
    return {Leaf(leaf.path, leaf.num, leaf.str, leaf.num) if count[leaf.path] == 1 else leaf for leaf in found}


def _leaf(path: str, value: Any) -> Leaf:
    if isinstance(value, str):
        # JSON has no infinities: they are texts, and are compared as numbers too.
        return Leaf(path, INFINITIES.get(value), value[:SEARCHED_CHARACTERS])
    number = int(value) if isinstance(value, bool) else value
    if isinstance(number, int) and number in _INT64:
        return Leaf(path, number)
    return Leaf(path, max(-_LARGEST, min(_LARGEST, float(number))))


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the scalars with their paths; what has a `_type` is media, and no scalar of it means anything."""
    if isinstance(value, dict):
        if "_type" not in value:
            for key, item in value.items():
                yield from _walk(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value if len(value) <= MOST_ITEMS else ():
            yield from _walk(item, path)
    elif value is not None:
        yield path, value
