"""Drafts: what can be added, what is refused, and what they say of themselves before they are logged."""

import hashlib
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

import headwater
from headwater import Artifact
from headwater._digests import SMALLEST_PART, hash_file
from headwater._errors import (
    ConflictError,
    HeadwaterError,
    InvalidInputError,
    MissingFileError,
    NotLoggedError,
    WaitTimeoutError,
)


@pytest.fixture
def draft() -> Artifact:
    return Artifact("mnist", "dataset")


def sha(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def content(artifact: Artifact) -> dict[str, tuple[int, str]]:
    return {path: (entry.size, entry.digest) for path, entry in artifact.entries.items()}


def test_an_empty_draft_says_what_it_is() -> None:
    draft = Artifact("mnist", "dataset", "Digits", {"source": "sklearn", 0: "zero"})

    assert (draft.name, draft.type, draft.description) == ("mnist", "dataset", "Digits")
    assert draft.metadata == {"source": "sklearn", "0": "zero"}
    assert (draft.size, draft.file_count, draft.state, draft.is_draft()) == (0, 0, "DRAFT", True)
    assert draft.digest == sha(b"headwater-manifest-1\n")


@pytest.mark.parametrize("name", ["", "a/b", "a:v1", "a@b", " a", "x" * 129, "-"])
def test_a_name_that_breaks_a_rule_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        Artifact(name, "dataset")
    with pytest.raises(InvalidInputError):
        Artifact("mnist", name)


def test_a_name_with_spaces_in_any_script_is_fine() -> None:
    assert Artifact("学習 データ", "データセット").name == "学習 データ"


def test_a_file_is_added_under_its_own_name_or_another(draft: Artifact, tmp_path: Path) -> None:
    file = written(tmp_path / "モデル.bin", b"weights")

    draft.add_file(file)
    draft.add_file(str(file), "models/best.bin")
    draft.add_file(str(file), name="third")

    expected = (7, sha(b"weights"))
    assert content(draft) == {"models/best.bin": expected, "third": expected, "モデル.bin": expected}
    assert (draft.size, draft.file_count) == (21, 3)


def test_an_empty_file_is_a_file(draft: Artifact, tmp_path: Path) -> None:
    draft.add_file(written(tmp_path / "empty", b""))

    assert content(draft) == {"empty": (0, sha(b""))}


def test_a_large_file_has_a_digest_of_its_parts(draft: Artifact, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.touch()
    os.truncate(file, SMALLEST_PART + 1)

    entry = draft.add_file(file)

    assert entry.digest == hash_file(file).digest
    assert entry.digest.startswith("sha256-16m:")
    assert draft._content.parts[entry.digest] == hash_file(file).parts


def test_the_same_path_and_content_again_is_no_change(draft: Artifact, tmp_path: Path) -> None:
    draft.add_file(written(tmp_path / "a", b"one"), "x")
    draft.add_file(written(tmp_path / "b", b"one"), "x")

    assert content(draft) == {"x": (3, sha(b"one"))}


def test_other_content_under_the_same_path_is_refused_unless_it_may_replace(draft: Artifact, tmp_path: Path) -> None:
    draft.add_file(written(tmp_path / "a", b"one"), "x")

    with pytest.raises(ValueError, match="'x' is in the artifact already, with other content"):
        draft.add_file(written(tmp_path / "b", b"two"), "x")
    assert content(draft) == {"x": (3, sha(b"one"))}

    draft.add_file(tmp_path / "b", "x", overwrite=True)
    assert content(draft) == {"x": (3, sha(b"two"))}


def test_a_temporary_file_is_named_by_its_digest(draft: Artifact, tmp_path: Path) -> None:
    entry = draft.add_file(written(tmp_path / "tmp123.png", b"img"), "media/tmp123.png", is_tmp=True)

    assert entry.path == f"media/{sha(b'img')[7:27]}.png"


def test_a_mutable_file_is_kept_as_it_was(draft: Artifact, tmp_path: Path) -> None:
    file = written(tmp_path / "checkpoint", b"epoch 1")
    entry = draft.add_file(file)

    file.write_bytes(b"epoch 2")

    kept = draft._content.cache.find(entry.digest, 7)
    assert kept is not None
    assert Path(kept).read_bytes() == b"epoch 1"


def test_an_immutable_file_is_not_copied(draft: Artifact, tmp_path: Path) -> None:
    file = written(tmp_path / "data", b"rows")

    entry = draft.add_file(file, policy="immutable")

    assert draft._content.cache.find(entry.digest, 4) is None
    assert entry.local_path == str(file)


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "a\\b", "a\0b", "a\nb", "x" * 256, "./x", "C:/x"])
def test_a_path_that_breaks_a_rule_is_refused_by_name(draft: Artifact, tmp_path: Path, name: str) -> None:
    file, named = written(tmp_path / "file", b"data"), re.escape(repr(name[:40]))

    with pytest.raises(InvalidInputError, match=named):
        draft.add_file(file, name)
    with pytest.raises(InvalidInputError, match=named), draft.new_file(name):
        pass
    with pytest.raises(InvalidInputError, match=named):
        draft.add_reference(file.as_uri(), name)
    assert draft.file_count == 0


