"""The service's reading of paths, names and digests against the tables that it shares with the SDK."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from headwater_service.domain import digests, names, paths
from headwater_service.errors import InvalidInputError
from headwater_service.model import ManifestEntry

VECTORS = Path(__file__).parents[2] / "vectors"
PATHS: dict[str, Any] = json.loads((VECTORS / "paths.json").read_text("utf-8"))
DIGESTS: dict[str, Any] = json.loads((VECTORS / "digests.json").read_text("utf-8"))


def as_table(path: paths.ArtifactPath) -> dict[str, Any]:
    ref: dict[str, Any]
    if path.ref.index is not None:
        ref = {"kind": "index", "index": path.ref.index}
    elif path.ref.digest_prefix is not None:
        ref = {"kind": "digest", "digest": f"sha256:{path.ref.digest_prefix}"}
    else:
        ref = {"kind": "alias", "alias": path.ref.alias, "at": path.ref.at}
    return {"entity": path.entity, "container": path.container, "name": path.name, "ref": ref}


def expected(parsed: dict[str, Any]) -> dict[str, Any]:
    at = parsed["ref"].get("at")
    if at is not None:
        parsed = {**parsed, "ref": {**parsed["ref"], "at": paths.instant_from(at)}}
    return parsed


@pytest.mark.parametrize("case", PATHS["paths"], ids=lambda case: repr(case["input"])[:40])
def test_path(case: dict[str, Any]) -> None:
    entity, project = case["defaultEntity"], case["defaultProject"]
    if "error" in case:
        with pytest.raises(InvalidInputError):
            paths.parse_path(case["input"], entity=entity, project=project)
    else:
        parsed = paths.parse_path(case["input"], entity=entity, project=project)
        assert as_table(parsed) == expected(case["parsed"])


@pytest.mark.parametrize("case", PATHS["names"]["valid"], ids=lambda case: repr(case["input"])[:40])
def test_valid_name(case: dict[str, str]) -> None:
    assert names.valid_name(case["input"], what="Name") == case["name"]


@pytest.mark.parametrize("name", PATHS["names"]["invalid"], ids=lambda name: repr(name)[:40])
def test_invalid_name(name: str) -> None:
    with pytest.raises(InvalidInputError):
        names.valid_name(name, what="Name")


@pytest.mark.parametrize("alias", PATHS["aliases"]["valid"])
def test_valid_alias(alias: str) -> None:
    assert names.valid_alias(alias) == alias


@pytest.mark.parametrize("alias", PATHS["aliases"]["invalid"], ids=repr)
def test_invalid_alias(alias: str) -> None:
    with pytest.raises(InvalidInputError):
        names.valid_alias(alias)


@pytest.mark.parametrize("name", PATHS["entities"]["valid"])
def test_valid_entity(name: str) -> None:
    assert names.valid_entity_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("name", PATHS["entities"]["invalid"], ids=repr)
def test_invalid_entity(name: str) -> None:
    with pytest.raises(InvalidInputError):
        names.valid_entity_name(name)


@pytest.mark.parametrize("path", PATHS["entryPaths"]["valid"], ids=lambda path: repr(path)[:40])
def test_valid_entry_path(path: str) -> None:
    assert names.entry_path_fault(path) is None


@pytest.mark.parametrize("case", PATHS["entryPaths"]["invalid"], ids=lambda case: repr(case["input"])[:40])
def test_invalid_entry_path(case: dict[str, str]) -> None:
    assert names.entry_path_fault(case["input"]) is not None


@pytest.mark.parametrize("case", DIGESTS["partSizes"], ids=lambda case: str(case["size"]))
def test_part_size(case: dict[str, int]) -> None:
    part_size = digests.part_size_for(case["size"])

    assert part_size == case["partMebibytes"] * digests.MIB
    assert max(1, -(-case["size"] // part_size)) == case["parts"]


@pytest.mark.parametrize("text", DIGESTS["digests"]["valid"])
def test_valid_digest(text: str) -> None:
    assert digests.parse_digest(text).text == text


@pytest.mark.parametrize("text", DIGESTS["digests"]["invalid"], ids=repr)
def test_invalid_digest(text: str) -> None:
    with pytest.raises(InvalidInputError):
        digests.parse_digest(text)


@pytest.mark.parametrize("case", DIGESTS["files"], ids=lambda case: str(case["size"]))
def test_digest_form_fits_the_size(case: dict[str, Any]) -> None:
    digests.check_size(digests.parse_digest(case["digest"]), case["size"])


@pytest.mark.parametrize("size", [0, 16 * digests.MIB, 32 * digests.MIB + 1, 128 * 1024 * digests.MIB + 1])
def test_digest_form_that_does_not_fit_the_size_is_refused(size: int) -> None:
    in_two_parts = digests.parse_digest(f"sha256-16m:{'ab' * 32}-2")

    with pytest.raises(InvalidInputError):
        digests.check_size(in_two_parts, size)


@pytest.mark.parametrize("case", DIGESTS["manifests"], ids=lambda case: case["name"])
def test_manifest_digest(case: dict[str, Any]) -> None:
    entries = [
        ManifestEntry(row["path"], row["size"], row.get("digest"), row.get("ref"), row.get("etag"))
        for row in case["entries"]
    ]

    assert digests.manifest_digest(sorted(entries, key=lambda entry: entry.path.encode())) == case["digest"]
