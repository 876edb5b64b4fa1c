"""Why two versions differ: the runs that made them, what these were given, and how they were set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.document_differences import DocumentChange, document_changes
from headwater_service.domain.reading import find_runs, list_neighbours, visible_scopes
from headwater_service.domain.run_metrics import DOCUMENT
from headwater_service.model import JsonObject
from headwater_service.store.comparison import count_hidden_inputs, find_makers
from headwater_service.store.graph import Graph
from headwater_service.store.hops import INPUTS
from headwater_service.store.listing import Window
from headwater_service.store.reads import PlacedCollection, PlacedRun, PlacedVersion, find_run_documents

# Of a run that was given more, the first are compared.
MOST_INPUTS: Final = 1_000


@dataclass(frozen=True, slots=True)
class InputChange:
    """A collection of which two runs used different versions."""

    collection: PlacedCollection
    before: Sequence[PlacedVersion]
    after: Sequence[PlacedVersion]


@dataclass(frozen=True, slots=True)
class UpstreamComparison:
    """`run_before` and `run_after` are None where there is no run or it is hidden; then nothing else is told of it.

    `hidden_before` and `hidden_after` count the inputs that the viewer may not see.
    """

    run_before: PlacedRun | None
    run_after: PlacedRun | None
    inputs: Sequence[InputChange]
    config: Sequence[DocumentChange]
    hidden_before: int
    hidden_after: int
    is_complete: bool


async def compare_upstream(graph: Graph, viewer: Viewer, before_id: str, after_id: str) -> UpstreamComparison:
    """Compare what made two artifact versions that the viewer may see."""
    makers = await graph.read(lambda tx: find_makers(tx, [before_id, after_id]))
    run_ids = [makers.get(before_id), makers.get(after_id)]
    asked = sorted({run_id for run_id in run_ids if run_id is not None})
    visible = {run.run.id: run for run in await find_runs(graph, viewer, asked) if run is not None}
    before, after = (None if run_id is None else visible.get(run_id) for run_id in run_ids)
    is_complete = len(visible) == len(asked)
    if before is None or after is None or before.run.id == after.run.id:
        return UpstreamComparison(before, after, (), (), 0, 0, is_complete)
    scopes = await visible_scopes(graph, viewer)
    ids = [before.run.id, after.run.id]
    pages = await list_neighbours(graph, INPUTS, ids, scopes, Window(MOST_INPUTS))
    hidden = await graph.read(lambda tx: count_hidden_inputs(tx, ids, scopes))
    documents = await graph.read(lambda tx: find_run_documents(tx, ids))
    return UpstreamComparison(
        before,
        after,
        input_changes(pages[0].items, pages[1].items),
        document_changes(*(_config(documents[run_id][0]) for run_id in ids)),
        hidden.get(ids[0], 0),
        hidden.get(ids[1], 0),
        is_complete and not hidden and not any(page.has_next for page in pages),
    )


def input_changes(before: Sequence[PlacedVersion], after: Sequence[PlacedVersion]) -> list[InputChange]:
    """Return the collections of which different versions were used, in order of path."""
    sides = [_by_collection(before), _by_collection(after)]
    changed = []
    for collection_id in sides[0] | sides[1]:
        old, new = ({one.version.id: one for one in side.get(collection_id, ())} for side in sides)
        if old.keys() != new.keys():
            one = next(iter({**old, **new}.values()))
            collection = PlacedCollection(one.collection, one.container)
            changed.append(InputChange(collection, list(old.values()), list(new.values())))
    return sorted(changed, key=lambda change: (change.collection.container.path, change.collection.collection.name))


def _by_collection(versions: Sequence[PlacedVersion]) -> dict[str, list[PlacedVersion]]:
    found: dict[str, list[PlacedVersion]] = {}
    for placed in versions:
        found.setdefault(placed.collection.id, []).append(placed)
    return found


def _config(config: Mapping[str, object]) -> JsonObject:
    # What a program says of its metrics is no setting of it.
    return {key: value for key, value in config.items() if key != DOCUMENT}
