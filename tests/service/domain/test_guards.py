"""Guards: each rule refuses what does not meet it, wherever the alias is moved from, and with all that is lacking."""

from dataclasses import replace

import pytest

from content import Site, log
from guard_world import GuardWorld, guard_world, request
from headwater_service.domain.access import Viewer
from headwater_service.domain.alias_history import rollback_alias
from headwater_service.domain.aliases import MoveRequest
from headwater_service.domain.guard_rules import (
    Approvals,
    BetterThanCurrent,
    Metric,
    MetricDirection,
    MetricOperator,
    MetricSource,
    RequiredTag,
    RequiresUpstream,
    Rule,
    VerifiedBytes,
)
from headwater_service.domain.guards import guards_of, remove_guard, set_guard
from headwater_service.domain.promotion import promote, try_moves
from headwater_service.domain.version_changes import VersionChange, update_version
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import Role, Visibility
from headwater_service.store.blobs import blob_key
from headwater_service.store.collections import find_collection
from headwater_service.store.ids import new_id
from pipelines import start, use
from viewers import DOCUMENT_BYTES, new_admin, new_project

SUMMARY, METADATA = MetricSource.SUMMARY, MetricSource.METADATA
ACCURATE = Metric(METADATA, "accuracy", MetricOperator.GTE, 0.97)
EVENTS = """
MATCH (event:Event {scope: $scope, kind: $kind})
RETURN event.before AS before, event.after AS after ORDER BY event.number
"""
HELD = """
MATCH (:Lineage {id: $id})-[:HOLDS]->(blob:Blob)
RETURN blob.entity_id AS entity_id, blob.digest AS digest, blob.version_id AS version_id
"""


async def refusal_of(world: GuardWorld, placed: object, *, viewer: Viewer | None = None) -> ConflictError:
    with pytest.raises(ConflictError) as caught:
        await world.move(placed, viewer=viewer)  # type: ignore[arg-type]  # each test gives a version
    return caught.value


