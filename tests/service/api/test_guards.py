"""Guards and proposals over GraphQL."""

from typing import Any

from asking import answer, ask
from content import Site
from guard_world import GuardWorld, guard_world
from headwater_service.domain.access import Viewer
from headwater_service.domain.guard_rules import Approvals, RequiredTag
from headwater_service.store.ids import new_id

RULE = """
  __typename
  ... on RequiresUpstreamRule { text type collection { id } }
  ... on MetricRule { text source path op value }
  ... on BetterThanCurrentRule { text source path direction }
  ... on RequiredTagRule { text tag }
  ... on ApprovalsRule { text count }
  ... on VerifiedBytesRule { text }
"""
SET_GUARD = (
    """
mutation SetGuard($input: SetGuardInput!) {
  setGuard(input: $input) {
    __typename
    ... on SetGuardPayload {
      guard { name setBy { name } owner { __typename ... on Registry { path } ... on Collection { path } }
        rules {"""
    + RULE
    + """} }
    }
    ... on InvalidInputError { message field }
    ... on UserError { message }
  }
}
"""
)
REMOVE_GUARD = """
mutation RemoveGuard($input: RemoveGuardInput!) {
  removeGuard(input: $input) {
    __typename
    ... on RemoveGuardPayload { guard { name } }
    ... on UserError { message }
  }
}
"""
MOVE = """
mutation MoveAliases($input: MoveAliasesInput!) {
  moveAliases(input: $input) {
    __typename
    ... on MoveAliasesPayload {
      aliases { name from { name } to { name } by { name } reason until }
      refusedAliases { name error { __typename message ... on ConflictError { unmetRules { rule message } } } }
    }
    ... on ConflictError { message current unmetRules { rule message } }
    ... on UserError { message }
  }
}
"""
PROPOSAL = """
  id name state reason decisionReason approvalsNeeded viewerMayApprove
  approvals { by { name } } proposedBy { name } decidedBy { name }
  collection { path } version { name } from { name }
"""
PROPOSE = (
    """
mutation ProposeAliasMove($input: ProposeAliasMoveInput!) {
  proposeAliasMove(input: $input) {
    __typename
    ... on ProposeAliasMovePayload { proposal {"""
    + PROPOSAL
    + """} }
    ... on ConflictError { message current unmetRules { rule } }
    ... on UserError { message }
  }
}
"""
)
APPROVE = (
    """
mutation ApproveAliasMove($input: ApproveAliasMoveInput!) {
  approveAliasMove(input: $input) {
    __typename
    ... on ApproveAliasMovePayload { move { name reason to { name } } proposal {"""
    + PROPOSAL
    + """} }
    ... on UserError { message }
  }
}
"""
)
REJECT = """
mutation RejectAliasMove($input: RejectAliasMoveInput!) {
  rejectAliasMove(input: $input) {
    __typename
    ... on RejectAliasMovePayload { proposal { state decisionReason decidedBy { name } } }
    ... on UserError { message }
  }
}
"""
SHOW = """
query Show($registry: String!, $collection: String!, $proposal: ID!) {
  viewer { proposals { edges { node { id } } totalCount } }
  registry(path: $registry) {
    guards { name rules { __typename } }
    proposals(states: [OPEN], first: 1) { edges { node { id collection { path } } } totalCount }
  }
  collection(path: $collection) {
    guards { name rules { __typename } }
    proposals(states: [OPEN, STALE]) { edges { node { id state approvalsNeeded viewerMayApprove } } totalCount }
    aliases { name guards { owner { __typename } rules { __typename } } }
  }
  node(id: $proposal) { ... on Proposal { name collection { path } } }
}
"""


async def mutate(site: Site, viewer: Viewer, document: str, **given: Any) -> dict[str, Any]:
    found = await ask(site, viewer, document, input={"operationId": new_id(), **given})
    payload: dict[str, Any] = next(iter(found.values()))
    return payload


def move_of(world: GuardWorld, **more: Any) -> dict[str, Any]:
    model = world.models[0]
    return {"collection": model.collection.id, "name": "production", "version": model.version.id, **more}