def test_names_equal_after_normalisation_are_refused_with_their_bytes(draft: Artifact, tmp_path: Path) -> None:
    file = written(tmp_path / "file", b"data")
    draft.add_file(file, "caf\u00e9")

    with pytest.raises(InvalidInputError, match="equal after Unicode normalisation") as caught:
        draft.add_file(file, "cafe\u0301")

    assert repr("caf\u00e9".encode()) in caught.value.message
    assert repr("cafe\u0301".encode()) in caught.value.message
    draft.remove("caf\u00e9")
    assert draft.add_file(file, "cafe\u0301").path == "cafe\u0301"


def test_a_file_that_is_not_there_is_missing(draft: Artifact, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        draft.add_file(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        draft.add_dir(tmp_path / "nowhere")


def test_a_folder_is_no_file_and_a_file_no_folder(draft: Artifact, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="use add_dir"):
        draft.add_file(tmp_path)
    with pytest.raises(InvalidInputError, match="use add_file"):
        draft.add_dir(written(tmp_path / "file", b""))


def test_a_folder_is_added_with_all_below_it(draft: Artifact, tmp_path: Path) -> None:
    written(tmp_path / "root" / "b" / "c.txt", b"c")
    written(tmp_path / "root" / "a.txt", b"a")
    written(tmp_path / "root" / ".hidden", b"h")
    written(tmp_path / "root" / "画像" / "一 枚.png", b"i")

    draft.add_dir(tmp_path / "root")

    assert list(content(draft)) == [".hidden", "a.txt", "b/c.txt", "画像/一 枚.png"]


@pytest.mark.parametrize("name", ["data", "data/"])
def test_a_folder_can_go_to_a_folder(draft: Artifact, tmp_path: Path, name: str) -> None:
    written(tmp_path / "root" / "b" / "c.txt", b"c")

    draft.add_dir(tmp_path / "root", name)

    assert list(content(draft)) == ["data/b/c.txt"]


def test_links_are_followed_and_loops_are_cut(draft: Artifact, tmp_path: Path) -> None:
    written(tmp_path / "elsewhere" / "x", b"x")
    root = tmp_path / "root"
    written(root / "sub" / "a", b"a")
    (root / "linked-file").symlink_to(tmp_path / "elsewhere" / "x")
    (root / "linked-folder").symlink_to(tmp_path / "elsewhere")
    (root / "sub" / "up").symlink_to(root)

    draft.add_dir(root)

    assert content(draft) == {
        "linked-file": (1, sha(b"x")),
        "linked-folder/x": (1, sha(b"x")),
        "sub/a": (1, sha(b"a")),
    }


def test_a_link_to_nowhere_is_named(draft: Artifact, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "dead").symlink_to(tmp_path / "nowhere")

    with pytest.raises(MissingFileError, match=r"root/dead' leads nowhere"):
        draft.add_dir(tmp_path / "root")


def test_what_is_neither_file_nor_folder_is_named(draft: Artifact, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "r" / "s"))

        with pytest.raises(InvalidInputError, match="neither a file nor a folder"):
            draft.add_dir(tmp_path / "r")


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_name_on_disk_that_is_no_utf_8_is_refused_with_its_bytes(draft: Artifact, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "root") + b"/caf\xe9")).write_bytes(b"")

    with pytest.raises(InvalidInputError, match=r"b'caf\\xe9' is not UTF-8"):
        draft.add_dir(tmp_path / "root")


def test_a_folder_merges_by_replacing_but_never_removing(draft: Artifact, tmp_path: Path) -> None:
    written(tmp_path / "root" / "a", b"one")
    written(tmp_path / "root" / "b", b"b")
    draft.add_dir(tmp_path / "root")
    written(tmp_path / "root" / "a", b"two")
    (tmp_path / "root" / "b").unlink()

    with pytest.raises(ValueError, match="other content"):
        draft.add_dir(tmp_path / "root")
    draft.add_dir(tmp_path / "root", merge=True)

    assert content(draft) == {"a": (3, sha(b"two")), "b": (1, sha(b"b"))}


