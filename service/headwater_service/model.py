"""The nouns as frozen dataclasses. Imports nothing of ours.

Times are `Instant`: microseconds since 1970 UTC, as the graph keeps them (a thousand driver datetimes cost
more to decode than the query that found them); the API turns them into text once, in its scalar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, NewType, TypeVar

Instant = NewType("Instant", int)
JsonObject = dict[str, Any]
T = TypeVar("T")


class EntityKind(StrEnum):
    USER = "USER"
    TEAM = "TEAM"


class Role(StrEnum):
    VIEWER = "VIEWER"
    MEMBER = "MEMBER"
    ADMIN = "ADMIN"

    @property
    def rank(self) -> int:
        return (Role.VIEWER, Role.MEMBER, Role.ADMIN).index(self)


class RunState(StrEnum):
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CRASHED = "CRASHED"
    KILLED = "KILLED"


class VersionState(StrEnum):
    COMMITTED = "COMMITTED"
    DELETED = "DELETED"


class EndReason(StrEnum):
    DELETED = "DELETED"
    UNLINKED = "UNLINKED"
    EXPIRED = "EXPIRED"


class CollectionKind(StrEnum):
    SOURCE = "SOURCE"
    REGISTRY = "REGISTRY"


class ContainerKind(StrEnum):
    PROJECT = "PROJECT"
    REGISTRY = "REGISTRY"


class Visibility(StrEnum):
    ENTITY = "ENTITY"
    RESTRICTED = "RESTRICTED"


class ProposalState(StrEnum):
    OPEN = "OPEN"
    STALE = "STALE"
    EXECUTED = "EXECUTED"
    REJECTED = "REJECTED"


class RecallSeverity(StrEnum):
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


class BlobState(StrEnum):
    EXPECTED = "EXPECTED"
    PRESENT = "PRESENT"
    CONDEMNED = "CONDEMNED"
    GONE = "GONE"


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    is_admin: bool
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Entity:
    id: str
    name: str
    kind: EntityKind
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Member:
    user: User
    role: Role


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`hint` is the last four characters; the key itself is stored only as a hash."""

    id: str
    name: str
    hint: str
    user_id: str
    is_read_only: bool
    entity_id: str | None
    project_id: str | None
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


@dataclass(frozen=True, slots=True)
class Container:
    """A project or a registry: they share one namespace in an entity. `id` is the scope of what lies in it.

    Only a registry can be `RESTRICTED`; `artifact_types` are those that it takes, none for any. Of its
    `protected_aliases` only its admins move one. `ended_at` is when it was deleted.
    """

    id: str
    kind: ContainerKind
    name: str
    entity_id: str
    entity_name: str
    description: str
    created_at: Instant
    visibility: Visibility = Visibility.ENTITY
    artifact_types: Sequence[str] = ()
    protected_aliases: Sequence[str] = ()
    ended_at: Instant | None = None

    @property
    def path(self) -> str:
        return f"{self.entity_name}/{self.name}"


@dataclass(frozen=True, slots=True)
class Collection:
    id: str
    kind: CollectionKind
    name: str
    type: str
    description: str
    tags: Sequence[str]
    container_id: str
    created_at: Instant
    updated_at: Instant
    ended_at: Instant | None = None
    ttl_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """`id` is the graph's; `key` the eight characters a user sees, unique in the project (`scope_id`)."""

    id: str
    key: str
    name: str
    scope_id: str
    created_by: str | None
    job_type: str | None
    group: str | None
    tags: Sequence[str]
    notes: str
    state: RunState
    host: str | None
    command: str | None
    git_commit: str | None
    git_remote: str | None
    created_at: Instant
    heartbeat_at: Instant | None
    finished_at: Instant | None
    exit_code: int | None
    ended_at: Instant | None = None
    started_at: Instant | None = None  # by the program's own clock


@dataclass(frozen=True, slots=True)
class ArtifactVersion:
    id: str
    index: int
    collection_id: str
    scope_id: str
    type: str
    digest: str
    size: int
    file_count: int
    description: str
    tags: Sequence[str]
    state: VersionState
    history_step: int | None
    created_at: Instant


@dataclass(frozen=True, slots=True)
class RegistryVersion:
    id: str
    index: int
    collection_id: str
    scope_id: str
    type: str
    source_id: str
    state: VersionState
    linked_by: str | None
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Alias:
    collection_id: str
    name: str
    rev: int
    version_id: str
    moved_at: Instant
    moved_by: str | None


@dataclass(frozen=True, slots=True)
class AliasMove:
    collection_id: str
    name: str
    rev: int
    from_version_id: str | None
    to_version_id: str | None
    at: Instant
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Rules for an alias in a registry or a collection (`owner_id`), as the JSON objects that are stored."""

    id: str
    owner_id: str
    name: str
    rules: Sequence[JsonObject]
    set_at: Instant
    set_by: str


@dataclass(frozen=True, slots=True)
class Approval:
    user_id: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Proposal:
    """A move of an alias that waits for approvals. `from_rev` is the number of the alias's last move when proposed:
    once the alias has moved on, the proposal is STALE. The decision is of who executed or rejected it.
    """

    id: str
    collection_id: str
    scope_id: str
    name: str
    version_id: str
    from_version_id: str | None
    from_rev: int
    reason: str
    state: ProposalState
    proposed_by: str
    created_at: Instant
    approvals: Sequence[Approval]
    decided_by: str | None
    decided_at: Instant | None
    decision_reason: str


@dataclass(frozen=True, slots=True)
class Recall:
    """A mark that a version is bad, and with it all that came from it; until it is withdrawn."""

    id: str
    version_id: str
    collection_id: str
    scope_id: str
    severity: RecallSeverity
    reason: str
    at: Instant
    by: str | None
    withdrawn_at: Instant | None
    withdrawn_by: str | None


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes of an entity; `version_id` is the object version whose checksum was seen to be the digest."""

    entity_id: str
    digest: str
    size: int
    state: BlobState
    version_id: str


@dataclass(frozen=True, slots=True)
class ManifestSummary:
    digest: str
    size: int
    file_count: int


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """A file (`digest`) or a reference (`reference` and `etag`): one of the two."""

    path: str
    size: int
    digest: str | None = None
    reference: str | None = None
    etag: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One change: its gap-free number in its scope, and the full state before and after."""

    id: str
    scope: str
    subject_id: str
    number: int
    seq: int | None
    hash: str | None
    kind: str
    operation_id: str
    before: JsonObject | None
    after: JsonObject | None
    by: str | None
    at: Instant


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a listing; `cursors` has one opaque position for each item."""

    items: Sequence[T]
    cursors: Sequence[str]
    has_next: bool
