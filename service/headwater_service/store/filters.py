"""What listings are filtered and ordered by, and how that becomes query text.

Text is joined from literal fragments only. A value always travels as a parameter, named from a fixed table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, LiteralString

from headwater_service.errors import InvalidInputError
from headwater_service.model import CollectionKind, Instant, RunState


class FieldOperator(StrEnum):
    EQ = "EQ"
    NE = "NE"
    GT = "GT"
    GTE = "GTE"
    LT = "LT"
    LTE = "LTE"
    EXISTS = "EXISTS"
    CONTAINS = "CONTAINS"


class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


class RunOrderField(StrEnum):
    CREATED_AT = "CREATED_AT"
    NAME = "NAME"
    FINISHED_AT = "FINISHED_AT"
    STATE = "STATE"
    JOB_TYPE = "JOB_TYPE"
    DURATION = "DURATION"
    CONFIG = "CONFIG"
    SUMMARY = "SUMMARY"


class VersionOrderField(StrEnum):
    CREATED_AT = "CREATED_AT"
    SIZE = "SIZE"
    INDEX = "INDEX"
    METRIC = "METRIC"


class CollectionOrderField(StrEnum):
    RELEVANCE = "RELEVANCE"
    NAME = "NAME"
    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """A condition on one leaf of a document. `value` is a number, a text, or None for EXISTS."""

    path: str
    op: FieldOperator
    value: float | str | None


@dataclass(frozen=True, slots=True)
class SearchWord:
    """One word of a search, in two forms that mean the same.

    `clause` is how an index is asked for it, `pieces` what a stored text then holds at least one of. A text that holds
    `whole` has it as a word of its own, not only at the start of one. `near` asks the index for words that differ in a
    letter or two, and `text` is the word as it was typed.
    """

    text: str
    clause: str
    pieces: Sequence[str]
    whole: str
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What a user looks for: every word must be found. `name` is all that was typed, folded."""

    words: Sequence[SearchWord]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Fields are and-ed; None is no condition; an empty list matches nothing."""

    states: Sequence[RunState] | None = None
    job_types: Sequence[str] | None = None
    groups: Sequence[str] | None = None
    names: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    name_contains: str | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None
    consumed: str | None = None
    produced: str | None = None
    # Paths begin with `config.` or `summary.`.
    config: Sequence[FieldCondition] | None = None
    summary: Sequence[FieldCondition] | None = None
    search: Search | None = None
    none_of: "RunFilter | None" = None
    any_of: "Sequence[RunFilter] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFilter:
    """Fields are and-ed; None is no condition; an empty list matches nothing."""

    types: Sequence[str] | None = None
    aliases: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    metadata: Sequence[FieldCondition] | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None
    consumed: bool | None = None
    search: Search | None = None
    none_of: "VersionFilter | None" = None
    any_of: "Sequence[VersionFilter] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionFilter:
    """Fields are and-ed; None is no condition; an empty list matches nothing."""

    kinds: Sequence[CollectionKind] | None = None
    types: Sequence[str] | None = None
    name_contains: str | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None
    tags: Sequence[str] | None = None
    search: Search | None = None
    none_of: "CollectionFilter | None" = None
    any_of: "Sequence[CollectionFilter] | None" = None


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What comes first; `path` is that of a leaf, as in a filter, and None but for CONFIG and SUMMARY."""

    field: RunOrderField = RunOrderField.CREATED_AT
    direction: OrderDirection = OrderDirection.DESC
    path: str | None = None


@dataclass(frozen=True, slots=True)
class VersionOrder:
    """What comes first; `path` is the name of a metric, and None but for METRIC."""

    field: VersionOrderField = VersionOrderField.CREATED_AT
    direction: OrderDirection = OrderDirection.DESC
    path: str | None = None


@dataclass(frozen=True, slots=True)
class CollectionOrder:
    field: CollectionOrderField = CollectionOrderField.NAME
    direction: OrderDirection = OrderDirection.ASC


# Names of parameters are literals too, so that no text is ever built from a number.
_NAMES: Final[tuple[tuple[str, LiteralString], ...]] = (
    ("f0", "$f0"), ("f1", "$f1"), ("f2", "$f2"), ("f3", "$f3"), ("f4", "$f4"), ("f5", "$f5"), ("f6", "$f6"),
    ("f7", "$f7"), ("f8", "$f8"), ("f9", "$f9"), ("f10", "$f10"), ("f11", "$f11"), ("f12", "$f12"), ("f13", "$f13"),
    ("f14", "$f14"), ("f15", "$f15"), ("f16", "$f16"), ("f17", "$f17"), ("f18", "$f18"), ("f19", "$f19"),
    ("f20", "$f20"), ("f21", "$f21"), ("f22", "$f22"), ("f23", "$f23"), ("f24", "$f24"), ("f25", "$f25"),
    ("f26", "$f26"), ("f27", "$f27"), ("f28", "$f28"), ("f29", "$f29"), ("f30", "$f30"), ("f31", "$f31"),
    ("f32", "$f32"), ("f33", "$f33"), ("f34", "$f34"), ("f35", "$f35"), ("f36", "$f36"), ("f37", "$f37"),
    ("f38", "$f38"), ("f39", "$f39"), ("f40", "$f40"), ("f41", "$f41"), ("f42", "$f42"), ("f43", "$f43"),
    ("f44", "$f44"), ("f45", "$f45"), ("f46", "$f46"), ("f47", "$f47"),
)  # fmt: skip

MOST_VALUES: Final = len(_NAMES)

NOTHING: Final[LiteralString] = "false"


class Parameters:
    """The values of one query's conditions."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add(self, value: Any) -> LiteralString:
        """Keep a value and return the text that stands for it. Raises InvalidInputError beyond MOST_VALUES."""
        if len(self.values) == MOST_VALUES:
            raise InvalidInputError(f"A filter holds at most {MOST_VALUES} values.", field="filter")
        name, text = _NAMES[len(self.values)]
        self.values[name] = value
        return text


def all_of(conditions: Sequence[LiteralString]) -> LiteralString:
    """Join conditions with AND; none at all holds always."""
    return "(" + ") AND (".join(conditions) + ")" if conditions else "true"


def any_of(conditions: Sequence[LiteralString]) -> LiteralString:
    """Join conditions with OR; none at all holds never."""
    return "(" + ") OR (".join(conditions) + ")" if conditions else NOTHING


def negated(condition: LiteralString) -> LiteralString:
    # A missing property makes a condition null, and the negation of null would match nothing.
    return "NOT coalesce((" + condition + "), false)"
