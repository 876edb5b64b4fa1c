"""Names and paths, against the table that the service is held to as well."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater._errors import InvalidInputError
from headwater._names import (
    AliasRef,
    DigestRef,
    IndexRef,
    Ref,
    check_alias,
    check_entity,
    check_entry_path,
    check_name,
    format_time,
    normal_path,
    parse_version_path,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "paths.json").read_text("utf-8"))


def wire_ref(ref: Ref) -> dict[str, Any]:
    match ref:
        case IndexRef(index):
            return {"kind": "index", "index": index}
        case AliasRef(alias, at):
            return {"kind": "alias", "alias": alias, "at": None if at is None else format_time(at)}
        case DigestRef(digest):
            return {"kind": "digest", "digest": digest}


@pytest.mark.parametrize("case", VECTORS["paths"], ids=lambda case: ascii(case["input"])[:40])
def test_paths_parse_or_are_refused_as_the_table_says(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(InvalidInputError):
            parse_version_path(case["input"], entity=case["defaultEntity"], project=case["defaultProject"])
        return

    path = parse_version_path(case["input"], entity=case["defaultEntity"], project=case["defaultProject"])

    parsed = {"entity": path.entity, "container": path.container, "name": path.name, "ref": wire_ref(path.ref)}
    assert parsed == case["parsed"]


@pytest.mark.parametrize("case", [case for case in VECTORS["paths"] if "parsed" in case], ids=lambda c: c["input"][:40])
def test_a_complete_path_reads_as_itself(case: dict[str, Any]) -> None:
    path = parse_version_path(case["input"], entity=case["defaultEntity"], project=case["defaultProject"])

    assert parse_version_path(str(path)) == path


@pytest.mark.parametrize("case", VECTORS["names"]["valid"], ids=lambda case: ascii(case["input"])[:40])
def test_names_are_returned_in_nfc(case: dict[str, str]) -> None:
    assert check_name(case["input"]) == case["name"]


@pytest.mark.parametrize("name", VECTORS["names"]["invalid"], ids=ascii)
def test_names_that_break_a_rule_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        check_name(name)


@pytest.mark.parametrize("alias", VECTORS["aliases"]["valid"])
def test_aliases_of_the_table_are_accepted(alias: str) -> None:
    assert check_alias(alias) == alias


@pytest.mark.parametrize("alias", VECTORS["aliases"]["invalid"], ids=ascii)
def test_aliases_that_break_a_rule_are_refused(alias: str) -> None:
    with pytest.raises(InvalidInputError):
        check_alias(alias)


@pytest.mark.parametrize("name", VECTORS["entities"]["valid"])
def test_entity_names_of_the_table_are_accepted(name: str) -> None:
    assert check_entity(name) == name


@pytest.mark.parametrize("name", VECTORS["entities"]["invalid"], ids=ascii)
def test_entity_names_that_break_a_rule_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        check_entity(name)


@pytest.mark.parametrize("path", VECTORS["entryPaths"]["valid"], ids=lambda path: ascii(path)[:40])
def test_entry_paths_stay_as_they_are(path: str) -> None:
    assert check_entry_path(path) == path


@pytest.mark.parametrize("case", VECTORS["entryPaths"]["invalid"], ids=lambda case: case["error"])
def test_entry_paths_that_break_a_rule_are_refused(case: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        check_entry_path(case["input"])


@pytest.mark.parametrize(("one", "other"), VECTORS["entryPaths"]["equal"], ids=ascii)
def test_paths_of_one_normal_form_count_as_equal(one: str, other: str) -> None:
    assert one != other
    assert normal_path(one) == normal_path(other)


def test_a_name_that_is_no_utf_8_is_refused_with_its_bytes() -> None:
    with pytest.raises(InvalidInputError, match=r"b'caf\\xe9\.txt' is not UTF-8\. Rename the file"):
        check_entry_path(b"caf\xe9.txt".decode("utf-8", "surrogateescape"))


@given(st.text())
def test_what_passes_as_a_name_is_short_composed_and_can_be_a_segment(text: str) -> None:
    try:
        name = check_name(text)
    except InvalidInputError:
        return

    assert 1 <= len(name) <= 128
    assert unicodedata.is_normalized("NFC", name)
    assert not set(name) & set("/:@\0\n")
    assert check_name(name) == name


@given(st.text())
def test_what_passes_as_an_entry_path_never_leaves_its_folder(text: str) -> None:
    try:
        path = check_entry_path(text)
    except InvalidInputError:
        return

    joined = Path("/root/folder", *path.split("/"))
    assert joined.is_relative_to("/root/folder")
    assert ".." not in joined.parts
    assert len(path.encode()) <= 1024


@given(st.text(max_size=60))
def test_a_path_parses_into_what_it_prints_or_is_refused(text: str) -> None:
    try:
        path = parse_version_path(text, entity="ana", project="demo")
    except InvalidInputError:
        return

    assert parse_version_path(str(path)) == path


@pytest.mark.parametrize("value", [None, 5, b"name"])
def test_what_is_no_text_is_no_name(value: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^The alias must be a text, not "):
        check_alias(value)
    with pytest.raises(InvalidInputError, match=r"^The path of a version must be a text, not "):
        parse_version_path(value)