def test_a_folder_gives_the_same_digest_however_it_lies_on_disk(tmp_path: Path) -> None:
    names = [f"{number % 7}/{number:03}" for number in range(200)]
    for folder, order in (("one", names), ("two", names[::-1])):
        for name in order:
            written(tmp_path / folder / name, name.encode())
    one, two = Artifact("a", "t"), Artifact("b", "t")

    one.add_dir(tmp_path / "one")
    two.add_dir(tmp_path / "two", policy="immutable")

    assert one.digest == two.digest
    assert one.file_count == 200


def test_a_new_file_is_written_and_added(draft: Artifact) -> None:
    with draft.new_file("raw/train.npz", mode="wb") as file:
        file.write(b"\0\1")
    with draft.new_file("説明.txt") as file:
        file.write("データ")
    with draft.new_file("latin.txt", encoding="latin-1") as file:
        file.write("é")

    assert content(draft) == {
        "latin.txt": (1, sha(b"\xe9")),
        "raw/train.npz": (2, sha(b"\0\1")),
        "説明.txt": (9, sha("データ".encode())),
    }


def test_a_new_file_never_replaces_unless_it_is_opened_for_that(draft: Artifact) -> None:
    with draft.new_file("x") as file:
        file.write("one")

    with pytest.raises(InvalidInputError, match="'x' is in the artifact already"), draft.new_file("x"):
        pass
    with draft.new_file("x", "w") as file:
        file.write("two")

    assert content(draft) == {"x": (3, sha(b"two"))}


def test_a_new_file_is_not_added_when_its_block_fails(draft: Artifact) -> None:
    with pytest.raises(RuntimeError), draft.new_file("x") as file:
        file.write("half")
        raise RuntimeError

    assert draft.file_count == 0
    assert [item.name for item in draft._content.cache.root.iterdir()] == []


def test_a_new_file_is_for_writing(draft: Artifact) -> None:
    with pytest.raises(InvalidInputError, match="mode is 'r'"), draft.new_file("x", "r"):
        pass


def test_entries_are_removed_alone_or_by_folder(draft: Artifact, tmp_path: Path) -> None:
    for name in ("a", "d/x", "d/y", "dd"):
        draft.add_file(written(tmp_path / "file", b""), name)

    draft.remove("d/")
    draft.remove(draft.get_entry("a"))

    assert list(content(draft)) == ["dd"]
    with pytest.raises(FileNotFoundError, match="no entry 'a'"):
        draft.remove("a")


def test_an_entry_is_found_by_its_path(draft: Artifact, tmp_path: Path) -> None:
    draft.add_file(written(tmp_path / "a", b"one"))

    assert draft.get_path("a").digest == sha(b"one")
    assert [entry.name for entry in draft.files()] == ["a"]
    assert [entry.path for entry in draft.files(names=["a"])] == ["a"]
    with pytest.raises(LookupError, match="'mnist' has no entry 'b'"):
        draft.get_entry("b")


def test_a_file_that_is_also_a_folder_is_refused_before_anything_is_sent(draft: Artifact, tmp_path: Path) -> None:
    file = written(tmp_path / "file", b"")
    draft.add_file(file, "a/b/c")
    draft.add_file(file, "a")

    with pytest.raises(ConflictError, match="'a' is a file and, because of 'a/b/c', also a folder"):
        draft._content.check_tree()


@pytest.mark.parametrize(
    "read",
    [
        lambda draft: draft.version,
        lambda draft: draft.aliases,
        lambda draft: draft.tags,
        lambda draft: draft.url,
        lambda draft: draft.id,
        lambda draft: draft.entity,
        lambda draft: draft.qualified_name,
        lambda draft: draft.source_version,
        lambda draft: draft.download(),
        lambda draft: draft.checkout(),
        lambda draft: draft.verify(),
        lambda draft: draft.new_draft(),
        lambda draft: draft.logged_by(),
        lambda draft: draft.used_by(),
        lambda draft: draft.wait(),
    ],
)
def test_what_only_a_version_has_raises_a_typed_error(draft: Artifact, read: Any) -> None:
    with pytest.raises(NotLoggedError):
        read(draft)


def test_a_draft_that_is_being_logged_cannot_be_changed(draft: Artifact, tmp_path: Path) -> None:
    file = written(tmp_path / "file", b"")
    draft.add_file(file)

    draft._track(Future())

    for change in (
        lambda: draft.add_file(file, "b"),
        lambda: draft.add_dir(tmp_path),
        lambda: draft.new_file("c").__enter__(),
        lambda: draft.add_reference("ftp://host/x", "x"),
        lambda: draft.remove("file"),
    ):
        with pytest.raises(ConflictError, match="cannot be changed"):
            change()
    with pytest.raises(NotLoggedError, match="call wait"):
        _ = draft.version


