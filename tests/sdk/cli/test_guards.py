"""`headwater guard`, `promote` and `proposal` against the service."""

import secrets
from collections.abc import Callable

import pytest

import headwater
from command_lines import Cli
from conftest import Person
from headwater.cli.guards import condition
from headwater.errors import InvalidInputError


def linked(accuracy: float) -> None:
    with headwater.init(job_type="train") as run:
        run.summary["accuracy"] = accuracy
        made = headwater.Artifact("net", type="model")
        with made.new_file("weights.txt") as file:
            file.write(secrets.token_hex(8))
        run.link_artifact(made, "model-registry/Net")


def test_a_guard_is_set_listed_shown_and_removed(ok: Cli, cli: Cli, project: str, entity: str) -> None:
    linked(0.9)

    ok("guard", "set", "model-registry", "production", "--metric", "accuracy >= 0.97", "--tag", "ok", "--verified")
    ok("guard", "set", "model-registry/Net", "staging", "--better", "accuracy", "--upstream", "dataset")

    assert ok("guard", "ls", f"{entity}/model-registry").rows == [
        ["production", "summary accuracy >= 0.97"],
        ["production", "tag 'ok'"],
        ["production", "stored bytes verified"],
    ]
    shown = ok("guard", "show", f"{entity}/model-registry/Net", "staging", "--json").json()
    assert (shown["path"], shown["alias"], shown["setBy"]) == (f"{entity}/model-registry/Net", "staging", entity)
    assert shown["rules"] == [
        "complete lineage to versions of the type 'dataset'",
        "summary accuracy higher than the current version's",
    ]
    ok("guard", "rm", "model-registry", "production")
    assert ok("guard", "ls", "model-registry").rows == []
    assert cli("guard", "show", "model-registry", "production").code == 3
    assert cli("guard", "rm", "model-registry", "production").code == 3
    assert cli("guard", "set", "model-registry", "production").code == 1


def test_a_guard_can_ask_for_a_version_of_one_collection_upstream(ok: Cli, cli: Cli, project: str, entity: str) -> None:
    for name in ("digits", "faces"):
        with headwater.init(job_type="load") as run:
            data = headwater.Artifact(name, type="dataset")
            with data.new_file("a.csv") as file:
                file.write(secrets.token_hex(8))
            run.log_artifact(data)
    with headwater.init(job_type="train") as run:
        run.use_artifact("faces:latest")
        net = headwater.Artifact("net", type="model")
        with net.new_file("weights.txt") as file:
            file.write(secrets.token_hex(8))
        run.link_artifact(net, "model-registry/Net")

    ok("guard", "set", "model-registry/Net", "digits", "--upstream-collection", "digits")
    ok("guard", "set", "model-registry/Net", "faces", "--upstream", "dataset", "--upstream-collection", "faces")

    words = "complete lineage to versions of the type 'dataset', one of them of a certain collection"
    assert ok("guard", "ls", "model-registry/Net").rows == [
        ["digits", f"{words}: {project}/digits"],
        ["faces", f"{words}: {project}/faces"],
    ]
    refused = cli("promote", "model-registry/Net:v0", "digits")
    assert (refused.code, refused.rows[0][0]) == (1, "requiresUpstream")
    assert "one of them of the collection that the guard names" in refused.rows[0][1]
    assert ok("promote", "model-registry/Net:v0", "faces").rows == [[f"{entity}/model-registry/Net:faces", "v0"]]
    wrong = cli("guard", "set", "model-registry/Net", "x", "--upstream", "model", "--upstream-collection", "faces")
    assert (wrong.code, "holds versions of the type 'dataset', not 'model'" in wrong.err) == (1, True)
    assert cli("guard", "set", "model-registry/Net", "x", "--upstream-collection", "absent").code == 3


def test_what_is_asked_of_a_collection_points_at_the_guards_of_its_registry(
    ok: Cli, cli: Cli, project: str, entity: str
) -> None:
    linked(0.9)
    ok("guard", "set", "model-registry", "production", "--verified")

    listed = ok("guard", "ls", "model-registry/Net")
    shown = cli("guard", "show", "model-registry/Net", "production")
    absent = cli("guard", "ls", "absent")
    version = cli("guard", "ls", "model-registry/Net:v0")

    registry = f"{entity}/model-registry"
    assert (listed.rows, listed.err) == ([], f"What guards its registry holds too: headwater guard ls '{registry}'\n")
    assert shown.err == (
        f"Error: There is no guard on 'production' in {registry}/Net. "
        f"Its registry may have one: headwater guard show '{registry}' 'production'\n"
    )
    assert (absent.code, absent.err) == (
        3,
        f"Error: There is no registry '{entity}/absent' and no collection '{project}/absent', or you may not see it.\n",
    )
    assert (version.code, "leave the ':' out" in version.err) == (1, True)
    assert ok("guard", "ls", "model-registry").err == ""


