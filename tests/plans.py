"""What the planner makes of a query text, for tests: EXPLAIN plans without running."""

import re
from typing import Any

import pytest

from headwater_service.store.graph import Graph, Transaction

# Few nodes have these labels, or all of them are wanted: reading them all is meant.
SMALL = {"Migration", "Lease", "User", "Container", "Unsequenced", "Run", "Event"}


async def plan_of(graph: Graph, text: Any) -> list[tuple[str, str]]:
    """Return operator and details of each step of the plan."""

    async def explain(tx: Transaction) -> Any:
        result = await tx._run("EXPLAIN " + text, {})
        return (await result.consume()).plan

    steps: list[tuple[str, str]] = []
    waiting = [await graph.read(explain)]
    while waiting:
        step = waiting.pop()
        steps.append((step["operatorType"].split("@")[0], step["args"].get("Details", "")))
        waiting.extend(step.get("children", ()))
    return steps


def full_scans(plan: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the steps that look at all nodes, at all of a large label, or at all edges of a type."""
    found = []
    for operator, details in plan:
        labels = set(re.findall(r"\w+:(\w+)", details))
        if operator in {"AllNodesScan", "DirectedAllRelationshipsScan", "UndirectedAllRelationshipsScan"}:
            found.append((operator, details))
        elif "RelationshipTypeScan" in operator or (operator == "NodeByLabelScan" and not labels <= SMALL):
            found.append((operator, details))
    return found


class Recorder:
    """Keeps the texts that the store runs, and runs them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        run = Transaction.rows

        async def rows(tx: Transaction, query: Any, *parameters: Any, **more: Any) -> Any:
            self.texts.append(query)
            return await run(tx, query, *parameters, **more)

        monkeypatch.setattr(Transaction, "rows", rows)


def starts_of(plan: list[tuple[str, str]]) -> set[str]:
    """Return what the plan finds by an index."""
    return {
        match[1]
        for operator, details in plan
        if "IndexSeek" in operator and (match := re.search(r"(\w+:\w+)\(", details)) is not None
    }


def label_scans(plan: list[tuple[str, str]]) -> list[str]:
    return [details for operator, details in plan if "Scan" in operator]
