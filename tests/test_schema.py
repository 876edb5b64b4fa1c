"""The schema as clients see it: committed byte for byte, described throughout, and spoken rightly by the SDK."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    parse,
    validate,
)

from headwater import _guard_operations, _operations, _registry_operations, _run_operations
from headwater_service.api.schema import schema

ROOT = Path(__file__).parents[1]
COMMITTED = ROOT / "schema.graphql"
# Words that say nothing new beside a name.
FILLERS = frozenset("a an the of its it this is this's for to in on by and or that with".split())

DOCUMENTS = {
    f"{module.__name__}.{name}": text
    for module in (_guard_operations, _operations, _registry_operations, _run_operations)
    for name, text in vars(module).items()
    if name.isupper() and isinstance(text, str) and "{" in text
}


@pytest.fixture(scope="module")
def committed() -> GraphQLSchema:
    return build_schema(COMMITTED.read_text("utf-8"))


def described(definitions: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Every name of the schema that needs a description, with it."""
    for type_ in definitions.type_map.values():
        if type_.name.startswith("__") or type_.name in {"String", "Int", "Float", "Boolean", "ID"}:
            continue
        yield type_.name, type_.description
        yield from members(type_)


def members(type_: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    if isinstance(type_, GraphQLEnumType):
        yield from ((f"{type_.name}.{name}", value.description) for name, value in type_.values.items())
    if isinstance(type_, GraphQLInputObjectType):
        yield from ((f"{type_.name}.{name}", field.description) for name, field in type_.fields.items())
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            yield f"{type_.name}.{name}", field.description
            yield from ((f"{type_.name}.{name}({arg})", it.description) for arg, it in field.args.items())


def words(text: str) -> set[str]:
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text).replace("_", " ")
    # A plural says no more than its singular.
    found = {word.lower() for word in re.findall(r"[A-Za-z0-9]+", parted)} - FILLERS
    return {word.rstrip("s") for word in found}


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text("utf-8") == schema.as_str() + "\n", "run `make schema`"


def test_everything_is_described(committed: GraphQLSchema) -> None:
    silent = [name for name, about in described(committed) if not (about or "").strip()]

    assert silent == []


def test_no_description_only_repeats_the_words_of_its_name(committed: GraphQLSchema) -> None:
    empty = [f"{name}: {about}" for name, about in described(committed) if about and words(about) <= words(name)]

    assert empty == []


def test_every_description_is_a_sentence(committed: GraphQLSchema) -> None:
    odd = [
        f"{name}: {about}"
        for name, about in described(committed)
        if about and not (about.endswith((".", "`.", "?")) and (about[0].isupper() or about[0] in "`0123456789"))
    ]

    assert odd == []


def test_a_repeating_description_would_be_found() -> None:
    assert words("The created at of this run.") <= words("Run.createdAt")
    assert not words("When the server learned of it.") <= words("Run.createdAt")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_of_the_sdk_is_valid(name: str, committed: GraphQLSchema) -> None:
    assert validate(committed, parse(DOCUMENTS[name])) == []
