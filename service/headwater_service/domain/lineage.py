"""Rules of a lineage answer: its limits, whether it is complete, and the forms it is given in."""

from enum import StrEnum


class LineageKind(StrEnum):
    RUN = "RUN"
    ARTIFACT_VERSION = "ARTIFACT_VERSION"
    REGISTRY_VERSION = "REGISTRY_VERSION"


class LineageDirection(StrEnum):
    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


class LineageEdgeKind(StrEnum):
    CONSUMED = "CONSUMED"
    PRODUCED = "PRODUCED"
    LINKED_TO = "LINKED_TO"


class IncompleteReason(StrEnum):
    DEPTH = "DEPTH"
    NODES = "NODES"
    TIME = "TIME"
    PERMISSION = "PERMISSION"
