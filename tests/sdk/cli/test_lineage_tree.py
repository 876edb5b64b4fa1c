"""How a lineage answer is drawn. That the service gives such answers: test_lineage.py beside this."""

import itertools
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from headwater.cli.lineage_tree import Lineage, dot, incompleteness, plain_lines, read_compact, rich_tree

KINDS = {"r": "RUN", "a": "ARTIFACT_VERSION", "g": "REGISTRY_VERSION"}


def compact(
    edges: list[tuple[str, str]],
    *,
    aliases: dict[str, list[str]] | None = None,
    states: dict[str, str] | None = None,
    reason: str | None = None,
    hidden: dict[str, int] | None = None,
    alone: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The columns of an answer. A node's first letter is its kind, its name is its id and label."""
    names = list(dict.fromkeys([*alone, *(name for edge in edges for name in edge)]))
    kinds = [KINDS[name[0]] for name in names]
    return {
        "nodes": {
            "id": names,
            "kind": kinds,
            "label": names,
            "url": [f"https://example.org/{name}" for name in names],
            "type": ["train" if kind == "RUN" else "model" for kind in kinds],
            "state": [(states or {}).get(name, "FINISHED") if name[0] == "r" else "COMMITTED" for name in names],
            "aliases": [(aliases or {}).get(name, []) for name in names],
            "createdAt": [0] * len(names),
            "distance": [0] * len(names),
        },
        "edges": {
            "source": [names.index(source) for source, _ in edges],
            "target": [names.index(target) for _, target in edges],
            "kind": ["CONSUMED"] * len(edges),
            "at": list(range(len(edges))),
        },
        "completeness": {
            "isComplete": reason is None,
            "reason": reason,
            "frontier": [[name, count] for name, count in (hidden or {}).items()],
        },
    }


def drawn(graph: Lineage, direction: Any = "down") -> str:
    return "\n".join(plain_lines(graph, direction))


def test_downstream_follows_the_edges() -> None:
    graph = read_compact("a1", compact([("a1", "r1"), ("a1", "r2"), ("r1", "a2")]))

    assert drawn(graph) == "\n".join(
        ["a1 (model)", "|-- r1 (run train)", "|   `-- a2 (model)", "`-- r2 (run train)"],
    )


def test_upstream_follows_them_backwards() -> None:
    graph = read_compact("a2", compact([("a0", "r1"), ("a1", "r1"), ("r1", "a2")]))

    assert drawn(graph, "up") == "\n".join(
        ["a2 (model)", "`-- r1 (run train)", "    |-- a0 (model)", "    `-- a1 (model)"],
    )


def test_a_node_that_two_ways_lead_to_is_drawn_once_and_marked() -> None:
    graph = read_compact(
        "a1", compact([("a1", "r1"), ("a1", "r2"), ("r1", "a2"), ("r2", "a2"), ("a2", "r3"), ("r3", "g4")])
    )

    assert drawn(graph).splitlines()[-2:] == ["`-- r2 (run train)", "    `-- a2 (model) (drawn above)"]
    assert drawn(graph).count("g4") == 1


def test_a_repeated_leaf_needs_no_mark() -> None:
    graph = read_compact("a1", compact([("a1", "r1"), ("a1", "r2"), ("r1", "a2"), ("r2", "a2")]))

    assert drawn(graph).splitlines()[-1] == "    `-- a2 (model)"


def test_a_cycle_ends() -> None:
    graph = read_compact("a1", compact([("a1", "r1"), ("r1", "a1")]))

    assert drawn(graph) == "a1 (model)\n`-- r1 (run train)\n    `-- a1 (model) (drawn above)"


def test_a_chain_longer_than_the_call_stack_is_drawn() -> None:
    names = [f"{'ar'[i % 2]}{i}" for i in range(3000)]

    graph = read_compact("a0", compact(list(itertools.pairwise(names))))

    assert len(drawn(graph).splitlines()) == 3000


def test_aliases_and_states_that_matter_are_shown() -> None:
    graph = read_compact("r1", compact([("r1", "a2")], aliases={"a2": ["latest", "best"]}, states={"r1": "FAILED"}))

    assert drawn(graph) == "r1 (run train) FAILED\n`-- a2 (model) [latest, best]"


def test_a_version_of_a_registry_says_so() -> None:
    graph = read_compact("a1", compact([("a1", "g2")]))

    assert drawn(graph).splitlines()[1] == "`-- g2 (registry model)"


@pytest.mark.parametrize(
    ("reason", "advice"),
    [("DEPTH", "--depth"), ("NODES", "--limit"), ("TIME", "--depth"), ("PERMISSION", "role of a viewer")],
)
def test_an_incomplete_answer_says_why_and_what_to_do(reason: str, advice: str) -> None:
    graph = read_compact("a1", compact([("a1", "r1")], reason=reason, hidden={"r1": 3}))

    sentence = incompleteness(graph)

    assert sentence is not None and sentence.startswith("Incomplete: ") and advice in sentence
    assert drawn(graph).endswith("r1 (run train) ... 3 more not shown")


def test_a_complete_answer_says_nothing() -> None:
    assert incompleteness(read_compact("a1", compact([], alone=("a1",)))) is None


def test_a_node_alone_is_a_tree() -> None:
    assert drawn(read_compact("a1", compact([], alone=("a1",)))) == "a1 (model)"


def test_the_tree_of_a_terminal_has_the_same_lines() -> None:
    graph = read_compact("a1", compact([("a1", "r1"), ("a1", "r2"), ("r1", "a2"), ("a2", "r3")]))
    console = Console(file=StringIO(), width=80)

    console.print(rich_tree(graph, "down"))

    assert isinstance(console.file, StringIO)
    lines = [line.lstrip("│├└─ ").rstrip() for line in console.file.getvalue().splitlines()]
    assert lines == [line.lstrip("|`- ") for line in drawn(graph).splitlines()]


def test_dot_quotes_names() -> None:
    graph = read_compact("a1", compact([('a"b\\', "r1")], alone=("a1",)))

    assert '  "a\\"b\\\\" -> "r1";' in dot(graph).splitlines()
