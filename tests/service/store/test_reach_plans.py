"""The plans of what is asked about reach: walks that visit each node once, and counts that start at an index."""

import pytest

from headwater_service.store.graph import Graph
from headwater_service.store.impact import FIND_IMPACT, LIST_IMPACT
from headwater_service.store.lineage_paths import FIND_BETWEEN
from headwater_service.store.type_graph import COUNT_BY_TYPE
from plans import label_scans, plan_of

TEXTS = {"impact": FIND_IMPACT, "all of an impact": LIST_IMPACT, "paths": FIND_BETWEEN}


@pytest.mark.parametrize(("name", "walks", "sorts"), [("impact", 1, 1), ("all of an impact", 1, 0), ("paths", 2, 0)])
async def test_a_walk_visits_each_node_once_nearest_first(name: str, walks: int, sorts: int, graph: Graph) -> None:
    plan = await plan_of(graph, TEXTS[name])

    found = [(operator, details) for operator, details in plan if operator.startswith("VarLengthExpand")]
    assert [operator for operator, _ in found] == ["VarLengthExpand(Pruning,BFS,All)"] * walks
    assert all("retracted_at" in details and "scope_id" in details for _, details in found)
    # Breadth first is the order asked for: only the rows of a page are sorted, and the limit ends the walk early.
    operators = [operator for operator, _ in plan]
    assert len([one for one in operators if one in {"Sort", "Top", "PartialSort", "PartialTop"}]) == sorts
    assert operators.count("NodeUniqueIndexSeek") == walks
    assert operators.count("Limit") == walks
    assert label_scans(plan) == []


async def test_a_type_graph_reads_what_lies_in_the_project_by_an_index(graph: Graph) -> None:
    plan = await plan_of(graph, COUNT_BY_TYPE)

    seeks = [details for operator, details in plan if operator == "NodeIndexSeek"]
    assert sorted(details.partition(" ")[2].split("(")[0] for details in seeks) == [
        f"INDEX node:{label}" for label in ("ArtifactVersion", "RegistryVersion", "Run")
    ]
    assert all("scope_id = $scope AND created_at > $after AND created_at < $before" in details for details in seeks)
    assert label_scans(plan) == []
