"""From what is shared no field leads to what is not: all fields are walked, as are those of a restricted registry."""

from dataclasses import asdict
from typing import Any

import orjson
import pytest

from authorisation_walk import SCHEMA, ask, found_in, starts_of, walk, words
from authorisation_world import World


def test_the_walk_starts_at_every_type_of_node(world: World) -> None:
    node: Any = SCHEMA.get_type("Node")

    assert set(starts_of(world)) == {found.name for found in SCHEMA.get_possible_types(node)}


def test_no_nested_field_of_what_is_shared_leads_to_what_is_not(world: World) -> None:
    """All fields of all objects in reach of the outsider, two objects deep, hold no id and no name of a secret."""
    for type_name, node_id in starts_of(world).items():
        document = walk(type_name, 2)
        status, answer = ask(world, document, world.outsider.key, id=node_id)

        assert status == 200
        assert "errors" not in answer, answer["errors"][:3]
        assert answer["data"]["node"]["__typename"] == type_name
        assert [word for word in words(world) if word in orjson.dumps(answer).decode()] == [], type_name


def test_the_events_of_what_is_shared_name_nothing_that_is_not(world: World) -> None:
    document = """
    query E($s: String!) { events(filter: {container: $s}, first: 200) { edges { node { kind before after } } } }
    """
    scopes = (f"{world.team}/shared", f"{world.team}/model-registry")

    told = {
        person.name: orjson.dumps([ask(world, document, person.key, s=scope)[1] for scope in scopes]).decode()
        for person in (world.owner, world.outsider)
    }

    # The run of the team's consumed a version by its path, and a link names its source.
    assert world.own.version_path in told[world.owner.name]
    assert [word for word in words(world) if word in told[world.outsider.name]] == []
    assert '"path":null' in told[world.outsider.name] and '"source_id":null' in told[world.outsider.name]


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("registry", '(path: "{registry_path}") {{ id }}', None),
        ("collection", '(path: "{collection_path}") {{ id }}', None),
        ("artifact", '(path: "{link_path}") {{ id }}', None),
        ("node", '(id: "{registry_id}") {{ id }}', None),
        ("node", '(id: "{collection_id}") {{ id }}', None),
        ("node", '(id: "{link_id}") {{ id }}', None),
        ("registries", '(entity: "{team}") {{ edges {{ node {{ path }} }} totalCount }}', 1),
        ("collections", '(container: "{registry_path}") {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ("versions", '(container: "{registry_path}") {{ edges {{ node {{ id }} }} totalCount }}', 0),
        ("events", '(filter: {{ container: "{registry_path}" }}) {{ edges {{ node {{ id }} }} totalCount }}', 0),
    ],
)
def test_a_restricted_registry_is_not_there_for_a_member_without_a_role(
    world: World, field: str, text: str, expected: int | None
) -> None:
    document = "{ " + field + text.format(team=world.team, **asdict(world.hidden)) + " }"

    _, own = ask(world, document, world.owner.key)
    _, answer = ask(world, document, world.outsider.key)

    assert found_in(own, field) not in (None, expected)
    assert found_in(answer, field) == expected


def test_the_owner_walks_from_the_same_things_to_the_secrets(world: World) -> None:
    """The walk above would find them: it does for the owner."""
    document = walk("ArtifactVersion", 1)
    _, answer = ask(world, document, world.owner.key, id=world.shared.version_id)
    text = orjson.dumps(answer["data"]).decode()

    assert world.own.run_id in text
    assert world.own.version_id in text
    assert world.secret in text


def test_lineage_stops_at_what_the_outsider_may_not_see_and_says_so(world: World) -> None:
    document = """
      query L($id: ID!) { node(id: $id) { ... on ArtifactVersion { lineage(direction: DOWNSTREAM) {
        nodes { id } hubs { id } clusters { id members }
        completeness { isComplete reason frontier { id hidden downstream forbiddenDownstream } } compact } } } }
    """
    _, answer = ask(world, document, world.outsider.key, id=world.shared.version_id)

    lineage = answer["data"]["node"]["lineage"]
    assert lineage["nodes"] == [{"id": world.shared.version_id}]
    assert lineage["completeness"] == {
        "isComplete": False,
        "reason": "PERMISSION",
        # What the owner's run made of it, and its link in the restricted registry.
        "frontier": [{"id": world.shared.version_id, "hidden": 2, "downstream": 2, "forbiddenDownstream": 2}],
    }
    assert (lineage["hubs"], lineage["clusters"]) == ([], [])
    assert lineage["compact"]["nodes"]["outputs"] == [0]
    assert [word for word in words(world) if word in orjson.dumps(answer).decode()] == []


def test_consumers_are_filtered_among_those_alone_that_the_outsider_may_see(world: World) -> None:
    document = """
      query C($id: ID!, $filter: RunFilter) { node(id: $id) { ... on ArtifactVersion {
        consumedBy(direction: DESC, filter: $filter) { totalCount edges { node { id } } } } } }
    """
    wanted = {"search": world.secret}

    _, own = ask(world, document, world.owner.key, id=world.shared.version_id)
    _, answer = ask(world, document, world.outsider.key, id=world.shared.version_id, filter=wanted)

    assert own["data"]["node"]["consumedBy"]["totalCount"] == 1
    assert answer["data"]["node"]["consumedBy"] == {"totalCount": 0, "edges": []}


def test_a_version_is_not_compared_with_what_the_outsider_may_not_see(world: World) -> None:
    """Neither by the id of a secret, nor through a link that is shared while its source is not."""
    document = """
      query C($id: ID!, $to: ID!) { node(id: $id) { ... on Version { compare(to: $to) {
        changes { totalCount } metadata { total } upstream { runAfter { name } } } } } }
    """
    for to in (world.own.version_id, world.link_id):
        _, own = ask(world, document, world.owner.key, id=world.shared.version_id, to=to)
        _, answer = ask(world, document, world.outsider.key, id=world.shared.version_id, to=to)

        assert own["data"]["node"]["compare"]["changes"]["totalCount"] == 1
        assert answer["data"] == {"node": {"compare": None}}