async def test_every_rule_is_set_and_shown(site: Site) -> None:
    world = await guard_world(site, models=0)
    await world.train(metadata={"accuracy": 0.99}, summary={"loss": 0.1})
    rules = [
        {"requiresUpstream": {"type": "dataset", "collection": world.data.collection.id}},
        {"metric": {"source": "METADATA", "path": "accuracy", "op": "GTE", "value": 0.97}},
        {"betterThanCurrent": {"source": "SUMMARY", "path": "loss", "direction": "LOWER"}},
        {"requiredTag": "reviewed"},
        {"approvals": 1},
        {"verifiedBytes": True},
    ]

    found = await mutate(site, world.admin, SET_GUARD, owner=world.collection_id, name="production", rules=rules)

    assert found["__typename"] == "SetGuardPayload", found
    assert found["guard"] == {
        "name": "production",
        "setBy": {"name": world.admin.user_name},
        "owner": {"__typename": "Collection", "path": f"{world.registry.path}/churn"},
        "rules": [
            {
                "__typename": "RequiresUpstreamRule",
                "text": "complete lineage to versions of the type 'dataset', one of them of a certain collection",
                "type": "dataset",
                "collection": {"id": world.data.collection.id},
            },
            {
                "__typename": "MetricRule",
                "text": "metadata accuracy >= 0.97",
                "source": "METADATA",
                "path": "accuracy",
                "op": "GTE",
                "value": 0.97,
            },
            {
                "__typename": "BetterThanCurrentRule",
                "text": "summary loss lower than the current version's",
                "source": "SUMMARY",
                "path": "loss",
                "direction": "LOWER",
            },
            {"__typename": "RequiredTagRule", "text": "tag 'reviewed'", "tag": "reviewed"},
            {"__typename": "ApprovalsRule", "text": "approval by 1 admin other than the proposer", "count": 1},
            {"__typename": "VerifiedBytesRule", "text": "stored bytes verified"},
        ],
    }


async def test_bad_rules_are_typed_errors_that_name_their_field(site: Site) -> None:
    world = await guard_world(site, models=0)
    await world.train(metadata={"accuracy": 0.99})
    metric = {"source": "METADATA", "path": "accuracy", "op": "GTE", "value": 0.97}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"metric": {**metric, "path": "acuracy"}}, "path"),
        ({"metric": {**metric, "value": [1]}}, "value"),
        ({"metric": {**metric, "op": "LT", "value": True}}, "op"),
        ({"approvals": 5}, "approvals"),
        ({"verifiedBytes": False}, "verifiedBytes"),
    ]

    for rule, field in cases:
        found = await mutate(site, world.admin, SET_GUARD, owner=world.registry.id, name="production", rules=[rule])

        assert (found["__typename"], found["field"]) == ("InvalidInputError", field), found
    assert await world.unmet(world.models[0]) == []


async def test_a_rule_of_two_kinds_or_none_is_no_rule(site: Site) -> None:
    world = await guard_world(site, models=0)

    for rule in ({}, {"requiredTag": "a", "approvals": 1}, {"requiredTag": None}):
        given = {"operationId": new_id(), "owner": world.registry.id, "name": "production", "rules": [rule]}
        body = await answer(site, world.admin, SET_GUARD, input=given)

        assert [error["extensions"]["code"] for error in body["errors"]] == ["InvalidInputError"]


async def test_a_move_tells_the_unmet_rules_and_a_dry_run_does_too_without_moving(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiredTag("reviewed"))
    unmet = [{"rule": "requiredTag", "message": "It lacks the tag 'reviewed'."}]
    moves = [move_of(world), move_of(world, name="staging")]
    before = await world.counts()

    refused = await mutate(site, world.member, MOVE, moves=moves)
    dry = await mutate(site, world.member, MOVE, moves=moves, dryRun=True, reason="to see")

    assert (refused["__typename"], refused["unmetRules"]) == ("ConflictError", unmet)
    assert dry["aliases"] == [
        {
            "name": "staging",
            "from": None,
            "to": {"name": "churn:v0"},
            "by": {"name": world.member.user_name},
            "reason": "to see",
            "until": None,
        }
    ]
    assert dry["refusedAliases"] == [
        {
            "name": "production",
            "error": {"__typename": "ConflictError", "message": refused["message"], "unmetRules": unmet},
        }
    ]
    assert await world.counts() == before


