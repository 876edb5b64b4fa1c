"""What of an artifact version may change after it was logged: its description, its tags and its metadata."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headwater_service.domain import metadata as documents
from headwater_service.domain.access import Viewer
from headwater_service.domain.artifacts import apply_changes, get_version, require_live, snapshot, version_with_role
from headwater_service.domain.documents import decode
from headwater_service.domain.expectations import changed_since, require_expected
from headwater_service.domain.texts import valid_description, valid_tags
from headwater_service.errors import InvalidInputError
from headwater_service.model import JsonObject, RegistryVersion, Role
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.history_chunks import EXACT
from headwater_service.store.operations import record, take_lock
from headwater_service.store.reads import PlacedVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """What to change of a version, or what it is taken to be; None is left as it is, or not looked at."""

    description: str | None = None
    metadata: JsonObject | None = None
    tags: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange(VersionFacts):
    """Facts that take the place of what is there, if that is as expected."""

    expected: VersionFacts | None = None


async def update_version(
    graph: Graph, viewer: Viewer, version_id: str, change: VersionChange, *, operation: str, document_bytes: int
) -> PlacedVersion:
    """Change description, tags or metadata (as a whole) of an artifact version.

    Raises ConflictError, which says what is there, when it is not as expected.
    """
    changes = _checked(change, limit=document_bytes)
    expected = {} if change.expected is None else _checked(change.expected, limit=document_bytes)

    async def work(tx: Transaction) -> PlacedVersion:
        placed = await version_with_role(tx, viewer, version_id, Role.MEMBER, what="change versions")
        if isinstance(placed.version, RegistryVersion):
            raise InvalidInputError("That is a link: change the version it links to.", field="versionId")
        lock = await take_lock(tx, placed.collection.id, operation)
        assert lock is not None, "the version's collection was found in this transaction"
        if lock.replayed("VERSION_CHANGED") is None and changes:
            await require_live(tx, version_id)
            # Read under the lock: what was found before may be another's by now.
            placed = await get_version(tx, version_id)
            before = await snapshot(tx, placed)
            _require_unchanged(before, expected, what=f"{placed.collection.name}:v{placed.version.index}")
            await apply_changes(tx, placed, changes)
            await record(
                tx,
                lock,
                "VERSION_CHANGED",
                scope_id=placed.container.id,
                by=viewer.user_id,
                answer=version_id,
                before=before,
                after=before | changes,
            )
        return await get_version(tx, version_id)

    return await graph.write(work)


def _checked(facts: VersionFacts, *, limit: int) -> JsonObject:
    """Return what was given, as it is stored."""
    given: JsonObject = {
        "description": None if facts.description is None else valid_description(facts.description),
        "tags": None if facts.tags is None else valid_tags(facts.tags),
        "metadata": None if facts.metadata is None else documents.encode(facts.metadata, limit=limit),
    }
    return {name: value for name, value in given.items() if value is not None}


def _require_unchanged(before: JsonObject, expected: JsonObject, *, what: str) -> None:
    require_expected(before, {name: value for name, value in expected.items() if name != "metadata"}, what=what)
    metadata = expected.get("metadata")
    if metadata is not None and _comparable(decode(metadata)) != _comparable(decode(before["metadata"])):
        raise changed_since("metadata", what, now=before["metadata"])


def _comparable(value: Any) -> Any:
    """Return a value with large whole numbers as a browser reads them, and truth values that equal no number."""
    if isinstance(value, Mapping):
        return {key: _comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    if isinstance(value, bool):
        return (value,)
    return float(value) if isinstance(value, int) and value not in EXACT else value
