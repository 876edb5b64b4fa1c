"""The field `history` of a run: pages of rows, samples of all of them, and both by metric."""

import math
from typing import Any

from asking import ask, refusal
from content import Site
from headwater_service.domain.access import Viewer
from headwater_service.domain.history import Batch, append_batch
from headwater_service.store.history_chunks import HistoryRecord
from viewers import new_admin, new_run

HISTORY = """
query History($id: ID!, $keys: [String!], $samples: Int, $minStep: Step, $first: Int! = 1000) {
  node(id: $id) {
    ... on Run {
      history(keys: $keys, samples: $samples, minStep: $minStep, first: $first) {
        keys rows endCursor hasNextPage
        series { key count steps times values }
      }
    }
  }
}
"""
FAR = 2**40


async def logged(site: Site, viewer: Viewer, *rows: dict[str, Any], first_step: int = 0) -> str:
    """A run with these rows, one a step; its id."""
    run = await new_run(site.graph, viewer)
    records = [HistoryRecord(first_step + step, float(step), row) for step, row in enumerate(rows)]
    await append_batch(site.graph, site.objects, viewer, run.run.id, Batch("s", 0, records))
    return run.run.id


async def test_a_page_gives_rows_and_the_same_by_metric(site: Site) -> None:
    viewer = await new_admin(site.graph)
    run_id = await logged(site, viewer, {"a": 1}, {"a": math.nan, "b": "x"}, {"a": 3}, first_step=FAR)

    history = (await ask(site, viewer, HISTORY, id=run_id, first=2))["node"]["history"]

    assert history == {
        "keys": ["a", "b"],
        "rows": [{"_step": FAR, "_time": 0.0, "a": 1}, {"_step": FAR + 1, "_time": 1.0, "a": "NaN", "b": "x"}],
        "endCursor": FAR + 1,
        "hasNextPage": True,
        "series": [
            {"key": "a", "count": 2, "steps": [FAR, FAR + 1], "times": [0.0, 1.0], "values": [1, "NaN"]},
            {"key": "b", "count": 1, "steps": [FAR + 1], "times": [1.0], "values": ["x"]},
        ],
    }


async def test_samples_give_few_points_of_all_steps_wanted(site: Site) -> None:
    viewer = await new_admin(site.graph)
    run_id = await logged(site, viewer, *({"a": 100 if n == 55 else n % 2, "b": n} for n in range(100)))

    found = await ask(site, viewer, HISTORY, id=run_id, samples=6, keys=["a"], minStep=20)

    assert found["node"]["history"] == {
        "keys": ["a"],
        "rows": [
            {"_step": 20, "_time": 20.0, "a": 0},
            {"_step": 55, "_time": 55.0, "a": 100},
            {"_step": 60, "_time": 60.0, "a": 0},
            {"_step": 61, "_time": 61.0, "a": 1},
            {"_step": 99, "_time": 99.0, "a": 1},
        ],
        "endCursor": None,
        "hasNextPage": False,
        "series": [
            {
                "key": "a",
                "count": 80,
                "steps": [20, 55, 60, 61, 99],
                "times": [20.0, 55.0, 60.0, 61.0, 99.0],
                "values": [0, 100, 0, 1, 1],
            }
        ],
    }


async def test_sizes_and_steps_that_can_not_be_are_refused(site: Site) -> None:
    viewer = await new_admin(site.graph)
    run_id = await logged(site, viewer, {"a": 1})

    assert (await refusal(site, viewer, HISTORY, id=run_id, samples=3))[0] == "InvalidInputError"
    assert (await refusal(site, viewer, HISTORY, id=run_id, first=0))[0] == "InvalidInputError"
    assert "is not a step" in (await refusal(site, viewer, HISTORY, id=run_id, minStep=2**63))[1]