async def test_a_move_that_meets_no_rule_is_refused_with_all_of_them(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(RequiredTag("reviewed"), Approvals(1))

    error = await refusal_of(world, world.models[0])

    assert error.data["unmet_rules"] == [
        {"rule": "requiredTag", "message": "It lacks the tag 'reviewed'."},
        {
            "rule": "approvals",
            "message": "It takes the approval of an admin other than the proposer: propose the move instead.",
        },
    ]
    assert error.message.startswith(f"The alias 'production' of {world.registry.path}/churn is guarded. It lacks")
    assert await world.production() is None


async def test_a_collections_guard_adds_to_its_registrys(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiredTag("reviewed"))
    await world.guard(RequiredTag("small"), RequiredTag("reviewed"), owner=world.collection_id)

    unmet = await world.unmet(world.models[0])

    assert [one["message"] for one in unmet] == ["It lacks the tag 'reviewed'.", "It lacks the tag 'small'."]


async def test_only_the_alias_that_is_named_is_guarded(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiredTag("reviewed"))

    move = await world.move(world.models[0], name="staging")

    assert move.to_version_id == world.models[0].version.id


async def test_a_tag_of_the_source_is_what_counts(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiredTag("reviewed"))
    change = VersionChange(tags=["reviewed"])
    source = world.models[0].content.id

    before = await world.unmet(world.models[0])
    await update_version(site.graph, world.member, source, change, operation=new_id(), document_bytes=DOCUMENT_BYTES)
    await world.move(world.models[0])

    assert [one["rule"] for one in before] == ["requiredTag"]
    assert await world.production() == world.models[0].version.id


async def test_metrics_of_metadata_and_of_the_summary_are_compared(site: Site) -> None:
    world = await guard_world(site, models=0)
    good = await world.train(summary={"eval": {"f1": 0.9}}, metadata={"accuracy": 0.97})
    bad = await world.train(summary={"eval": {"f1": 0.8}}, metadata={"accuracy": 0.96})
    bare = await world.train(metadata={"accuracy": 0.99})
    await world.guard(ACCURATE, Metric(SUMMARY, "eval.f1", MetricOperator.GT, 0.85))

    assert await world.unmet(good) == []
    assert await world.unmet(bad) == [
        {"rule": "metric", "message": "It takes metadata accuracy >= 0.97; it is 0.96."},
        {"rule": "metric", "message": "It takes summary eval.f1 > 0.85; it is 0.8."},
    ]
    assert [one["message"] for one in await world.unmet(bare)] == [
        "It takes summary eval.f1 > 0.85, and its summary has no 'eval.f1'. There are none."
    ]


async def test_an_unknown_metric_names_those_there_are(site: Site) -> None:
    world = await guard_world(site, models=0)
    await world.train(metadata={"accuracy": 0.99})
    other = await world.train(metadata={"acuracy": 0.99, "loss": {"final": 0.1}})
    await world.guard(ACCURATE)

    (unmet,) = await world.unmet(other)

    assert unmet["message"] == (
        "It takes metadata accuracy >= 0.97, and its metadata has no 'accuracy'. There are: acuracy, loss.final."
    )


async def test_better_than_current_takes_more_than_a_tie(site: Site) -> None:
    world = await guard_world(site, models=0)
    first, tie, better = [await world.train(metadata={"loss": loss, "n": n}) for n, loss in enumerate((0.3, 0.3, 0.2))]
    await world.guard(BetterThanCurrent(METADATA, "loss", MetricDirection.LOWER))

    await world.move(first)
    unmet = await world.unmet(tie)
    await world.move(better)

    assert [one["message"] for one in unmet] == [
        "It takes metadata loss lower than the current version's; it is 0.3, the current one's 0.3."
    ]
    assert await world.production() == better.version.id
    assert [one["rule"] for one in await world.unmet(first)] == ["betterThanCurrent"]


async def test_a_holder_without_the_metric_is_beaten_by_any_number_and_by_nothing_less(site: Site) -> None:
    world = await guard_world(site, models=0)
    bare, measured = await world.train(), await world.train(metadata={"accuracy": 0.1})
    await world.move(bare)
    await world.guard(BetterThanCurrent(METADATA, "accuracy", MetricDirection.HIGHER))
    other = await world.train(metadata={"accuracy": "high"})

    assert await world.unmet(measured) == []
    assert [one["rule"] for one in await world.unmet(other)] == ["betterThanCurrent"]


async def test_complete_lineage_to_a_dataset_passes(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiresUpstream("dataset"))

    await world.move(world.models[0])

    assert await world.production() == world.models[0].version.id


async def test_lineage_ends_at_the_dataset_whatever_lies_behind_it(site: Site) -> None:
    world = await guard_world(site)
    # Nobody knows where this one came from: it is a dataset all the same.
    await log(site, world.member, world.project, "found", {"x": b"1"}, type="dataset")
    model = await world.train(uses="found:latest")
    await world.guard(RequiresUpstream("dataset"))

    assert await world.unmet(model) == []


async def test_a_run_that_used_nothing_is_a_gap_in_the_lineage(site: Site) -> None:
    world = await guard_world(site)
    model = await world.train(uses=None)
    await world.guard(RequiresUpstream("dataset"))

    (unmet,) = await world.unmet(model)

    assert unmet == {
        "rule": "requiresUpstream",
        "message": "It takes complete lineage to versions of the type 'dataset', and none is upstream. "
        f"Nothing of that type led to: {world.project.path}/{world.runs[-1].key}.",
    }


async def test_one_input_from_nowhere_spoils_the_lineage(site: Site) -> None:
    world = await guard_world(site)
    await log(site, world.member, world.project, "weights", {"w": b"1"}, type="model")
    run = await start(site, world.member, world.project, "train")
    for path in ("data:latest", "weights:latest"):
        await use(site, world.member, run, path)
    made = await log(site, world.member, world.project, "model", {"m": b"9"}, type="model", run_id=run.id)
    linked = await world.link(made.placed)
    await world.guard(RequiresUpstream("dataset"))

    (unmet,) = await world.unmet(linked)

    assert unmet["message"].endswith(f"Nothing of that type led to: {world.project.path}/weights:v0.")


async def test_a_dataset_of_another_collection_does_not_do_where_one_is_named(site: Site) -> None:
    world = await guard_world(site)
    gold = await log(site, world.member, world.project, "gold", {"x": b"1"}, type="dataset")
    from_gold = await world.train(uses="gold:latest")
    await world.guard(RequiresUpstream("dataset", gold.placed.collection.id))

    assert await world.unmet(from_gold) == []
    (unmet,) = await world.unmet(world.models[0])
    assert unmet["message"].endswith(
        "one of them of the collection that the guard names, and none of that is upstream."
    )


async def test_lineage_that_the_mover_may_not_see_is_not_complete(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiresUpstream("dataset"))
    elsewhere = await new_project(site.graph, world.member)
    run = await start(site, world.member, elsewhere, "train")
    made = await log(site, world.member, elsewhere, "model", {"m": b"7"}, type="model", run_id=run.id)
    linked = await world.link(made.placed)

    (unmet,) = await world.unmet(linked, viewer=world.admin)

    assert "part of what it came from you may not see" in unmet["message"]
    assert elsewhere.path not in unmet["message"]


async def test_a_summary_that_the_mover_may_not_see_is_not_told(site: Site) -> None:
    world = await guard_world(site, models=0)
    await world.train(summary={"accuracy": 0.5})
    await world.guard(Metric(SUMMARY, "accuracy", MetricOperator.GTE, 0.97))
    elsewhere = replace(world, project=await new_project(site.graph, world.member), models=[], runs=[])
    await log(site, world.member, elsewhere.project, "data", {"x": b"1"})
    hidden, other = await elsewhere.train(summary={"accuracy": 0.12345}), await elsewhere.train(summary={"secret": 1})

    told = [(await world.unmet(one, viewer=world.admin))[0]["message"] for one in (hidden, other)]

    assert told == [
        "It takes summary accuracy >= 0.97, which it is not.",
        "It takes summary accuracy >= 0.97, and there is no such value in its summary.",
    ]
    assert "0.12345" in (await world.unmet(hidden))[0]["message"]


async def damage(world: GuardWorld) -> None:
    """Delete the stored bytes of the model behind the graph's back."""
    held = await world.site.graph.read(lambda tx: tx.row(HELD, id=world.models[0].content.id))
    assert held is not None
    await world.site.objects.delete_version(blob_key(held["entity_id"], held["digest"]), held["version_id"])


async def test_bytes_that_the_store_has_are_verified(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(VerifiedBytes())

    await world.move(world.models[0])

    assert await world.production() == world.models[0].version.id


async def test_bytes_that_the_store_lost_are_not(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(VerifiedBytes())
    await damage(world)

    error = await refusal_of(world, world.models[0])

    assert [one["rule"] for one in error.data["unmet_rules"]] == ["verifiedBytes"]
    assert "the store lacks the right bytes of 1 of 1 blobs: sha256:" in error.message
    assert await world.production() is None


async def test_a_blob_that_is_being_collected_is_not_there(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(VerifiedBytes())
    text = "MATCH (:Lineage {id: $id})-[:HOLDS]->(blob:Blob) SET blob.state = 'CONDEMNED'"
    await site.graph.write(lambda tx: tx.rows(text, id=world.models[0].content.id))

    assert [one["rule"] for one in await world.unmet(world.models[0])] == ["verifiedBytes"]


async def test_a_link_with_a_guarded_alias_changes_nothing(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiredTag("reviewed"), VerifiedBytes())
    made = await log(site, world.member, world.project, "model", {"m": b"2"}, type="model")
    before = await world.counts()

    with pytest.raises(ConflictError) as caught:
        await world.link(made.placed, "staging", "production")

    assert [one["rule"] for one in caught.value.data["unmet_rules"]] == ["requiredTag"]
    assert await world.counts() == before


async def test_a_first_link_asks_the_registrys_guard_before_it_makes_a_collection(site: Site) -> None:
    world = await guard_world(site, models=0)
    await world.guard(RequiredTag("reviewed"), VerifiedBytes(), RequiresUpstream("dataset"))
    made = await log(site, world.member, world.project, "model", {"m": b"2"}, type="model", tags=["reviewed"])

    with pytest.raises(ConflictError) as caught:
        await world.link(made.placed, "production")
    left = await site.graph.read(lambda tx: find_collection(tx, world.registry.id, "churn"))
    run = await start(site, world.member, world.project, "train")
    await use(site, world.member, run, "data:latest")
    await log(site, world.member, world.project, "model", {"m": b"3"}, type="model", run_id=run.id, tags=["reviewed"])
    traced = await log(site, world.member, world.project, "model", {"m": b"3"}, type="model")
    linked = await world.link(traced.placed, "production")

    assert [one["rule"] for one in caught.value.data["unmet_rules"]] == ["requiresUpstream"]
    assert left is None
    assert linked.version.index == 0


async def test_a_log_commits_its_version_without_the_guarded_alias(site: Site) -> None:
    world = await guard_world(site)
    source = world.models[0].content
    await world.guard(RequiredTag("reviewed"), VerifiedBytes(), name="best", owner=source.collection_id)

    files = {"m": b"first"}
    logged = await log(site, world.member, world.project, "model", files, type="model", aliases=["best", "mine"])
    again = await log(
        site,
        world.member,
        world.project,
        "model",
        files,
        type="model",
        aliases=["best"],
        tags=["reviewed"],
    )
    tagged = await log(
        site, world.member, world.project, "model", {"m": b"2"}, type="model", aliases=["best"], tags=["reviewed"],
    )  # fmt: skip

    assert [refusal.name for refusal in logged.refused] == ["best"]
    assert logged.refused[0].error.data["unmet_rules"][0]["rule"] == "requiredTag"
    assert [refusal.name for refusal in again.refused] == ["best"]
    assert tagged.refused == []


async def test_rolling_back_and_removing_ask_no_guard(site: Site) -> None:
    world = await guard_world(site, models=2, admins=2)
    for model in world.models:
        await world.move(model)
    await world.guard(Approvals(1), RequiredTag("reviewed"))

    back = await rollback_alias(
        site.graph, world.member, world.collection_id, "production", reason="bad", operation=new_id()
    )
    gone = MoveRequest(collection_id=world.collection_id, name="production", version_id=None)
    await promote(site.graph, site.objects, world.member, [gone], reason="", operation=new_id())

    assert back.to_version_id == world.models[0].version.id
    assert await world.production() is None


async def test_a_trial_changes_nothing_and_tells_moves_and_unmet_rules(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiredTag("reviewed"))
    requests = [request(world.models[0], name) for name in ("production", "staging", "latest2")]
    before = await world.counts()

    trial = await try_moves(site.graph, site.objects, world.member, requests, reason="why")

    assert [(move.name, move.rev, move.to_version_id, move.reason) for move in trial.moves] == [
        ("staging", 1, world.models[0].version.id, "why"),
        ("latest2", 1, world.models[0].version.id, "why"),
    ]
    assert [refusal.name for refusal in trial.refusals] == ["production"]
    assert await world.counts() == before


async def test_a_trial_refuses_an_outsider_and_a_viewer(site: Site) -> None:
    world = await guard_world(site)
    outsider = await new_admin(site.graph)

    with pytest.raises(NotFoundError):
        await try_moves(site.graph, site.objects, outsider, [request(world.models[0])], reason="")
    with pytest.raises(PermissionDeniedError):
        viewer = replace(world.member, roles=dict.fromkeys(world.member.roles, Role.VIEWER))
        await try_moves(site.graph, site.objects, viewer, [request(world.models[0])], reason="")


async def test_setting_again_replaces_the_rules_and_is_recorded_with_both(site: Site) -> None:
    world = await guard_world(site)
    first = await world.guard(RequiredTag("a"))
    second = await world.guard(RequiredTag("b"))

    rows = await site.graph.read(lambda tx: tx.rows(EVENTS, scope=world.registry.id, kind="GUARD_SET"))

    ((guard,),) = await guards_of(site.graph, [world.registry.id])
    assert guard.id == first.guard.id == second.guard.id
    assert guard.rules == [{"rule": "requiredTag", "tag": "b"}]
    assert [(row["before"] is None, '"tag":"b"' in row["after"]) for row in rows] == [(True, False), (False, True)]


async def test_a_replay_sets_nothing_back(site: Site) -> None:
    world = await guard_world(site)
    operation = new_id()
    asked = [RequiredTag("a")]
    first = await set_guard(site.graph, world.admin, world.registry.id, "production", asked, operation=operation)
    await world.guard(RequiredTag("b"))

    again = await set_guard(site.graph, world.admin, world.registry.id, "production", asked, operation=operation)

    assert again.guard == first.guard
    ((guard,),) = await guards_of(site.graph, [world.registry.id])
    assert guard.rules == [{"rule": "requiredTag", "tag": "b"}]


async def test_a_guard_that_is_removed_refuses_no_more(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiredTag("a"))
    operation = new_id()

    removed = await remove_guard(site.graph, world.admin, world.registry.id, "production", operation=operation)
    again = await remove_guard(site.graph, world.admin, world.registry.id, "production", operation=operation)
    with pytest.raises(NotFoundError, match="no guard on the alias 'production'"):
        await remove_guard(site.graph, world.admin, world.registry.id, "production", operation=new_id())

    assert removed.guard.rules == again.guard.rules == [{"rule": "requiredTag", "tag": "a"}]
    assert await world.unmet(world.models[0]) == []


async def test_only_admins_set_and_remove_guards(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiredTag("a"))
    outsider = await new_admin(site.graph)

    for owner in (world.registry.id, world.collection_id):
        for viewer, error in ((world.member, PermissionDeniedError), (outsider, NotFoundError)):
            with pytest.raises(error):
                await set_guard(site.graph, viewer, owner, "production", [RequiredTag("b")], operation=new_id())
            with pytest.raises(error):
                await remove_guard(site.graph, viewer, owner, "production", operation=new_id())
    with pytest.raises(PermissionDeniedError):
        viewer = replace(world.admin, is_read_only=True)
        await set_guard(site.graph, viewer, world.registry.id, "production", [RequiredTag("b")], operation=new_id())

    ((guard,),) = await guards_of(site.graph, [world.registry.id])
    assert guard.rules == [{"rule": "requiredTag", "tag": "a"}]


@pytest.mark.parametrize(
    ("name", "rules", "told"),
    [
        ("latest", [RequiredTag("a")], "kept by the service"),
        ("v12", [RequiredTag("a")], "would read as a version number"),
        ("a:b", [RequiredTag("a")], "must not hold ':'"),
        ("production", [], "1 to 20 rules, not 0"),
        ("production", [RequiredTag(str(n)) for n in range(21)], "1 to 20 rules, not 21"),
        ("production", [RequiredTag("")], "each of 1 to 128 characters"),
        ("production", [RequiresUpstream("a/b")], "must not hold '/'"),
        ("production", [Approvals(0)], "1 to 100 approvals"),
        ("production", [Metric(METADATA, "", MetricOperator.EQ, 1)], "names the path"),
        ("production", [Metric(METADATA, "a", MetricOperator.GT, True)], "neither of true and false"),
    ],
)
async def test_a_guard_that_makes_no_sense_is_refused(site: Site, name: str, rules: list[Rule], told: str) -> None:
    world = await guard_world(site, models=0)

    with pytest.raises(InvalidInputError, match=told):
        await set_guard(site.graph, world.admin, world.registry.id, name, rules, operation=new_id())

    assert await guards_of(site.graph, [world.registry.id]) == [[]]


async def test_a_metric_that_no_version_has_is_refused_and_those_there_are_named(site: Site) -> None:
    world = await guard_world(site, models=0)
    await world.guard(ACCURATE)
    model = await world.train(summary={"loss": 0.1}, metadata={"acc": 0.9, "steps": [1, 2]})
    typo = Metric(METADATA, "acuracy", MetricOperator.GTE, 0.9)
    unknown = BetterThanCurrent(SUMMARY, "accuracy", MetricDirection.HIGHER)

    for owner in (world.registry.id, world.collection_id, model.content.collection_id):
        with pytest.raises(InvalidInputError, match=r"No metadata of its versions has 'acuracy'\. There are: acc\."):
            await world.guard(typo, owner=owner)
        with pytest.raises(InvalidInputError, match=r"No summary of its runs has 'accuracy'\. There are: loss\."):
            await world.guard(unknown, owner=owner)
        await world.guard(Metric(METADATA, "acc", MetricOperator.GTE, 0.9), owner=owner)


async def test_approvals_that_nobody_could_give_are_refused_with_the_count(site: Site) -> None:
    world = await guard_world(site, admins=2)

    with pytest.raises(InvalidInputError) as caught:
        await world.guard(Approvals(3))
    await world.guard(Approvals(2))

    assert caught.value.data["field"] == "approvals"
    assert "3 approvals take 3 admins of" in caught.value.message
    assert "There are 2 admins and 1 others who may propose, so at most 2 could approve." in caught.value.message


async def test_an_admin_who_must_propose_cannot_approve_too(site: Site) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    made = await log(site, viewer, project, "model", {"m": b"1"}, type="model")

    with pytest.raises(InvalidInputError, match="1 admins and 0 others who may propose, so at most 0 could approve"):
        await set_guard(site.graph, viewer, made.placed.collection.id, "best", [Approvals(1)], operation=new_id())


async def test_a_registry_seen_by_few_counts_only_those(site: Site) -> None:
    world = await guard_world(site, admins=1)
    hide = "MATCH (registry:Container {id: $id}) SET registry.visibility = $visibility"
    await site.graph.write(lambda tx: tx.rows(hide, id=world.registry.id, visibility=Visibility.RESTRICTED.value))

    with pytest.raises(InvalidInputError, match="1 admins and 0 others who may propose"):
        await world.guard(Approvals(1))


async def test_a_project_is_guarded_by_collection(site: Site) -> None:
    world = await guard_world(site)

    with pytest.raises(InvalidInputError, match="is a project: set the guard on a collection of it"):
        await world.guard(RequiredTag("a"), owner=world.project.id)


async def test_a_collection_that_the_admin_may_not_see_cannot_be_asked_for(site: Site) -> None:
    world = await guard_world(site)
    other = await new_admin(site.graph)
    secret = await log(site, other, await new_project(site.graph, other), "secret", {"a": b"1"})

    with pytest.raises(NotFoundError):
        await world.guard(RequiresUpstream("dataset", secret.placed.collection.id))
    with pytest.raises(InvalidInputError, match="holds versions of the type 'dataset', not 'table'"):
        await world.guard(RequiresUpstream("table", world.data.collection.id))


async def test_a_collection_made_anew_under_its_name_has_no_guards(site: Site) -> None:
    world = await guard_world(site)
    source = world.models[0].content.collection_id
    await world.guard(RequiredTag("reviewed"), owner=source)
    delete = "MATCH (collection:Collection {id: $id}) SET collection.ended_at = 1"
    await site.graph.write(lambda tx: tx.rows(delete, id=source))

    again = await log(site, world.member, world.project, "model", {"n": b"1"}, type="model", aliases=["production"])

    assert (again.placed.collection.id, again.refused) == (source, [])
    assert await guards_of(site.graph, [source]) == [[]]
