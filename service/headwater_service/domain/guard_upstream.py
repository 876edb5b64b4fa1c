"""Complete lineage to versions of a type: judged on one walk upstream, as far as the mover may see.

The walk is read from the version towards its causes and is followed no further than the nearest versions of the type.
Everything met on the way, runs included, must come from one of those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater_service.domain.guard_rules import MOST_NAMED, RequiresUpstream
from headwater_service.store.lineage import Walk, WalkedNode

# Of a version's causes so many are looked at, in one query inside the transaction that moves the alias.
MOST_UPSTREAM: Final = 10_000
RUN: Final = "RUN"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`gaps` are the first ids of what comes from nothing of the type; `reached` is empty when none is upstream.

    `is_hidden` and `is_cut` tell that more lies upstream which the viewer may not see, or the limit left out.
    """

    reached: frozenset[str]
    gaps: Sequence[str] = ()
    is_hidden: bool = False
    is_cut: bool = False
    lacks_collection: bool = False

    @property
    def is_complete(self) -> bool:
        return bool(self.reached) and not (self.gaps or self.is_hidden or self.is_cut or self.lacks_collection)


def judge(walk: Walk | None, start_ids: frozenset[str], rule: RequiresUpstream) -> Verdict:
    """Judge the walk that was read from a version; `start_ids` are the version and, of a link, its source."""
    if walk is None or not walk.above:
        return Verdict(frozenset(), is_hidden=True)
    causes: dict[str, list[str]] = {}
    effects: dict[str, list[str]] = {}
    for edge in walk.edges:
        causes.setdefault(edge.target, []).append(edge.source)
        effects.setdefault(edge.source, []).append(edge.target)
    ends = {node_id for node_id, node in walk.nodes.items() if node_id not in start_ids and _is_of(node, rule.type)}
    passed = _reach(start_ids & walk.nodes.keys(), causes, ends)
    reached = passed & ends
    between = passed - ends
    founded = _reach(reached, effects, walk.nodes.keys() - between - reached)
    gaps = between - founded
    # What has no cause at all says more than what comes from it.
    roots = sorted(node_id for node_id in gaps if not causes.get(node_id) and node_id not in walk.before.hidden)
    return Verdict(
        reached=frozenset(reached),
        gaps=(roots or sorted(gaps))[:MOST_NAMED],
        is_hidden=any(node_id in walk.before.hidden for node_id in between),
        is_cut=any(node_id in walk.before.cut for node_id in between),
        lacks_collection=rule.collection_id is not None and not _has_collection(walk, start_ids, rule),
    )


def lack_in_words(verdict: Verdict, rule: RequiresUpstream, paths: Mapping[str, str]) -> str | None:
    """Return what is wrong, for people, or None; `paths` names the gaps."""
    if verdict.is_complete:
        return None
    wanted = f"It takes complete lineage to versions of the type {rule.type!r}"
    if verdict.is_hidden:
        return f"{wanted}, and part of what it came from you may not see. Somebody who may see it can move the alias."
    if verdict.is_cut:
        return f"{wanted}, and more than {MOST_UPSTREAM:,} runs and versions lie upstream."
    if not verdict.reached:
        return f"{wanted}, and none is upstream.{_gaps(verdict, paths)}"
    if verdict.gaps:
        return f"{wanted}.{_gaps(verdict, paths)}"
    return f"{wanted}, one of them of the collection that the guard names, and none of that is upstream."


def _gaps(verdict: Verdict, paths: Mapping[str, str]) -> str:
    named = [paths[node_id] for node_id in verdict.gaps if node_id in paths]
    return f" Nothing of that type led to: {', '.join(named)}." if named else ""


def _reach(starts: frozenset[str] | set[str], steps: Mapping[str, Sequence[str]], ends: set[str]) -> set[str]:
    """Return all that the steps lead to from the starts, going no further than `ends`."""
    found = set(starts)
    waiting = list(starts)
    while waiting:
        node_id = waiting.pop()
        if node_id in ends and node_id not in starts:
            continue
        for following in steps.get(node_id, ()):
            if following not in found:
                found.add(following)
                waiting.append(following)
    return found


def _is_of(node: WalkedNode, type: str) -> bool:
    return node.kind != RUN and node.type == type


def _has_collection(walk: Walk, start_ids: frozenset[str], rule: RequiresUpstream) -> bool:
    return any(
        node.collection_id == rule.collection_id and node_id not in start_ids and _is_of(node, rule.type)
        for node_id, node in walk.nodes.items()
    )