def test_waiting_ends_when_the_time_is_over(draft: Artifact) -> None:
    draft._track(Future())

    with pytest.raises(WaitTimeoutError, match=r"'mnist' is not logged after 0.01 s"):
        draft.wait(0.01)


def test_waiting_raises_what_went_wrong(draft: Artifact) -> None:
    failed: Future[None] = Future()
    failed.set_exception(HeadwaterError("The store is full."))
    draft._track(failed)

    with pytest.raises(HeadwaterError, match="The store is full"):
        draft.wait()


def test_an_object_that_has_no_file_is_refused(draft: Artifact) -> None:
    with pytest.raises(InvalidInputError, match="A dict cannot be added"):
        draft.add({}, "picture")


def test_a_draft_is_saved_in_the_open_run_or_in_one_of_its_own(client_environment: dict[str, str]) -> None:
    alone, inside = Artifact("alone", "dataset"), Artifact("inside", "dataset")

    alone.save()
    with headwater.init(job_type="load") as run:
        inside.save()

    maker, other = alone.logged_by(), inside.logged_by()
    assert maker is not None and other is not None
    assert (maker.job_type, other.job_type, other.id) == ("auto", "load", run.id)
    assert (alone.version, inside.version) == ("v0", "v0")


def test_a_version_knows_who_made_and_who_used_it(client_environment: dict[str, str]) -> None:
    entity = client_environment["HEADWATER_ENTITY"]
    artifact = Artifact("mnist", "dataset")
    with headwater.init(job_type="load") as maker:
        maker.log_artifact(artifact).wait()
    link = artifact.link(f"{entity}/model-registry/Digits", aliases="staging")
    with headwater.init(job_type="train") as user:
        user.use_artifact("mnist:latest")
    with headwater.init(job_type="serve") as server:
        server.use_artifact(f"{entity}/model-registry/Digits:staging")

    made_by = link.logged_by()
    assert made_by is not None and made_by.id == maker.id
    assert sorted(run.job_type or "" for run in artifact.used_by()) == ["serve", "train"]
    assert {run.id for run in link.used_by()} == {user.id, server.id}


def test_a_draft_is_logged_before_it_is_linked(client_environment: dict[str, str]) -> None:
    draft = Artifact("mnist", "model")

    link = draft.link(f"{client_environment['HEADWATER_ENTITY']}/model-registry/Digits")

    assert (draft.version, link.version, link.source_name) == ("v0", "v0", "mnist:v0")


@pytest.mark.parametrize(("name", "type"), [(None, "dataset"), (5, "dataset"), ("mnist", None), ("mnist", 5)])
def test_a_name_or_type_that_is_no_text_is_refused(name: Any, type: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^The artifact (name|type) must be a text, not (None|5)\.$"):
        Artifact(name, type)


def test_a_link_to_itself_leads_nowhere(draft: Artifact, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("link")

    with pytest.raises(MissingFileError, match="link' leads nowhere: it leads back to itself"):
        draft.add_file(link)
    with pytest.raises(MissingFileError, match="link' leads nowhere: it leads back to itself"):
        draft.add_dir(tmp_path)

    assert content(draft) == {}


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights of this kind are POSIX")
def test_what_may_not_be_read_is_named_with_what_to_do(tmp_path: Path) -> None:
    program = """if True:
        import os
        from headwater import Artifact
        from headwater.errors import PermissionDeniedError
        os.setgid(65534), os.setuid(65534)
        for add, path in ((Artifact.add_file, "file"), (Artifact.add_dir, "folder"), (Artifact.add_dir, ".")):
            try:
                add(Artifact("a", "t"), path, policy="immutable")
            except PermissionDeniedError as error:
                print(error)
        """
    written(tmp_path / "file", b"secret").chmod(0)
    (tmp_path / "folder").mkdir(mode=0)
    tmp_path.chmod(0o755)
    if os.geteuid() != 0:
        program = program.replace("os.setgid(65534), os.setuid(65534)", "pass")

    said = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)

    lines = said.stdout.splitlines()
    assert lines[:2] == [
        "You may not read 'file': change its rights, or leave it out.",
        "You may not read 'folder': change its rights, or leave it out.",
    ]
    assert re.fullmatch(r"You may not read '.*(file|folder)': change its rights, or leave it out\.", lines[2])