def test_promoting_tells_what_is_lacking_and_moves_what_lacks_nothing(
    ok: Cli, cli: Cli, project: str, entity: str
) -> None:
    linked(0.9)
    linked(0.98)
    path = f"{entity}/model-registry/Net"
    ok("guard", "set", "model-registry", "production", "--metric", "accuracy >= 0.97")

    dry = cli("promote", f"{path}:v0", "production", "--dry-run")
    refused = cli("promote", f"{path}:v0", "production", "--json")

    assert (dry.code, refused.code) == (1, 1)
    assert dry.rows == [["metric", "It takes summary accuracy >= 0.97; it is 0.9."]]
    assert f"production may not point at {path}:v0" in dry.err
    assert refused.json()["unmetRules"][0]["rule"] == "metric"
    assert ok("promote", f"{path}:v1", "production", "--dry-run").rows == [[f"{path}:production", "v1 (would move)"]]
    assert cli("alias", "history", path, "production").rows == []
    assert ok("promote", f"{path}:v1", "production", "-r", "ready").rows == [[f"{path}:production", "v1"]]
    assert ok("alias", "history", path, "production").rows[0][4] == "ready"
    assert cli("promote", f"{path}:v1", "production", "--dry-run", "--propose").code == 1


def test_a_proposal_is_listed_approved_and_rejected(
    ok: Cli,
    cli: Cli,
    project: str,
    entity: str,
    user: Person,
    make_user: Callable[..., Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    linked(0.9)
    other = make_user()
    ok("member", "add", entity, other.name, "--role", "admin")
    path = f"{entity}/model-registry/Net"
    ok("guard", "set", path, "production", "--approvals", "1")

    ((first, state),) = ok("promote", f"{path}:v0", "production", "--propose", "-r", "trucks").rows
    ((second, _),) = ok("promote", f"{path}:v0", "staging", "--propose").rows
    own = cli("proposal", "approve", first)
    monkeypatch.setenv("HEADWATER_API_KEY", other.key)
    waiting = ok("proposal", "ls").rows
    approved = ok("proposal", "approve", first).rows
    rejected = ok("proposal", "reject", second, "-r", "no").rows
    shown = ok("proposal", "show", second, "--json").json()

    assert (state, own.code) == ("open", 4)
    assert [(row[0], row[1], row[4]) for row in waiting] == [
        (second, f"{path}:staging", "0/1"),
        (first, f"{path}:production", "0/1"),
    ]
    assert (approved, rejected) == ([[first, "executed"]], [[second, "rejected"]])
    assert (shown["decidedBy"], shown["decisionReason"], shown["to"]) == (other.name, "no", "v0")
    assert [row[0] for row in ok("proposal", "ls", path, "--state", "executed").rows] == [first]
    assert cli("proposal", "approve", second).code == 1
    assert cli("proposal", "show", "nothing").code == 3


@pytest.mark.parametrize(
    ("text", "path", "op", "value"),
    [
        ("accuracy >= 0.97", "accuracy", "GTE", 0.97),
        ("eval.f1>1", "eval.f1", "GT", 1.0),
        ("loss<=3e-2", "loss", "LTE", 0.03),
        ("framework == torch", "framework", "EQ", "torch"),
        ("framework = '1'", "framework", "EQ", "1"),
        ("tuned != true", "tuned", "NE", True),
        ("val/acc top < -1", "val/acc top", "LT", -1.0),
    ],
)
def test_a_condition_is_read_as_typed(text: str, path: str, op: str, value: object) -> None:
    rule = condition(text, "metadata")

    assert rule.value == {"source": "METADATA", "path": path, "op": op, "value": value}


@pytest.mark.parametrize("text", ["", "accuracy", "accuracy >=", ">= 3", "accuracy ~ 3"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is no condition such as"):
        condition(text, "summary")
