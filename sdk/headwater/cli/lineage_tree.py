"""A lineage answer drawn as a tree, as lines of plain text or by rich."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rich.text import Text
from rich.tree import Tree

Direction = Literal["up", "down"]

_COLOURS = {"RUN": "green", "ARTIFACT_VERSION": "cyan", "REGISTRY_VERSION": "magenta"}


@dataclass(frozen=True)
class Node:
    """A run or a version of the answer."""

    id: str
    kind: str
    label: str
    type: str
    state: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Lineage:
    """The columns of a compact lineage answer as objects."""

    start: str
    nodes: dict[str, Node]
    edges: list[tuple[str, str, int]]
    reason: str | None
    hidden: dict[str, int]

    def neighbours(self, direction: Direction) -> dict[str, list[str]]:
        """For every node the next ones of a walk in this direction, the oldest edge first."""
        found: dict[str, list[str]] = {node: [] for node in self.nodes}
        for source, target, _ in sorted(self.edges, key=lambda edge: edge[2]):
            here, there = (source, target) if direction == "down" else (target, source)
            found[here].append(there)
        return found


@dataclass(frozen=True)
class Branch:
    """One line of the tree. `ends[i]` tells whether the ancestor at level i was the last of its siblings."""

    node: Node
    ends: tuple[bool, ...]
    is_repeated: bool
    hidden: int


def read_compact(start: str, compact: dict[str, Any]) -> Lineage:
    """Turn the columnar form of the API into objects."""
    columns = compact["nodes"]
    nodes = [
        Node(id=id_, kind=kind, label=label, type=type_ or "", state=state or "", aliases=tuple(aliases or ()))
        for id_, kind, label, type_, state, aliases in zip(
            *(columns[name] for name in ("id", "kind", "label", "type", "state", "aliases")), strict=True
        )
    ]
    edges = compact["edges"]
    completeness = compact["completeness"]
    return Lineage(
        start=start,
        nodes={node.id: node for node in nodes},
        edges=[
            (nodes[source].id, nodes[target].id, at)
            for source, target, at in zip(edges["source"], edges["target"], edges["at"], strict=True)
        ],
        reason=None if completeness["isComplete"] else completeness["reason"],
        hidden=dict(completeness["frontier"]),
    )


def branches(lineage: Lineage, direction: Direction) -> Iterator[Branch]:
    """The lines of the tree from the top. A node that was drawn before is marked and not drawn further.

    A stack instead of recursion: a chain may be longer than Python's call stack is deep.
    """
    neighbours = lineage.neighbours(direction)
    drawn: set[str] = set()
    stack: list[tuple[str, tuple[bool, ...]]] = [(lineage.start, ())]
    while stack:
        node_id, ends = stack.pop()
        following = neighbours[node_id]
        is_repeated = node_id in drawn and bool(following)
        drawn.add(node_id)
        yield Branch(lineage.nodes[node_id], ends, is_repeated, 0 if is_repeated else lineage.hidden.get(node_id, 0))
        if not is_repeated:
            last = len(following) - 1
            stack += [(n, (*ends, i == last)) for i, n in reversed(list(enumerate(following)))]


def plain_lines(lineage: Lineage, direction: Direction) -> Iterator[str]:
    """The tree in ASCII."""
    for branch in branches(lineage, direction):
        indent = "".join("    " if end else "|   " for end in branch.ends[:-1])
        joint = ("`-- " if branch.ends[-1] else "|-- ") if branch.ends else ""
        yield indent + joint + describe(branch).plain


def rich_tree(lineage: Lineage, direction: Direction) -> Tree:
    """The tree for a terminal, in colours."""
    lines = list(branches(lineage, direction))
    root = Tree(describe(lines[0]))
    open_branches = [root]
    for branch in lines[1:]:
        del open_branches[len(branch.ends) :]
        open_branches.append(open_branches[-1].add(describe(branch)))
    return root


def describe(branch: Branch) -> Text:
    """One line about a node: what it is, its type or job type, its aliases or state."""
    node = branch.node
    text = Text(node.label, style=_COLOURS.get(node.kind, ""))
    kind = {"RUN": "run", "REGISTRY_VERSION": "registry"}.get(node.kind, "")
    what = " ".join(part for part in (kind, node.type) if part)
    if what:
        text.append(f" ({what})", style="dim")
    if node.aliases:
        text.append(f" [{', '.join(node.aliases)}]", style="yellow")
    if node.kind == "RUN" and node.state not in ("", "FINISHED"):
        text.append(f" {node.state}", style="bold red")
    if branch.is_repeated:
        text.append(" (drawn above)", style="dim")
    if branch.hidden:
        text.append(f" ... {branch.hidden} more not shown", style="dim italic")
    return text


_REASONS = {
    "DEPTH": "the depth you gave was reached. Give a larger --depth, or none.",
    "NODES": "the limit of nodes was reached. Give a larger --limit, or start nearer to what you look for.",
    "TIME": "it took too long. Give a --depth, or start nearer to what you look for.",
    "PERMISSION": "some of it lies where you may not look. Ask its owner for the role of a viewer.",
}


def incompleteness(lineage: Lineage) -> str | None:
    """A sentence that says why the answer is not all, or None if it is."""
    if lineage.reason is None:
        return None
    return f"Incomplete: {_REASONS.get(lineage.reason, lineage.reason)}"


def dot(lineage: Lineage) -> str:
    """The answer in Graphviz's language, data flowing from left to right."""
    shapes = {"RUN": "box", "REGISTRY_VERSION": "component"}
    lines = ["digraph lineage {", "  rankdir=LR;"]
    for node in lineage.nodes.values():
        label = "\n".join(part for part in (node.type, node.label, ", ".join(node.aliases)) if part)
        lines.append(f"  {_quoted(node.id)} [label={_quoted(label)}, shape={shapes.get(node.kind, 'ellipse')}];")
    lines += [f"  {_quoted(source)} -> {_quoted(target)};" for source, target, _ in lineage.edges]
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
