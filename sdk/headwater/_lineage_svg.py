"""The lineage of a run as a static SVG: what it came from to the left, what came of it to the right."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 190, 40, 70, 14, 8
LONGEST_LABEL = 26  # characters that fit into a box
_STROKE = ' stroke="#111" stroke-width="3"'
_COLOURS = {"RUN": "#2e9f5b", "ARTIFACT_VERSION": "#1f78b4", "REGISTRY_VERSION": "#9b4fb5"}


@dataclass(frozen=True)
class Node:
    """A box: its text, and the column it stands in (0 is the run's own)."""

    id: str
    kind: str
    label: str
    column: int


@dataclass(frozen=True)
class Graph:
    """What is drawn. `is_cut`: there is more than this."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    is_cut: bool


def graph_of(upstream: dict[str, Any], downstream: dict[str, Any]) -> Graph:
    """Put two compact answers of the service together: a walk up and a walk down from the same run."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str], None] = {}
    for sign, walk in ((-1, upstream), (1, downstream)):
        columns = walk["nodes"]
        names = ("id", "kind", "label", "distance")
        for id_, kind, label, distance in zip(*(columns[name] for name in names), strict=True):
            nodes.setdefault(id_, Node(id_, kind, label, sign * (distance or 0)))
        ids = columns["id"]
        for source, target in zip(walk["edges"]["source"], walk["edges"]["target"], strict=True):
            edges[ids[source], ids[target]] = None
    is_cut = not (upstream["completeness"]["isComplete"] and downstream["completeness"]["isComplete"])
    return Graph(tuple(nodes.values()), tuple(edges), is_cut)


def draw(graph: Graph) -> str:
    """The SVG. It holds no script and loads nothing."""
    columns: dict[int, list[Node]] = {}
    for node in graph.nodes:
        columns.setdefault(node.column, []).append(node)
    most = max((len(column) for column in columns.values()), default=0)
    height = 2 * MARGIN + most * (HEIGHT + GAP_Y) - GAP_Y
    places: dict[str, tuple[float, float]] = {}
    for place, number in enumerate(sorted(columns)):
        column = columns[number]
        top = (height - (len(column) * (HEIGHT + GAP_Y) - GAP_Y)) / 2
        for row, node in enumerate(column):
            places[node.id] = (MARGIN + place * (WIDTH + GAP_X), top + row * (HEIGHT + GAP_Y))
    width = 2 * MARGIN + len(columns) * (WIDTH + GAP_X) - GAP_X
    shapes = [_edge(places[source], places[target]) for source, target in graph.edges]
    shapes += [_box(node, *places[node.id]) for node in graph.nodes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:g}" role="img" '
        f'aria-label="Lineage" viewBox="0 0 {width} {height:g}" font-family="sans-serif" font-size="12">'
        f"{''.join(shapes)}</svg>"
    )


def _edge(source: tuple[float, float], target: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = (source[0] + WIDTH, source[1] + HEIGHT / 2), (target[0], target[1] + HEIGHT / 2)
    bend = GAP_X / 2
    return (
        f'<path d="M{x1:g},{y1:g} C{x1 + bend:g},{y1:g} {x2 - bend:g},{y2:g} {x2:g},{y2:g}" '
        'fill="none" stroke="#888" stroke-width="1.5"/>'
    )


def _box(node: Node, x: float, y: float) -> str:
    label = node.label if len(node.label) <= LONGEST_LABEL else node.label[: LONGEST_LABEL - 1] + "…"
    return (
        f'<g><title>{escape(node.label)}</title><rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" '
        f'fill="{_COLOURS.get(node.kind, "#666")}"{_STROKE if node.column == 0 else ""}/>'
        f'<text x="{x + WIDTH / 2:g}" y="{y + HEIGHT / 2 + 4:g}" text-anchor="middle" fill="#fff">{escape(label)}'
        "</text></g>"
    )
