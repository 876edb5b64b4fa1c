"""Guards: rules that a version must meet before an alias may point at it, set on a registry or a collection.

A collection's guard adds to its registry's: both must hold. Rolling back and removing an alias ask no guard.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

from headwater_service.domain import guard_rules
from headwater_service.domain.access import Viewer, require_container
from headwater_service.domain.alias_changes import AliasChange, Cause, Refusal
from headwater_service.domain.guard_facts import facts_of, measured_of, visible_scopes
from headwater_service.domain.guard_rules import (
    Approvals,
    BetterThanCurrent,
    Metric,
    MetricOperator,
    MetricSource,
    RequiredTag,
    RequiresUpstream,
    Rule,
    Unmet,
    VerifiedBytes,
    approvals_asked,
    metric_paths,
    named,
)
from headwater_service.domain.names import valid_alias, valid_type
from headwater_service.domain.paths import LATEST
from headwater_service.domain.texts import valid_tags
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError
from headwater_service.model import Collection, Container, ContainerKind, Guard, Role
from headwater_service.store.containers import find_container_by_id
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.guards import (
    delete_guard,
    find_deciders,
    find_documents,
    find_guards,
    list_guards,
    list_newest,
    put_guard,
)
from headwater_service.store.ids import new_id
from headwater_service.store.operations import record, take_lock
from headwater_service.store.reads import PlacedCollection, find_collections

MOST_RULES: Final = 20
MOST_APPROVALS: Final = 100
METRIC_PATH_CHARACTERS: Final = 500
# A metric is looked for in so many versions before a rule about it is refused.
MOST_LOOKED_AT: Final = 200

NOT_GUARDED: Final = frozenset({Cause.ROLLBACK, Cause.DROP})


@dataclass(frozen=True, slots=True)
class PlacedGuard:
    """A guard with what it is on: a collection in its container, or a registry (no collection)."""

    guard: Guard
    container: Container
    collection: Collection | None

    @property
    def path(self) -> str:
        return self.container.path if self.collection is None else f"{self.container.path}/{self.collection.name}"


_Place: TypeAlias = tuple[Container, Collection | None]


async def unmet_guards(
    tx: Transaction, viewer: Viewer, home: PlacedCollection, changes: Sequence[AliasChange], cause: Cause
) -> list[Refusal]:
    """Refuse the moves that do not meet all rules, each with the complete list of those that it does not meet.

    Of a proposal approvals are not asked here: they are counted where it is approved.
    """
    refusals: list[Refusal] = []
    for change in changes:
        if cause in NOT_GUARDED or not change.is_guarded or change.to_version_id is None:
            continue
        rules = await rules_for(tx, home, change.name)
        facts = await facts_of(tx, viewer, change, rules)
        unmet = guard_rules.unmet(rules, facts)
        if cause not in (Cause.PROPOSE, Cause.PROPOSAL):
            unmet += _approvals_lack(rules)
        if unmet:
            refusals.append(Refusal(change.name, refused(change.name, home, unmet)))
    return refusals


async def rules_for(tx: Transaction, home: PlacedCollection, name: str) -> list[Rule]:
    """Return all rules for an alias of a collection, those of its registry first; each once."""
    owners = [home.container.id, home.collection.id]
    guards = sorted(await find_guards(tx, owners, [name]), key=lambda guard: owners.index(guard.owner_id))
    return list(dict.fromkeys(guard_rules.from_json(stored) for guard in guards for stored in guard.rules))


def refused(name: str, home: PlacedCollection, unmet: Sequence[Unmet]) -> ConflictError:
    """Return the refusal of a move that does not meet some rules."""
    lacks = " ".join(one.message for one in unmet)
    path = f"{home.container.path}/{home.collection.name}"
    return ConflictError(
        f"The alias {name!r} of {path} is guarded. {lacks}", unmet_rules=[asdict(one) for one in unmet]
    )


async def set_guard(
    graph: Graph, viewer: Viewer, owner_id: str, name: str, rules: Sequence[Rule], *, operation: str
) -> PlacedGuard:
    """Set the rules for an alias of a registry or collection, in place of those it has there.

    Raises InvalidInputError for a metric that nothing there has, and for approvals that its people cannot give.
    """
    name = _guardable(name)
    rules = _checked(rules)

    async def work(tx: Transaction) -> PlacedGuard:
        place = await _administered(tx, viewer, owner_id)
        lock = await take_lock(tx, owner_id, operation)
        assert lock is not None, "it was found in this transaction, and its node is never deleted"
        recorded = lock.replayed("GUARD_SET")
        if recorded is not None:
            return PlacedGuard(Guard(**recorded), *place)
        await _require_possible(tx, viewer, place, rules)
        before = await _find(tx, owner_id, name)
        stored = [guard_rules.to_json(rule) for rule in rules]
        guard_id = new_id() if before is None else before.id
        guard = Guard(guard_id, owner_id, name, stored, lock.at, viewer.user_id)
        await put_guard(tx, guard)
        await record(
            tx,
            lock,
            "GUARD_SET",
            scope_id=place[0].id,
            by=viewer.user_id,
            answer=asdict(guard),
            before=None if before is None else asdict(before),
            after=asdict(guard),
        )
        return PlacedGuard(guard, *place)

    return await graph.write(work)


async def remove_guard(graph: Graph, viewer: Viewer, owner_id: str, name: str, *, operation: str) -> PlacedGuard:
    """Take the rules for an alias away and return what they were. Without any it is a NotFoundError."""
    name = valid_alias(name)

    async def work(tx: Transaction) -> PlacedGuard:
        place = await _administered(tx, viewer, owner_id)
        lock = await take_lock(tx, owner_id, operation)
        assert lock is not None, "it was found in this transaction, and its node is never deleted"
        recorded = lock.replayed("GUARD_REMOVED")
        if recorded is not None:
            return PlacedGuard(Guard(**recorded), *place)
        before = await _find(tx, owner_id, name)
        if before is None:
            raise NotFoundError(f"There is no guard on the alias {name!r} there.", path=name)
        await delete_guard(tx, owner_id, name)
        await record(
            tx,
            lock,
            "GUARD_REMOVED",
            scope_id=place[0].id,
            by=viewer.user_id,
            answer=asdict(before),
            before=asdict(before),
        )
        return PlacedGuard(before, *place)

    return await graph.write(work)


def metric(source: MetricSource, path: str, op: MetricOperator, value: object) -> Metric:
    """Return the rule. Raises InvalidInputError for a value that is no scalar."""
    if not isinstance(value, bool | int | float | str):
        raise InvalidInputError(f"{path!r} is compared with a number, a text, or true or false.", field="value")
    return Metric(source, path, op, value)


def verified_bytes(*, is_wanted: bool) -> VerifiedBytes:
    """Return the rule. Raises InvalidInputError when it is given as false: to leave it out says that."""
    if not is_wanted:
        raise InvalidInputError("`verifiedBytes` is true, or left out.", field="verifiedBytes")
    return VerifiedBytes()


async def guards_of(graph: Graph, owner_ids: Sequence[str]) -> list[list[Guard]]:
    """Return the guards of registries and collections that the viewer was given, in order of the alias."""
    found = await graph.read(lambda tx: list_guards(tx, owner_ids))
    return [found.get(owner_id, []) for owner_id in owner_ids]


def _approvals_lack(rules: Sequence[Rule]) -> list[Unmet]:
    count = approvals_asked(rules)
    if not count:
        return []
    admins = "an admin" if count == 1 else f"{count} admins"
    told = f"It takes the approval of {admins} other than the proposer: propose the move instead."
    return [Unmet(guard_rules.NAMES[Approvals], told)]


async def _find(tx: Transaction, owner_id: str, name: str) -> Guard | None:
    found = await find_guards(tx, [owner_id], [name])
    return found[0] if found else None


async def _administered(tx: Transaction, viewer: Viewer, owner_id: str) -> _Place:
    """Return the registry or collection if the viewer is its admin."""
    what = "change its guards"
    placed = (await find_collections(tx, [owner_id])).get(owner_id)
    container = await find_container_by_id(tx, owner_id) if placed is None else placed.container
    container = require_container(viewer, container, Role.ADMIN, what=what, path=owner_id)
    if placed is None and container.kind is not ContainerKind.REGISTRY:
        raise InvalidInputError(f"{container.path} is a project: set the guard on a collection of it.", field="owner")
    return container, None if placed is None else placed.collection


def _guardable(name: str) -> str:
    name = valid_alias(name)
    if name == LATEST:
        raise InvalidInputError(
            f"The alias {LATEST!r} is kept by the service; nobody moves it, so it can't be guarded.", field="name"
        )
    return name


def _checked(rules: Sequence[Rule]) -> list[Rule]:
    found = list(dict.fromkeys(_checked_rule(rule) for rule in rules))
    if not 1 <= len(found) <= MOST_RULES:
        raise InvalidInputError(f"A guard has 1 to {MOST_RULES} rules, not {len(found)}.", field="rules")
    return found


def _checked_rule(rule: Rule) -> Rule:
    match rule:
        case RequiresUpstream():
            return RequiresUpstream(valid_type(rule.type), rule.collection_id)
        case RequiredTag():
            return RequiredTag(valid_tags([rule.tag])[0])
        case Approvals() if not 1 <= rule.count <= MOST_APPROVALS:
            raise InvalidInputError(f"A guard asks for 1 to {MOST_APPROVALS} approvals.", field="approvals")
        case Metric() | BetterThanCurrent() if not 1 <= len(rule.path) <= METRIC_PATH_CHARACTERS:
            raise InvalidInputError("A rule about a metric names the path of a value.", field="path")
        case Metric() if isinstance(rule.value, bool) and rule.op not in (MetricOperator.EQ, MetricOperator.NE):
            raise InvalidInputError(f"{rule.path!r}: neither of true and false is the greater.", field="op")
    return rule


async def _require_possible(tx: Transaction, viewer: Viewer, place: _Place, rules: Sequence[Rule]) -> None:
    """Raise InvalidInputError for a rule that nothing and nobody there could meet."""
    container, collection = place
    asked = approvals_asked(rules)
    if asked:
        await _require_deciders(tx, container, asked)
    for rule in rules:
        if isinstance(rule, RequiresUpstream) and rule.collection_id is not None:
            placed = (await find_collections(tx, [rule.collection_id])).get(rule.collection_id)
            what, path = "ask for its versions", rule.collection_id
            require_container(viewer, None if placed is None else placed.container, Role.VIEWER, what=what, path=path)
            if placed is not None and placed.collection.type != rule.type:
                raise InvalidInputError(
                    f"{placed.container.path}/{placed.collection.name} holds versions of the type "
                    f"{placed.collection.type!r}, not {rule.type!r}.",
                    field="collection",
                )
    metrics = [rule for rule in rules if isinstance(rule, Metric | BetterThanCurrent)]
    if metrics:
        owner_id = container.id if collection is None else collection.id
        await _require_metrics(tx, viewer, owner_id, metrics, is_registry=collection is None)


async def _require_deciders(tx: Transaction, container: Container, asked: int) -> None:
    deciders = await find_deciders(tx, container.id)
    admins = len(deciders.admins)
    # Whoever proposes does not approve; best is a proposer who could not approve anyway.
    approvers = admins if deciders.others else admins - 1
    if approvers < asked:
        raise InvalidInputError(
            f"{asked} approvals take {asked} admins of {container.path} besides the one who proposes. There are "
            f"{admins} admins and {deciders.others} others who may propose, so at most {max(approvers, 0)} could "
            "approve.",
            field="approvals",
        )


async def _require_metrics(
    tx: Transaction,
    viewer: Viewer,
    owner_id: str,
    rules: Sequence[Metric | BetterThanCurrent],
    *,
    is_registry: bool,
) -> None:
    newest = await list_newest(tx, owner_id, is_registry=is_registry, limit=MOST_LOOKED_AT)
    if not newest:
        return
    documents = await find_documents(tx, newest)
    scopes = await visible_scopes(tx, viewer)
    for source in dict.fromkeys(rule.source for rule in rules):
        measured = [measured_of(documents[version_id], scopes)[source] for version_id in newest]
        if any(not one.is_shown for one in measured):
            # What lies there the viewer may not learn, not even whether the metric is there.
            continue
        known = {path for one in measured for path in metric_paths(one.document or {})}
        for rule in rules:
            if rule.source is source and rule.path not in known:
                word = "summary of its runs" if source is MetricSource.SUMMARY else "metadata of its versions"
                raise InvalidInputError(f"No {word} has {rule.path!r}. {named(sorted(known))}", field="path")
