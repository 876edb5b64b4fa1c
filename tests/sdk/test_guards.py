"""Guards and proposals through the SDK: set, tried, proposed, approved."""

import secrets
from collections.abc import Callable

import pytest

import headwater
from conftest import Person
from headwater import Api, Artifact, rules
from headwater._collection import Collection
from headwater.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError


@pytest.fixture
def second(
    make_user: Callable[..., Person], post: Callable[..., object], user: Person, client_environment: dict[str, str]
) -> Person:
    """Another admin of the user's entity."""
    other = make_user()
    given = {"operationId": secrets.token_hex(16), "entity": user.name, "user": other.name, "role": "ADMIN"}
    document = """
    mutation AddMember($input: AddMemberInput!) { addMember(input: $input) { __typename } }
    """
    assert post(document, key=user.key, input=given) == {"addMember": {"__typename": "AddMemberPayload"}}
    return other


def model(*, accuracy: float | None = None) -> Artifact:
    """Log a model of a dataset with its own accuracy, and link it; return the link."""
    with headwater.init(job_type="train") as run:
        data = headwater.Artifact("data", type="dataset")
        with data.new_file("rows.csv") as file:
            file.write("1,2\n")
        run.log_artifact(data).wait()
        run.use_artifact("data:latest")
        if accuracy is not None:
            run.summary["accuracy"] = accuracy
        made = headwater.Artifact("net", type="model")
        with made.new_file("weights.txt") as file:
            file.write(secrets.token_hex(8))
        run.log_artifact(made).wait()
        linked = run.link_artifact(made, "model-registry/Net")
    return linked


def collection(api: Api) -> Collection:
    return api.collection("model-registry/Net")


def test_a_guard_is_set_shown_and_removed(client_environment: dict[str, str], user: Person) -> None:
    model(accuracy=0.9)
    api = Api()
    registry = api.registry("model-registry")

    guard = registry.set_guard(
        "production",
        rules.requires_upstream("dataset", collection=api.collection("data")),
        rules.metric("accuracy", ">=", 0.97),
        rules.better_than_current("accuracy"),
        rules.required_tag("reviewed"),
        rules.verified_bytes(),
    )
    shown = registry.guards()
    registry.remove_guard("production")

    assert guard.rules == (
        "complete lineage to versions of the type 'dataset', one of them of a certain collection: "
        f"{user.name}/{client_environment['HEADWATER_PROJECT']}/data",
        "summary accuracy >= 0.97",
        "summary accuracy higher than the current version's",
        "tag 'reviewed'",
        "stored bytes verified",
    )
    assert shown == {"production": guard}
    assert (guard.alias, guard.set_by) == ("production", user.name)
    assert registry.guards() == {}
    with pytest.raises(NotFoundError):
        registry.remove_guard("production")


def test_what_a_move_lacks_is_told_and_raised(client_environment: dict[str, str]) -> None:
    weak, strong = model(accuracy=0.9), model(accuracy=0.98)
    here = collection(Api())
    here.set_guard("production", rules.metric("accuracy", ">=", 0.97), rules.requires_upstream("dataset"))

    told = here.try_alias("production", weak)
    with pytest.raises(ConflictError) as caught:
        here.move_alias("production", weak)
    moved = here.move_alias("production", strong)

    assert [rule.rule for rule in told] == ["metric"]
    assert caught.value.unmet_rules == tuple(told)
    assert told[0].message == "It takes summary accuracy >= 0.97; it is 0.9."
    assert here.try_alias("production", strong) == []
    assert moved.to_version == "v1"


def test_the_aliases_of_an_artifact_obey_guards_too(client_environment: dict[str, str]) -> None:
    weak = model(accuracy=0.9)
    collection(Api()).set_guard("production", rules.required_tag("reviewed"))

    weak.aliases.append("production")
    with pytest.raises(ConflictError) as caught:
        weak.save()

    assert [rule.rule for rule in caught.value.unmet_rules] == ["requiredTag"]


def test_a_log_with_guarded_aliases_costs_no_version_and_tells_the_rules_of_all(
    client_environment: dict[str, str],
) -> None:
    model(accuracy=0.9)
    logged = Api().collection("net")
    logged.set_guard("production", rules.required_tag("reviewed"))
    logged.set_guard("gold", rules.verified_bytes(), rules.required_tag("gold"))
    run = headwater.init()
    made = Artifact("net", type="model")
    with made.new_file("weights.txt") as file:
        file.write("other")

    run.log_artifact(made, aliases=["production", "gold", "mine"])

    with pytest.raises(ConflictError, match=r"^net:v1 is logged, but .* 'production': .*\. 'gold': ") as waited:
        made.wait()
    with pytest.raises(ConflictError) as finished:
        run.finish()
    for caught in (waited, finished):
        assert [rule.rule for rule in caught.value.unmet_rules] == ["requiredTag", "requiredTag"]
        assert ["reviewed" in rule.message for rule in caught.value.unmet_rules] == [True, False]
    assert made.aliases == ["latest", "mine"]
    assert Api().artifact("net:mine").version == "v1"


def test_a_proposal_is_approved_by_another_admin(
    client_environment: dict[str, str], user: Person, second: Person
) -> None:
    linked = model()
    here = collection(Api())
    here.set_guard("production", rules.approvals(1))

    proposal = here.propose_alias("production", linked, expect=None, reason="better on trucks")
    with pytest.raises(PermissionDeniedError, match="You proposed this move"):
        proposal.approve()
    theirs = Api(api_key=second.key, entity=user.name)
    (waiting,) = theirs.proposals()
    executed = waiting.approve()

    assert (proposal.state, proposal.version, proposal.from_version, proposal.may_approve) == (
        "open",
        "v0",
        None,
        False,
    )
    assert (waiting.id, waiting.may_approve, executed) == (proposal.id, False, True)
    again = Api().proposal(proposal.id)
    assert (again.state, again.approvals, again.decided_by) == ("executed", (second.name,), second.name)
    (move,) = here.alias_history("production")
    assert (move.by, move.reason) == (second.name, f"proposal {proposal.id}: better on trucks")
    assert [one.id for one in here.proposals(states="executed")] == [proposal.id]
    assert list(here.proposals(states=["open", "stale"])) == []


def test_a_proposal_is_rejected_with_a_reason(client_environment: dict[str, str], second: Person) -> None:
    linked = model()
    proposal = collection(Api()).propose_alias("production", linked)

    proposal.reject("not yet")

    assert (proposal.state, proposal.decision_reason) == ("rejected", "not yet")
    with pytest.raises(ConflictError):
        proposal.reject()


def test_what_makes_no_sense_is_refused_before_or_by_the_service(client_environment: dict[str, str]) -> None:
    model(accuracy=0.9)
    api = Api()
    here = collection(api)

    with pytest.raises(InvalidInputError, match="'~' is none of"):
        rules.metric("accuracy", "~", 1)
    with pytest.raises(InvalidInputError, match="'logs' is none of summary, metadata"):
        rules.better_than_current("accuracy", source="logs")
    with pytest.raises(InvalidInputError, match="'done' is none of"):
        here.proposals(states="done")
    with pytest.raises(InvalidInputError, match=r"No summary of its runs has 'acuracy'\. There are: .*accuracy"):
        here.set_guard("production", rules.metric("acuracy", ">=", 0.9))
    with pytest.raises(InvalidInputError, match="1 admins and 0 others who may propose"):
        here.set_guard("production", rules.approvals(1))
    with pytest.raises(NotFoundError, match="There is no proposal 'x'"):
        api.proposal("x")
    assert here.guards() == {}
