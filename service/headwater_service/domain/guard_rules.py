"""The rules of guards: what each asks of a version, judged on facts that were read before. Touches no store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, TypeAlias

from headwater_service.domain.metadata import leaves_of
from headwater_service.model import JsonObject

MOST_NAMED: Final = 10


class MetricSource(StrEnum):
    SUMMARY = "SUMMARY"
    METADATA = "METADATA"


class MetricOperator(StrEnum):
    EQ = "EQ"
    NE = "NE"
    GT = "GT"
    GTE = "GTE"
    LT = "LT"
    LTE = "LTE"


class MetricDirection(StrEnum):
    HIGHER = "HIGHER"
    LOWER = "LOWER"


@dataclass(frozen=True, slots=True)
class RequiresUpstream:
    """Everything that the version came from comes from versions of a type; one of them of a collection, if given."""

    type: str
    collection_id: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    source: MetricSource
    path: str
    op: MetricOperator
    value: float | str | bool


@dataclass(frozen=True, slots=True)
class BetterThanCurrent:
    source: MetricSource
    path: str
    direction: MetricDirection


@dataclass(frozen=True, slots=True)
class RequiredTag:
    tag: str


@dataclass(frozen=True, slots=True)
class Approvals:
    count: int


@dataclass(frozen=True, slots=True)
class VerifiedBytes:
    pass


Rule: TypeAlias = RequiresUpstream | Metric | BetterThanCurrent | RequiredTag | Approvals | VerifiedBytes

# The names by which programs tell rules apart, in what is stored and in `unmetRules`.
NAMES: Final[Mapping[type[Rule], str]] = {
    RequiresUpstream: "requiresUpstream",
    Metric: "metric",
    BetterThanCurrent: "betterThanCurrent",
    RequiredTag: "requiredTag",
    Approvals: "approvals",
    VerifiedBytes: "verifiedBytes",
}
_CLASSES: Final[Mapping[str, type[Rule]]] = {name: rule for rule, name in NAMES.items()}
_COMPARE: Final[Mapping[MetricOperator, tuple[str, Callable[[Any, Any], bool]]]] = {
    MetricOperator.EQ: ("=", eq),
    MetricOperator.NE: ("!=", ne),
    MetricOperator.GT: (">", gt),
    MetricOperator.GTE: (">=", ge),
    MetricOperator.LT: ("<", lt),
    MetricOperator.LTE: ("<=", le),
}


@dataclass(frozen=True, slots=True)
class Unmet:
    """A rule that a move does not meet, and what is lacking, for people."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A document with metrics, None if there is none; `is_shown` tells whether the mover may learn what it holds."""

    document: JsonObject | None
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `current` is of the alias's present holder, None if it points nowhere.

    `upstream` and `bytes` say what is wrong there, None for nothing; `upstream` by the rule that asks.
    """

    tags: Sequence[str] = ()
    candidate: Mapping[MetricSource, Measured] | None = None
    current: Mapping[MetricSource, Measured] | None = None
    upstream: Mapping[RequiresUpstream, str | None] | None = None
    bytes: str | None = None


def to_json(rule: Rule) -> JsonObject:
    """Return a rule as it is stored."""
    return {"rule": NAMES[type(rule)], **asdict(rule)}


def from_json(stored: Mapping[str, Any]) -> Rule:
    """Return a rule as it was stored."""
    given = {name: value for name, value in stored.items() if name != "rule"}
    kinds: dict[str, Callable[[Any], Any]] = {
        "source": MetricSource,
        "op": MetricOperator,
        "direction": MetricDirection,
    }
    return _CLASSES[stored["rule"]](**{name: kinds.get(name, _same)(value) for name, value in given.items()})


def in_words(rule: Rule) -> str:
    """Return what a rule asks, in a few words for people."""
    match rule:
        case RequiresUpstream():
            one = "" if rule.collection_id is None else ", one of them of a certain collection"
            return f"complete lineage to versions of the type {rule.type!r}{one}"
        case Metric():
            return f"{_noun(rule.source)} {rule.path} {_COMPARE[rule.op][0]} {_shown(rule.value)}"
        case BetterThanCurrent():
            return f"{_noun(rule.source)} {rule.path} {rule.direction.value.lower()} than the current version's"
        case RequiredTag():
            return f"tag {rule.tag!r}"
        case Approvals():
            by = "approval by 1 admin" if rule.count == 1 else f"approvals by {rule.count} admins"
            return f"{by} other than the proposer"
        case VerifiedBytes():
            return "stored bytes verified"


def unmet(rules: Sequence[Rule], facts: Facts) -> list[Unmet]:
    """Return every rule that the facts do not meet. Approvals are counted elsewhere, under their own lock."""
    found: list[Unmet] = []
    for rule in rules:
        message = _lack(rule, facts)
        if message is not None:
            found.append(Unmet(NAMES[type(rule)], message))
    return found


def approvals_asked(rules: Sequence[Rule]) -> int:
    """Return how many approvals a move takes: where several rules ask, the highest."""
    return max((rule.count for rule in rules if isinstance(rule, Approvals)), default=0)


def metric_paths(document: Mapping[str, Any]) -> list[str]:
    """Return the paths of the single values in a document, sorted."""
    return sorted(leaves_of(document))


def _lack(rule: Rule, facts: Facts) -> str | None:
    match rule:
        case RequiresUpstream():
            assert facts.upstream is not None, "the lineage was read for this rule"
            return facts.upstream[rule]
        case Metric():
            return _metric_lack(rule, _measured(facts.candidate, rule.source))
        case BetterThanCurrent():
            current = None if facts.current is None else _measured(facts.current, rule.source)
            return _better_lack(rule, _measured(facts.candidate, rule.source), current)
        case RequiredTag():
            return None if rule.tag in facts.tags else f"It lacks the tag {rule.tag!r}."
        case Approvals():
            return None
        case VerifiedBytes():
            return facts.bytes


def _metric_lack(rule: Metric, measured: Measured) -> str | None:
    wanted = in_words(rule)
    values = leaves_of(measured.document or {})
    if rule.path not in values:
        return _absent(rule.source, rule.path, measured, values, wanted)
    value = values[rule.path]
    if not _is_same_sort(value, rule.value):
        told = f"it is {_shown(value)}" if measured.is_shown else "it is something else"
        return f"It takes {wanted}, and {told}: not {_sort(rule.value)}."
    if _COMPARE[rule.op][1](value, rule.value):
        return None
    return f"It takes {wanted}" + (f"; it is {_shown(value)}." if measured.is_shown else ", which it is not.")


def _better_lack(rule: BetterThanCurrent, measured: Measured, current: Measured | None) -> str | None:
    wanted = in_words(rule)
    values = leaves_of(measured.document or {})
    if rule.path not in values:
        return _absent(rule.source, rule.path, measured, values, wanted)
    value = values[rule.path]
    if not _is_number(value):
        return f"It takes {wanted}" + (f"; it is {_shown(value)}, which is no number." if measured.is_shown else ".")
    held = None if current is None else leaves_of(current.document or {}).get(rule.path)
    # Nothing to compare with: the first number, or the first since the holder was not measured.
    if not _is_number(held):
        return None
    if value > held if rule.direction is MetricDirection.HIGHER else value < held:
        return None
    is_shown = measured.is_shown and current is not None and current.is_shown
    told = f"; it is {_shown(value)}, the current one's {_shown(held)}." if is_shown else ", which it is not."
    return f"It takes {wanted}{told}"


def _absent(source: MetricSource, path: str, measured: Measured, values: Mapping[str, Any], wanted: str) -> str:
    if measured.document is None:
        return f"It takes {wanted}, and no run logged it, so there is no summary."
    if not measured.is_shown:
        return f"It takes {wanted}, and there is no such value in its {_noun(source)}."
    return f"It takes {wanted}, and its {_noun(source)} has no {path!r}. {named(sorted(values))}"


def named(paths: Sequence[str]) -> str:
    """Return the sentence that tells which metrics there are."""
    if not paths:
        return "There are none."
    more = f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else ""
    return f"There are: {', '.join(paths[:MOST_NAMED])}{more}."


def _measured(of: Mapping[MetricSource, Measured] | None, source: MetricSource) -> Measured:
    assert of is not None, "the documents were read for this rule"
    return of[source]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_same_sort(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return isinstance(value, bool) and isinstance(wanted, bool)
    return isinstance(value, str) == isinstance(wanted, str)


def _sort(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "a text" if isinstance(value, str) else "a number"


def _noun(source: MetricSource) -> str:
    return "summary" if source is MetricSource.SUMMARY else "metadata"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, str) else str(value)


def _same(value: Any) -> Any:
    return value
