"""`headwater registry` and `headwater collection` against the service."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from command_lines import Cli
from conftest import Person


def test_a_registry_is_made_shown_changed_and_listed(ok: Cli, entity: str) -> None:
    ok("registry", "create", "Vision models", "--type", "model", "--protect", "production", "--restricted")
    ok("registry", "set", "Vision models", "--type", "dataset", "--protect", "best", "--unprotect", "production")
    ok("registry", "set", "Vision models", "--name", "vision", "--description", "# Card", "--visibility", "entity")

    shown = ok("registry", "show", f"{entity}/Vision models", "--json").json()

    assert shown["path"] == f"{entity}/vision"
    assert (shown["description"], shown["visibility"], shown["role"]) == ("# Card", "entity", "admin")
    assert (shown["artifactTypes"], shown["protectedAliases"]) == (["model", "dataset"], ["best"])
    assert shown["members"] == {entity: "admin"}
    assert ok("registry", "ls").rows == [
        [f"{entity}/model-registry", "entity", "any", "admin"],
        [f"{entity}/vision", "entity", "model, dataset", "admin"],
    ]
    ok("registry", "set", "vision", "--any-type")
    facts = ok("registry", "show", "vision").facts
    assert (facts["artifactTypes"], facts["members"]) == ("any", f"{entity} (admin)")


def test_nothing_to_change_is_told_and_not_done(ok: Cli, cli: Cli) -> None:
    ok("registry", "create", "vision")
    ok("collection", "create", "vision/net")

    registry, collection = cli("registry", "set", "vision"), cli("collection", "set", "vision/net")

    assert (registry.code, collection.code) == (1, 1)
    assert registry.err == "Error: Give what to change: headwater registry set --help lists the options.\n"
    assert collection.err == "Error: Give what to change: headwater collection set --help lists the options.\n"
    ok("registry", "set", "vision", "--description", "")


def test_roles_in_a_registry_are_given_and_taken(
    ok: Cli, cli: Cli, entity: str, make_user: Callable[..., Person], monkeypatch: pytest.MonkeyPatch, user: Person
) -> None:
    other = make_user()
    ok("registry", "create", "models", "--restricted")
    assert cli("registry", "member", "set", "models", other.name, "viewer").code == 3
    ok("member", "add", entity, other.name, "--role", "viewer")

    monkeypatch.setenv("HEADWATER_API_KEY", other.key)
    hidden = cli("registry", "show", "models").code
    monkeypatch.setenv("HEADWATER_API_KEY", user.key)
    ok("registry", "member", "set", "models", other.name, "member")
    monkeypatch.setenv("HEADWATER_API_KEY", other.key)

    assert hidden == 3
    assert ok("registry", "show", "models").facts["role"] == "member"
    assert cli("registry", "set", "models", "--description", "mine").code == 4
    monkeypatch.setenv("HEADWATER_API_KEY", user.key)
    ok("registry", "member", "remove", "models", other.name)
    assert ok("registry", "show", "models", "--json").json()["members"] == {entity: "admin"}


def test_a_collection_is_made_shown_changed_and_listed(ok: Cli, project: str, tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text("# Card\n", "utf-8")
    ok("collection", "create", "Wake word", "--tag", "audio", "--card", str(card))
    ok("collection", "set", "Wake word", "--tag", "stable", "--untag", "audio", "--name", "起動語", "--type", "speech")

    shown = ok("collection", "show", "Wake word", "--json").json()

    assert (shown["path"], shown["type"], shown["kind"]) == (f"{project}/起動語", "speech", "SOURCE")
    assert (shown["description"], shown["tags"], shown["aliases"]) == ("# Card\n", ["stable"], [])
    assert ok("collection", "ls").rows == [[f"{project}/起動語", "speech", "source", "stable", ""]]
    assert ok("collection", "ls", "--type", "model").rows == []
    ok("collection", "set", "起動語", "--description", "new")
    assert ok("collection", "show", "起動語").facts["description"] == "new"


def test_a_collection_of_a_registry_is_for_links(ok: Cli, cli: Cli, entity: str) -> None:
    ok("registry", "create", "models", "--type", "model")
    ok("collection", "create", f"{entity}/models/Digits")
    ok("collection", "create", "Mine", "--registered")

    assert ok("collection", "ls", f"{entity}/models", "--json").json()[0]["kind"] == "REGISTRY"
    assert ok("collection", "show", "Mine").facts["kind"] == "REGISTRY"
    refused = cli("collection", "create", f"{entity}/models/Data", "--type", "dataset")
    assert (refused.code, "'model', not 'dataset'" in refused.err) == (1, True)
    assert cli("collection", "show", "absent").code == 3


def test_what_is_put_under_a_former_name_of_a_project_goes_to_it(
    ok: Cli, user: Person, project: str, post: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("1", "utf-8")
    found = post("query P($path: String!) { project(path: $path) { id } }", key=user.key, path=project)
    wanted = {"operationId": "rename", "projectId": found["project"]["id"], "changes": {"name": "renamed"}}
    post(
        "mutation R($input: UpdateProjectInput!) { updateProject(input: $input) { __typename } }",
        key=user.key,
        input=wanted,
    )

    ok("artifact", "put", str(tmp_path / "a.txt"), "--name", f"{project}/data", "--type", "dataset")

    assert [row[0] for row in ok("collection", "ls", f"{user.name}/renamed").rows] == [f"{user.name}/renamed/data"]
