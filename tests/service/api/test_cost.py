"""What a document may cost: nodes along each path, depth, aliases, bytes."""

from dataclasses import replace
from typing import Any

import pytest
from graphql import build_schema, get_introspection_query, parse

from headwater_service.api.cost import Cost, check_cost, document_cost
from headwater_service.config import Settings
from headwater_service.errors import InvalidInputError

SCHEMA = build_schema(
    """
    type Query {
      project(path: String!): Project
      projects(first: Int! = 50, after: String): ProjectConnection!
    }
    type ProjectConnection { edges: [ProjectEdge!]! pageInfo: PageInfo! totalCount: Int! }
    type ProjectEdge { cursor: String! node: Project! }
    type PageInfo { endCursor: String }
    type Project {
      name: String!
      entity: Entity!
      runs(first: Int! = 50): RunConnection!
    }
    type Entity { name: String! members: [Member!]! }
    type Member { role: String! user: User! }
    type User { name: String! }
    type RunConnection { edges: [RunEdge!]! }
    type RunEdge { node: Run! }
    type Run { name: String! tags: [String!]! lineage(limit: Int! = 500, depth: Int): LineageGraph! project: Project! }
    type LineageGraph {
      nodes: [Run!]! edges: [LineageEdge!]! completeness: Completeness! compact: String! mermaid: String!
    }
    type LineageEdge { source: ID! target: ID! }
    type Completeness { isComplete: Boolean! }
    """
)
SETTINGS = Settings(
    neo4j_uri="bolt://unused", neo4j_password="", s3_endpoint="http://unused", s3_admin_key_id="", s3_admin_secret=""
)


def cost(text: str, operation_name: str | None = None, **variables: Any) -> Cost:
    return document_cost(SCHEMA, parse(text), text, operation_name=operation_name, variables=variables)


@pytest.mark.parametrize(
    ("document", "nodes"),
    [
        ('{ project(path: "a/b") { name } }', 1),
        ('{ project(path: "a/b") { entity { name } } }', 2),
        ("{ projects { edges { cursor node { name } } pageInfo { endCursor } totalCount } }", 50),
        ("{ projects(first: 3) { edges { node { name } } } }", 3),
        ("{ projects(first: 3) { edges { node { name entity { name } } } } }", 3 + 3),
        ("{ projects(first: 3) { edges { node { runs(first: 4) { edges { node { name } } } } } } }", 3 + 3 * 4),
        ("{ projects(first: 3) { edges { node { runs { edges { node { name } } } } } } }", 3 + 3 * 50),
        ("{ projects(first: -5) { totalCount } }", 0),
        ('{ project(path: "p") { entity { members { role user { name } } } } }', 1 + 1 + 10 + 10),
        (
            "{ projects(first: 1) { edges { node { runs(first: 1) { edges { node { lineage(limit: 7) "
            "{ nodes { name project { name } } edges { source } completeness { isComplete } } } } } } } } }",
            1 + 1 + 7 + 7,
        ),
    ],
)
def test_nodes_are_the_product_of_the_sizes_along_each_path(document: str, nodes: int) -> None:
    assert cost(document).nodes == nodes


COLUMNS = "compact mermaid completeness { isComplete }"


@pytest.mark.parametrize(
    ("selection", "nodes"),
    [
        (COLUMNS, 5_000),
        ("...C", 5_000),
        ("... { compact }", 5_000),
        (f"{COLUMNS} edges {{ source }}", 50_000),
        ("...C ...N", 50_000),
        ("... { nodes { name } }", 50_000),
    ],
)
def test_ten_rows_of_columns_cost_as_one_node_unless_the_nodes_are_asked_for_too(selection: str, nodes: int) -> None:
    fragments = f"fragment C on LineageGraph {{ {COLUMNS} ...C }} fragment N on LineageGraph {{ nodes {{ name }} }}"
    document = "{ projects(first: 1) { edges { node { runs(first: 1) { edges { node { {} } } } } } } }"
    lineage = f"lineage(limit: 50000) {{ {selection} }}"

    assert cost(document.replace("{}", lineage) + fragments).nodes == 1 + 1 + nodes


def test_a_size_may_come_from_a_variable_or_its_default() -> None:
    document = "query Q($n: Int! = 8) { projects(first: $n) { edges { node { name } } } }"

    assert cost(document).nodes == 8
    assert cost(document, n=20).nodes == 20


def test_only_the_chosen_operation_counts() -> None:
    document = "query A { projects(first: 1) { totalCount } } query B { projects(first: 9) { totalCount } }"

    assert cost(document, "B").nodes == 9


def test_a_fragment_costs_wherever_it_is_used() -> None:
    document = """
      { a: projects(first: 2) { ...P } b: projects(first: 3) { ...P ... on ProjectConnection { totalCount } } }
      fragment P on ProjectConnection { edges { node { entity { name } } } }
    """

    assert cost(document).nodes == 2 + 2 + 3 + 3
    assert cost(document).aliases == 2


def test_fragments_in_a_circle_end() -> None:
    document = "{ projects(first: 2) { ...A } } fragment A on ProjectConnection { ...B } fragment B on X { ...A }"

    assert cost(document).nodes == 2


def test_fragments_that_multiply_are_refused_before_they_are_walked() -> None:
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} ...F{n + 1} }}" for n in range(30))

    with pytest.raises(InvalidInputError, match="more than 20,000 selections"):
        cost(f"{{ ...F0 }} {fragments} fragment F30 on Query {{ __typename }}")


def test_depth_counts_nested_fields_and_not_fragments() -> None:
    assert cost("{ projects { edges { node { name } } } }").depth == 4
    assert cost("{ projects { ... on ProjectConnection { edges { ... { node { name } } } } } }").depth == 4


def test_introspection_of_a_tool_costs_no_depth_and_no_nodes() -> None:
    assert cost(get_introspection_query(), "IntrospectionQuery") == Cost(
        nodes=0, depth=1, aliases=0, bytes=len(get_introspection_query().encode())
    )


def test_unknown_fields_are_left_to_validation() -> None:
    assert cost("{ nothing(first: 1000000) { of { this { exists } } } }").nodes == 0


@pytest.mark.parametrize(
    ("used", "says"),
    [
        (Cost(10_001, 1, 0, 10), r"estimated 10,001 nodes; the limit is 10,000 \(HEADWATER_GRAPHQL_NODES\)"),
        (Cost(1, 13, 0, 10), r"13 levels deep; the limit is 12 \(HEADWATER_GRAPHQL_DEPTH\)"),
        (Cost(1, 1, 31, 10), r"31 aliases rich; the limit is 30 \(HEADWATER_GRAPHQL_ALIASES\)"),
        (Cost(1, 1, 0, 100_001), r"100,001 bytes long; the limit is 100,000 \(HEADWATER_GRAPHQL_BYTES\)"),
    ],
)
def test_a_refusal_names_the_limit_and_its_setting(used: Cost, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        check_cost(used, SETTINGS)


def test_what_is_at_its_limits_passes() -> None:
    check_cost(Cost(10_000, 12, 30, 100_000), SETTINGS)

    with pytest.raises(InvalidInputError):
        check_cost(Cost(10_000, 12, 30, 100_000), replace(SETTINGS, graphql_depth=11))
