"""Completing lists by columns gives what graphql-core gives: data, order of keys, errors."""

import json
import random
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
import strawberry
from graphql.execution import Executor
from strawberry.extensions import SchemaExtension

from authorisation_world import log
from headwater_service.api.context import Context
from headwater_service.api.list_executor import ListExecutor
from headwater_service.api.schema import schema as SCHEMA
from headwater_service.config import Settings
from headwater_service.domain.sessions import viewer_of_key
from headwater_service.store.graph import Graph
from headwater_service.store.objects import open_objects
from servers import Service
from service.api.list_schema import COLUMNS, CORE, Colour, Leaf, Plant, Query, Stone, random_document, random_items

LINEAGE = """
query Lineage($path: String!) {
  artifact(path: $path) {
    lineage(direction: UPSTREAM) {
      nodes {
        __typename id kind label url createdAt distance
        ... on Run { key name path state jobType tags }
        ... on Version { index name path type digest size fileCount tags versionState: state }
      }
      edges { id source target kind at }
      completeness { isComplete reason frontier { id hidden } }
    }
  }
}
"""


def a_stone(**changes: Any) -> Stone:
    values: dict[str, Any] = {
        "id": strawberry.ID("s1"),
        "name": "stone",
        "size": 3,
        "colour": Colour.RED,
        "is_smooth": True,
        "leaves": [Leaf(text="a", weight=1.5, colour=None)],
        "grid": [[Leaf(text="b", weight=None, colour=Colour.BLUE)], []],
        "words": ["w", None],
        "first_leaf": None,
    }
    return Stone(**{**values, **changes})


async def answer(schema: strawberry.Schema, document: str, items: list[Any]) -> tuple[str, list[Any]]:
    result = await schema.execute(document, context_value={"items": items})
    errors = [(error.message, error.path, error.locations, repr(error.original_error)) for error in result.errors or []]
    return json.dumps(result.data), errors


@pytest.mark.parametrize("seed", range(150))
async def test_random_documents_get_the_same_answer(seed: int) -> None:
    document = random_document(random.Random(seed))
    items = random_items(random.Random(seed), is_faulty=False)

    ours = await answer(COLUMNS, document, items)

    assert ours == await answer(CORE, document, items)
    assert ours[1] == []


@pytest.mark.parametrize("seed", range(350))
async def test_faulty_items_get_the_same_answer_and_errors(seed: int) -> None:
    document = random_document(random.Random(seed))
    items = random_items(random.Random(seed), is_faulty=True)

    ours, theirs = await answer(COLUMNS, document, items), await answer(CORE, document, items)

    assert ours[0] == theirs[0]
    assert ours[1] == theirs[1]
    assert all(path is not None for _, path, _, _ in ours[1]), "an error of the document itself"


async def test_a_selection_whose_fields_are_all_skipped_is_an_empty_object() -> None:
    data, errors = await answer(COLUMNS, "{ stones { name @skip(if: true) } }", [a_stone()])

    assert (data, errors) == ('{"stones": [{}]}', [])


async def test_an_extension_that_watches_fields_sees_every_one_of_them() -> None:
    seen = []

    class Watch(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *args: str, **kwargs: Any) -> Any:
            seen.append(info.field_name)
            return _next(root, info, *args, **kwargs)

    schema = strawberry.Schema(Query, types=[Stone, Plant], extensions=[Watch], execution_context_class=ListExecutor)
    await answer(schema, "{ stones { name size } }", [a_stone(), a_stone()])

    assert seen == ["stones", "name", "size", "name", "size"]


async def test_columns_leave_nothing_of_a_plain_list_to_graphql_core() -> None:
    document = "{ stones { id name colour leaves { text } grid { text weight } words firstLeaf { text } } }"

    with patch.object(Executor, "complete_iterable_value", side_effect=AssertionError("fell back")):
        data, errors = await answer(COLUMNS, document, [a_stone(), a_stone(size=None)])

    assert errors == []
    assert json.loads(data)["stones"][0]["grid"] == [[{"text": "b", "weight": None}], []]


async def test_the_setting_turns_columns_off() -> None:
    class Settings:
        graphql_lists = "core"

    class Context(dict[str, Any]):
        settings = Settings()

    with patch.object(ListExecutor, "_column", side_effect=AssertionError("columns were used")) as column:
        result = await COLUMNS.execute("{ stones { name } }", context_value=Context(items=[a_stone()]))

    assert result.data == {"stones": [{"name": "stone"}]}
    assert column.call_count == 0


@pytest.mark.slow
async def test_the_lists_of_a_lineage_never_fall_back(
    graph: Graph, settings: Settings, service: Service, post: Callable[..., Any], user: Any, project: str
) -> None:
    first = log(service.url, post, user, project, name="raw")
    last = log(service.url, post, user, project, name="model", uses=first.version_path)
    viewer = await viewer_of_key(graph, user.key)
    assert viewer is not None
    context = Context(
        graph=graph, objects=open_objects(settings), settings=settings, viewer=viewer, request_id="a-request"
    )

    with patch.object(Executor, "complete_iterable_value", side_effect=AssertionError("fell back")):
        result = await SCHEMA.execute(LINEAGE, variable_values={"path": last.version_path}, context_value=context)
    await context.objects.close()

    assert result.errors is None
    assert result.data is not None
    lineage = result.data["artifact"]["lineage"]
    assert [node["distance"] for node in lineage["nodes"]] == [0, 1, 2, 3]
    assert [edge["kind"] for edge in lineage["edges"]] != []