async def test_a_proposal_goes_its_way_to_the_move(site: Site) -> None:
    world = await guard_world(site, admins=2)
    await world.guard(Approvals(2))
    world_path = f"{world.registry.path}/churn"

    made = (await mutate(site, world.member, PROPOSE, **move_of(world), reason="better"))["proposal"]
    first = await mutate(site, world.admins[0], APPROVE, proposal=made["id"])
    shown = await ask(
        site, world.admins[1], SHOW, registry=world.registry.path, collection=world_path, proposal=made["id"]
    )
    second = await mutate(site, world.admins[1], APPROVE, proposal=made["id"])

    assert made == {
        "id": made["id"],
        "name": "production",
        "state": "OPEN",
        "reason": "better",
        "decisionReason": "",
        "approvalsNeeded": 2,
        "viewerMayApprove": False,
        "approvals": [],
        "proposedBy": {"name": world.member.user_name},
        "decidedBy": None,
        "collection": {"path": world_path},
        "version": {"name": "churn:v0"},
        "from": None,
    }
    assert (first["move"], first["proposal"]["viewerMayApprove"]) == (None, False)
    assert shown["viewer"]["proposals"] == {"edges": [{"node": {"id": made["id"]}}], "totalCount": 1}
    assert shown["registry"]["guards"] == [{"name": "production", "rules": [{"__typename": "ApprovalsRule"}]}]
    assert shown["registry"]["proposals"] == {
        "edges": [{"node": {"id": made["id"], "collection": {"path": world_path}}}],
        "totalCount": 1,
    }
    assert shown["collection"]["guards"] == []
    assert shown["collection"]["proposals"] == {
        "edges": [{"node": {"id": made["id"], "state": "OPEN", "approvalsNeeded": 2, "viewerMayApprove": True}}],
        "totalCount": 1,
    }
    assert shown["node"] == {"name": "production", "collection": {"path": world_path}}
    assert second["move"] == {
        "name": "production",
        "reason": f"proposal {made['id']}: better",
        "to": {"name": "churn:v0"},
    }
    assert [one["by"]["name"] for one in second["proposal"]["approvals"]] == [one.user_name for one in world.admins]


async def test_an_alias_shows_the_guards_of_registry_and_collection(site: Site) -> None:
    world = await guard_world(site)
    await world.move(world.models[0])
    await world.guard(RequiredTag("a"))
    await world.guard(RequiredTag("b"), owner=world.collection_id)
    proposal = await world.propose_anything()

    shown = await ask(
        site,
        world.admin,
        SHOW,
        registry=world.registry.path,
        collection=f"{world.registry.path}/churn",
        proposal=proposal.id,
    )

    found = {alias["name"]: [one["owner"]["__typename"] for one in alias["guards"]] for alias in _aliases(shown)}
    assert found == {"latest": [], "production": ["Registry", "Collection"]}


def _aliases(shown: dict[str, Any]) -> list[dict[str, Any]]:
    aliases: list[dict[str, Any]] = shown["collection"]["aliases"]
    return aliases


async def test_a_rejection_and_a_removal_say_what_was(site: Site) -> None:
    world = await guard_world(site)
    await world.guard(RequiredTag("a"), name="other")
    made = (await mutate(site, world.member, PROPOSE, **move_of(world)))["proposal"]

    rejected = await mutate(site, world.admin, REJECT, proposal=made["id"], reason="not now")
    removed = await mutate(site, world.admin, REMOVE_GUARD, owner=world.registry.id, name="other")

    assert rejected["proposal"] == {
        "state": "REJECTED",
        "decisionReason": "not now",
        "decidedBy": {"name": world.admin.user_name},
    }
    assert removed == {"__typename": "RemoveGuardPayload", "guard": {"name": "other"}}


async def test_guards_and_proposals_of_many_take_the_same_number_of_queries(site: Site) -> None:
    world = await guard_world(site, admins=2, models=3)
    await world.guard(Approvals(1))
    document = """
      query Q($collection: String!, $first: Int!) { collection(path: $collection) { proposals(first: $first) {
        edges { node { approvalsNeeded version { name } proposedBy { name } approvals { by { name } } } } } } }
    """
    for model in world.models:
        await world.propose(model)

    async def count(first: int) -> int:
        before = site.graph.query_count
        await ask(site, world.admin, document, collection=f"{world.registry.path}/churn", first=first)
        return site.graph.query_count - before

    assert await count(3) == await count(1)
