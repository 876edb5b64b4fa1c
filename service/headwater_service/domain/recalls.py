"""What recalls reach: everything that came from a recalled version, by whatever way, and they stop aliases there.

A recall reaches further than its viewers see: of one whose version a viewer may not see only its severity is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.alias_changes import AliasChange, Cause, Refusal
from headwater_service.domain.guard_rules import Unmet
from headwater_service.errors import ConflictError, InvalidInputError
from headwater_service.model import Recall, RecallSeverity
from headwater_service.store.graph import Graph, Transaction
from headwater_service.store.reads import PlacedCollection, PlacedVersion, find_versions
from headwater_service.store.recalls import Reached, Reaching, list_reaching

# Of one node; what is critical comes first, then what is nearest.
MOST_RECALLS: Final = 100
# Of one walk. Beyond it a recall is never taken to be absent: what depends on that is refused.
MOST_WALKED: Final = 50_000
NOT_RECALLED: Final = "NOT_RECALLED"
UNTOLD: Final = (
    f"Whether a recall reaches it can't be told: more than {MOST_WALKED:,} versions and runs are upstream of it, and "
    "to begin at all that is recalled is no less."
)


@dataclass(frozen=True, slots=True)
class SeenRecall:
    """A recall as a viewer is shown it. `version` None: a version that the viewer may not see."""

    recall: Recall
    version: PlacedVersion | None
    distance: int

    @property
    def text(self) -> str:
        """Return what a person is told of it, as the end of a sentence."""
        severity = self.recall.severity.value.lower()
        if self.version is None:
            return f"a version that you may not see, which was recalled ({severity})"
        path = f"{self.version.container.path}/{self.version.collection.name}:v{self.version.version.index}"
        return f"{path}, which was recalled ({severity}): {self.recall.reason}"


async def recalls_of(tx: Transaction, node_ids: Sequence[str]) -> dict[str, list[Reached]]:
    """Return the recalls that reach versions and runs: of themselves and of everything upstream of them.

    Raises InvalidInputError for a node of which that can't be told.
    """
    found = await _reaching(tx, node_ids)
    if found.untold:
        raise InvalidInputError(UNTOLD)
    return {node_id: list(of_node) for node_id, of_node in found.of_node.items()}


async def seen_recalls(tx: Transaction, viewer: Viewer, node_ids: Sequence[str]) -> dict[str, list[SeenRecall]]:
    """Return the same as a viewer may be shown it."""
    found = await recalls_of(tx, node_ids)
    return await _seen(tx, viewer, found)


async def list_seen_recalls(
    graph: Graph, viewer: Viewer, node_ids: Sequence[str]
) -> list[list[SeenRecall] | InvalidInputError]:
    """Return the recalls of many nodes that the viewer was given, in place; an error where they can't be told."""

    async def work(tx: Transaction) -> list[list[SeenRecall] | InvalidInputError]:
        found = await _reaching(tx, node_ids)
        seen = await _seen(tx, viewer, found.of_node)
        return [InvalidInputError(UNTOLD) if one in found.untold else seen.get(one, []) for one in node_ids]

    return await graph.read(work)


async def not_recalled(
    tx: Transaction, viewer: Viewer, home: PlacedCollection, changes: Sequence[AliasChange], cause: Cause
) -> list[Refusal]:
    """Refuse to point guarded and protected aliases at what a recall reaches, whatever its severity."""
    watched = [change for change in changes if change.is_protected or change.is_guarded]
    targets = [change.to_version_id for change in watched if change.to_version_id is not None]
    reaching = await _reaching(tx, targets)
    found = await _seen(tx, viewer, reaching.of_node)
    path = f"{home.container.path}/{home.collection.name}"
    return [
        Refusal(change.name, _stopped(f"The alias {change.name!r} of {path} stays where it is.", found.get(target, [])))
        for change in watched
        if (target := change.to_version_id) is not None and (target in found or target in reaching.untold)
    ]


async def require_usable(tx: Transaction, viewer: Viewer, placed: PlacedVersion, path: str) -> None:
    """Raise ConflictError when a critical recall reaches a version, or may reach it and nobody can tell."""
    reaching = await _reaching(tx, [placed.version.id])
    found = (await _seen(tx, viewer, reaching.of_node)).get(placed.version.id, [])
    critical = [seen for seen in found if seen.recall.severity is RecallSeverity.CRITICAL]
    if critical or reaching.untold:
        raise _stopped(f"{path!r} must not be used, unless you allow what is recalled.", critical)


def _stopped(sentence: str, found: Sequence[SeenRecall]) -> ConflictError:
    unmet = (
        [Unmet(NOT_RECALLED, UNTOLD)]
        if not found
        else [
            Unmet(NOT_RECALLED, f"It is {seen.text}" if seen.distance == 0 else f"It comes from {seen.text}")
            for seen in found
        ]
    )
    more = f" (and {len(unmet) - 1} more)" if len(unmet) > 1 else ""
    return ConflictError(f"{sentence} {unmet[0].message}{more}", unmet_rules=[asdict(one) for one in unmet])


async def _reaching(tx: Transaction, node_ids: Sequence[str]) -> Reaching:
    return await list_reaching(tx, node_ids, limit=MOST_RECALLS, reach=MOST_WALKED)


async def _seen(tx: Transaction, viewer: Viewer, found: Mapping[str, Sequence[Reached]]) -> dict[str, list[SeenRecall]]:
    ids = {reached.recall.version_id for of_node in found.values() for reached in of_node}
    placed = await find_versions(tx, sorted(ids)) if ids else {}
    visible = {version_id: one for version_id, one in placed.items() if viewer.sees(one.container)}
    return {
        node_id: [SeenRecall(one.recall, visible.get(one.recall.version_id), one.distance) for one in of_node]
        for node_id, of_node in found.items()
    }
