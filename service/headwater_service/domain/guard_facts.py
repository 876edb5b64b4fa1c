"""What the rules of guards look at, read in the transaction that would move the alias."""

from collections.abc import Mapping, Sequence
from typing import Final

from headwater_service.domain.access import Viewer
from headwater_service.domain.alias_changes import AliasChange, EvidenceNeededError, StoredBytes
from headwater_service.domain.guard_rules import (
    BetterThanCurrent,
    Facts,
    Measured,
    Metric,
    MetricSource,
    RequiredTag,
    RequiresUpstream,
    Rule,
    VerifiedBytes,
)
from headwater_service.domain.guard_upstream import MOST_UPSTREAM, judge, lack_in_words
from headwater_service.model import ArtifactVersion, RegistryVersion, Role
from headwater_service.store.graph import Transaction
from headwater_service.store.guards import Documents, find_documents, list_held
from headwater_service.store.lineage import WALK_UPSTREAM, Reach, walk
from headwater_service.store.reads import PlacedVersion, find_runs, find_versions, list_visible_scopes

MOST_BLOBS_NAMED: Final = 3


async def facts_of(tx: Transaction, viewer: Viewer, change: AliasChange, rules: Sequence[Rule]) -> Facts:
    """Read what some rules look at of a change. Raises EvidenceNeededError for bytes that nobody looked at."""
    assert change.to_version_id is not None, "a removal asks no rule"
    ids = [one for one in (change.to_version_id, change.from_version_id) if one is not None]
    found = await find_versions(tx, ids)
    candidate = found[change.to_version_id]
    holder = None if change.from_version_id is None else found.get(change.from_version_id)
    is_measured = any(isinstance(rule, Metric | BetterThanCurrent) for rule in rules)
    upstream_rules = [rule for rule in rules if isinstance(rule, RequiresUpstream)]
    scopes = await visible_scopes(tx, viewer) if is_measured or upstream_rules else []
    documents: Mapping[str, Documents] = {}
    if is_measured:
        documents = await find_documents(tx, [placed.content.id for placed in (candidate, holder) if placed])
    return Facts(
        tags=candidate.content.tags if any(isinstance(rule, RequiredTag) for rule in rules) else (),
        candidate=measured_of(documents[candidate.content.id], scopes) if is_measured else None,
        current=measured_of(documents[holder.content.id], scopes) if is_measured and holder else None,
        upstream={rule: await _upstream_lack(tx, candidate, rule, scopes) for rule in upstream_rules},
        bytes=await _bytes_lack(tx, candidate.content, change)
        if any(isinstance(rule, VerifiedBytes) for rule in rules)
        else None,
    )


def measured_of(documents: Documents, scopes: Sequence[str]) -> dict[MetricSource, Measured]:
    """Return the documents of a version by source. A summary is shown to those who may see its run."""
    is_shown = documents.run_scope is None or documents.run_scope in scopes
    return {
        MetricSource.METADATA: Measured(documents.metadata),
        MetricSource.SUMMARY: Measured(documents.summary, is_shown),
    }


async def visible_scopes(tx: Transaction, viewer: Viewer) -> list[str]:
    """Return the ids of every project and registry that the viewer may see, as this transaction sees them."""
    return await list_visible_scopes(
        tx,
        list(viewer.roles),
        viewer.project_id,
        administered=[entity_id for entity_id, role in viewer.roles.items() if role is Role.ADMIN],
        held=list(viewer.registry_roles),
    )


async def _upstream_lack(
    tx: Transaction, placed: PlacedVersion, rule: RequiresUpstream, scopes: Sequence[str]
) -> str | None:
    found = await walk(tx, WALK_UPSTREAM, placed.version.id, Reach(scopes, MOST_UPSTREAM, None, details=False))
    verdict = judge(found, frozenset({placed.version.id, placed.content.id}), rule)
    if verdict.is_complete:
        return None
    return lack_in_words(verdict, rule, await _paths(tx, verdict.gaps))


async def _paths(tx: Transaction, ids: Sequence[str]) -> dict[str, str]:
    """Return the paths of runs and versions that the viewer was found to see."""
    if not ids:
        return {}
    versions, runs = await find_versions(tx, ids), await find_runs(tx, ids)
    paths = {one: _version_path(placed) for one, placed in versions.items()}
    return paths | {one: f"{placed.container.path}/{placed.run.key}" for one, placed in runs.items()}


def _version_path(placed: PlacedVersion) -> str:
    version: ArtifactVersion | RegistryVersion = placed.version
    return f"{placed.container.path}/{placed.collection.name}:v{version.index}"


async def _bytes_lack(tx: Transaction, content: ArtifactVersion, change: AliasChange) -> str | None:
    held = await list_held(tx, content.id)
    there = [StoredBytes(blob.entity_id, blob.digest, blob.size, blob.version_id) for blob in held if blob.is_present]
    unseen = [blob for blob in there if blob not in change.evidence.is_right]
    if unseen:
        raise EvidenceNeededError(unseen)
    wrong = [blob.digest for blob in held if not blob.is_present]
    wrong += [blob.digest for blob in there if not change.evidence.is_right[blob]]
    if not wrong:
        return None
    shown = ", ".join(sorted(wrong)[:MOST_BLOBS_NAMED]) + (" and more" if len(wrong) > MOST_BLOBS_NAMED else "")
    return (
        f"It takes verified bytes, and the store lacks the right bytes of {len(wrong)} of {len(held)} blobs: {shown}."
    )
