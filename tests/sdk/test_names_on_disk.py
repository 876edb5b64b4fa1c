"""What file systems can hold side by side: pure rules, so that each system's are tested on every system."""

from pathlib import Path

import pytest

from headwater._errors import ConflictError, InvalidInputError
from headwater._names_on_disk import FileSystem, NameCheck, folder_name, probe

LINUX = FileSystem(folds_case=False, is_windows=False)
MAC = FileSystem(folds_case=True, is_windows=False)
WINDOWS = FileSystem(folds_case=True, is_windows=True)


def check(system: FileSystem, *paths: str) -> list[str]:
    names = NameCheck(system)
    return [names.take(path) for path in paths]


def test_a_file_system_that_tells_case_apart_holds_everything() -> None:
    paths = ["A", "a", "Data/x", "data/y", "CON", "a:b", "ends."]

    assert check(LINUX, *paths) == paths


@pytest.mark.parametrize(
    ("one", "other", "named"),
    [
        ("model.bin", "Model.bin", ("model.bin", "Model.bin")),
        ("data/a", "Data/b", ("data", "Data")),
        ("straße", "STRASSE", ("straße", "STRASSE")),
        ("É", "é", ("É", "é")),
    ],
)
def test_names_that_differ_only_in_case_are_refused_by_name(one: str, other: str, named: tuple[str, str]) -> None:
    with pytest.raises(ConflictError, match="cannot hold both") as caught:
        check(MAC, one, other)

    assert f"'{named[0]}' and '{named[1]}'" in caught.value.message


def test_files_of_one_folder_are_no_clash() -> None:
    assert check(MAC, "data/a", "data/b", "data/c/a") == ["data/a", "data/b", "data/c/a"]


@pytest.mark.parametrize(
    "path",
    ["con", "a/NUL", "aux.txt", "COM1", "lpt9.log", "com¹", "a:b", "what?", "x<y", "end.", "end ", "d./x", 'a"b'],
)
def test_windows_refuses_its_devices_and_characters(path: str) -> None:
    with pytest.raises(ConflictError, match="cannot be written"):
        check(WINDOWS, path)


@pytest.mark.parametrize("path", ["console", "com10", "nul-1", "a.con", "データ", " lead"])
def test_windows_holds_what_only_looks_like_a_device(path: str) -> None:
    assert check(WINDOWS, path) == [path]


@pytest.mark.parametrize("path", ["../up", "/abs", "a/../../b", "C:/x", "a\\b", "nul\0"])
def test_a_path_that_would_leave_the_folder_is_refused_whoever_made_it(path: str) -> None:
    with pytest.raises(InvalidInputError):
        check(LINUX, path)


def test_the_probe_finds_out_by_writing_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new"

    system = probe(str(folder))

    (folder / "a").touch()
    assert system.folds_case == (folder / "A").exists()
    assert [item.name for item in folder.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("name", "is_windows", "folder"),
    [
        ("mnist:v3", False, "mnist:v3"),
        ("mnist:v3", True, "mnist-v3"),
        ("what? データ:v0", True, "what- データ-v0"),
        ("back\\slash:v1", True, "back-slash-v1"),
    ],
)
def test_the_folder_of_a_version_has_a_name_that_the_system_takes(name: str, is_windows: bool, folder: str) -> None:
    assert folder_name(name, is_windows=is_windows) == folder
