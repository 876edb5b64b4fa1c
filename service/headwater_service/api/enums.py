"""The enums of the schema: those of the model, given their descriptions."""

from collections.abc import Mapping
from enum import Enum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from headwater_service.model import CollectionKind, EntityKind, ProposalState, Role, RunState, VersionState, Visibility


def describe(cls: type[Enum], about: str, values: Mapping[str, str]) -> None:
    """Register an enum of a lower layer with the schema; `values` describes each member by its name."""
    # The model knows nothing of GraphQL, so that the descriptions can't stand beside its members. A type that was
    # imported before has registered the enum already, without a word: a second definition would be another enum.
    known: StrawberryEnumDefinition | None = vars(cls).get("__strawberry_definition__")
    definition: StrawberryEnumDefinition = known or vars(strawberry.enum(cls))["__strawberry_definition__"]
    definition.description = about
    for value in definition.values:
        value.description = values[value.name]


describe(
    EntityKind,
    "Whose namespace an entity is.",
    {"USER": "Belongs to one person and bears that person's name.", "TEAM": "Shared by all of its members."},
)
describe(
    Role,
    "What a member may do in an entity or in one registry. Each role may do all that the ones before it may.",
    {
        "VIEWER": "Reads and downloads.",
        "MEMBER": "Also creates runs, logs and links artifacts, and moves aliases.",
        "ADMIN": "Also adds and removes people, and manages their keys.",
    },
)
describe(
    RunState,
    "Where an execution stands.",
    {
        "RUNNING": "Has started, and its heartbeat is recent.",
        "FINISHED": "Ended by itself with exit code 0.",
        "FAILED": "Ended by itself with an exception or another exit code.",
        "CRASHED": "Fell silent without saying that it ended; becomes RUNNING again when its heartbeat returns.",
        "KILLED": "Was stopped from outside.",
    },
)
describe(
    VersionState,
    "Whether the content of a version can still be had.",
    {
        "COMMITTED": "All its bytes are stored.",
        "DELETED": "Only a tombstone is left, so that lineage can still be followed through it.",
    },
)
describe(
    CollectionKind,
    "What the versions in a collection are.",
    {
        "SOURCE": "Artifact versions, logged by runs.",
        "REGISTRY": "Registry versions, linked from artifact versions.",
    },
)
describe(
    Visibility,
    "Who sees a registry and all that is in it.",
    {
        "ENTITY": "Every member of its entity, each with the role held there or here, whichever is higher.",
        "RESTRICTED": "Admins of its entity, and those who have a role in the registry itself.",
    },
)
describe(
    ProposalState,
    "Where a proposal stands.",
    {
        "OPEN": "Waits for approvals.",
        "STALE": "The alias was moved since, so the proposal can only be rejected.",
        "EXECUTED": "Got its approvals and moved the alias.",
        "REJECTED": "An admin, or the one who proposed it, closed it.",
    },
)
