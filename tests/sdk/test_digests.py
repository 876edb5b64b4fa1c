"""Digests of files, against the table that the service is held to as well."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater._digests import (
    MEBIBYTE,
    SMALLEST_PART,
    hash_file,
    hashing_threads,
    parse_digest,
    part_size,
)
from headwater._errors import InvalidInputError, MissingFileError

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "digests.json").read_text("utf-8"))


def content(case: dict[str, Any]) -> bytes:
    pattern, size = bytes.fromhex(case["pattern"]), int(case["size"])
    return (pattern * (size // len(pattern) + 1))[:size]


@pytest.mark.parametrize("case", VECTORS["files"], ids=lambda case: str(case["size"]))
def test_files_have_the_digests_of_the_table(case: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content(case))

    alone = hash_file(file)
    with hashing_threads() as threads:
        parallel = hash_file(file, executor=threads)

    assert alone == parallel
    assert (alone.digest, alone.size) == (case["digest"], case["size"])
    assert len(alone.parts) == parse_digest(case["digest"]).parts


@pytest.mark.parametrize("case", VECTORS["partSizes"], ids=lambda case: str(case["size"]))
def test_parts_grow_so_that_there_are_never_too_many(case: dict[str, int]) -> None:
    width = part_size(case["size"])

    assert width == case["partMebibytes"] * MEBIBYTE
    assert max(1, -(-case["size"] // width)) == case["parts"]


@pytest.mark.parametrize("text", VECTORS["digests"]["valid"])
def test_a_digest_reads_as_itself(text: str) -> None:
    assert str(parse_digest(text)) == text


@pytest.mark.parametrize("text", VECTORS["digests"]["invalid"], ids=ascii)
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_digest(text)


@given(data=st.binary(max_size=2000))
@settings(max_examples=50, deadline=None)
def test_a_small_file_has_the_sha_256_of_its_bytes(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("digest") / "file"
    file.write_bytes(data)

    assert hash_file(file).digest == f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_file_that_does_not_exist_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError) as caught:
        hash_file(tmp_path / "nowhere")

    assert isinstance(caught.value, FileNotFoundError)
    assert caught.value.path == str(tmp_path / "nowhere")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="use add_dir"):
        hash_file(tmp_path)


def test_a_sparse_file_just_above_one_part_has_two(tmp_path: Path) -> None:
    file = tmp_path / "sparse"
    file.touch()
    os.truncate(file, SMALLEST_PART + 1)

    found = hash_file(file)

    first, second = hashlib.sha256(bytes(SMALLEST_PART)).digest(), hashlib.sha256(b"\0").digest()
    assert found.digest == f"sha256-16m:{hashlib.sha256(first + second).hexdigest()}-2"
    assert found.parts == (first, second)
