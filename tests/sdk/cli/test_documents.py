"""The command line's documents are valid by the committed schema, and none of them is forgotten."""

import ast
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from headwater.cli import documents

ROOT = Path(__file__).parents[3]
SCHEMA = build_schema((ROOT / "schema.graphql").read_text("utf-8"))
DOCUMENTS = {name: text for name, text in vars(documents).items() if name.isupper()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid(name: str) -> None:
    assert [error.message for error in validate(SCHEMA, parse(DOCUMENTS[name]))] == []


def test_every_document_is_used() -> None:
    used = {
        node.attr
        for path in Path(documents.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
    }

    assert set(DOCUMENTS) - used == set()
