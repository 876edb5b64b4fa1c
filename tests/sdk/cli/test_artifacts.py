"""`headwater artifact` against the service."""

from pathlib import Path

from command_lines import Cli


def test_put_stores_a_file_and_prints_the_version(ok: Cli, project: str, tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"123")

    done = ok("artifact", "put", str(tmp_path / "weights.bin"), "-n", "cnn", "-t", "model", "-a", "best", "-d", "First")

    assert done.out == f"{project}/cnn:v0\n"
    shown = ok("artifact", "show", "cnn", "--json").json()
    assert shown["aliases"] == ["best", "latest"]
    assert shown["description"] == "First"
    assert [(file["path"], file["size"]) for file in shown["files"]] == [("weights.bin", 3)]
    assert shown["producedBy"] == []


def test_link_shows_a_version_as_a_registered_model(
    ok: Cli, cli: Cli, entity: str, project: str, tmp_path: Path
) -> None:
    (tmp_path / "weights.bin").write_bytes(b"123")
    ok("artifact", "put", str(tmp_path / "weights.bin"), "-n", "cnn", "-t", "model")

    done = ok("artifact", "link", "cnn:v0", "model-registry/手書き 数字", "-a", "staging")
    again = ok("artifact", "link", "cnn", f"{entity}/model-registry/手書き 数字", "-a", "candidate", "--json").json()
    refused = cli("artifact", "link", "cnn", "model-registry/Other", "-a", "v12")

    path = f"{entity}/model-registry/手書き 数字:v0"
    assert done.out == f"{path}\n"
    assert (again["path"], again["source"]) == (path, f"{project}/cnn:v0")
    assert sorted(again["aliases"]) == ["candidate", "latest", "staging"]
    assert (refused.code, refused.out) == (1, "")
    assert cli("collection", "show", "model-registry/Other").code == 3


def test_put_of_the_same_content_makes_no_version_and_says_so(ok: Cli, project: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    ok("artifact", "put", str(tmp_path), "-n", "data", "-t", "dataset")

    again = ok("artifact", "put", str(tmp_path), "-n", "data", "-t", "dataset", "--json")

    assert (again.json()["path"], again.json()["isReused"]) == (f"{project}/data:v0", True)


def test_put_of_a_folder_and_get_of_it_are_the_same(ok: Cli, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "数字.txt").write_text("一")
    (source / "empty").write_text("")
    ok("artifact", "put", str(source), "-n", "data", "-t", "dataset")

    folder = ok("artifact", "get", "data", "--root", str(tmp_path / "target")).out.strip()

    assert folder == str(tmp_path / "target")
    assert (tmp_path / "target" / "deep" / "数字.txt").read_text() == "一"
    assert (tmp_path / "target" / "empty").read_text() == ""
    assert ok("artifact", "verify", "data", "--root", folder).out == ""


def test_put_of_a_uri_stores_a_reference(ok: Cli, tmp_path: Path) -> None:
    (tmp_path / "big.bin").write_bytes(b"12345")

    ok("artifact", "put", (tmp_path / "big.bin").as_uri(), "-n", "far", "-t", "dataset")

    (file,) = ok("artifact", "show", "far", "--json").json()["files"]
    assert file["reference"] == (tmp_path / "big.bin").as_uri()
    assert file["digest"] is None


def test_put_into_an_unknown_project_makes_it(ok: Cli, entity: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")

    done = ok("artifact", "put", str(tmp_path / "a.txt"), "-n", f"{entity}/brand-new/data", "-t", "dataset")

    assert done.out == f"{entity}/brand-new/data:v0\n"


def test_get_of_a_prefix_brings_those_files_alone(ok: Cli, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("train/a", "test/b"):
        (source / name).parent.mkdir(parents=True)
        (source / name).write_text(name)
    ok("artifact", "put", str(source), "-n", "data", "-t", "dataset")

    ok("artifact", "get", "data", "--prefix", "train/", "--root", str(tmp_path / "target"))

    files = [
        path.relative_to(tmp_path / "target").as_posix() for path in (tmp_path / "target").rglob("*") if path.is_file()
    ]
    assert files == ["train/a"]


def test_get_refuses_another_type(ok: Cli, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    ok("artifact", "put", str(tmp_path / "a.txt"), "-n", "data", "-t", "dataset")

    done = cli("artifact", "get", "data", "-t", "model")

    assert done.code == 1
    assert "dataset" in done.err and "model" in done.err


def test_verify_finds_a_changed_file(ok: Cli, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    ok("artifact", "put", str(tmp_path / "a.txt"), "-n", "data", "-t", "dataset")
    ok("artifact", "get", "data", "--root", str(tmp_path / "target"))
    (tmp_path / "target" / "a.txt").chmod(0o644)
    (tmp_path / "target" / "a.txt").write_text("b")

    done = cli("artifact", "verify", "data", "--root", str(tmp_path / "target"))

    assert done.code == 1
    assert "a.txt" in done.err


def test_ls_shows_the_newest_version_of_each(ok: Cli, project: str, tmp_path: Path) -> None:
    for number, name in enumerate(("data", "data", "model")):
        (tmp_path / "a.txt").write_text(str(number))
        ok("artifact", "put", str(tmp_path / "a.txt"), "-n", name, "-t", name)

    rows = ok("artifact", "ls").rows

    assert [row[:5] for row in rows] == [
        [f"{project}/data:v1", "data", "1", "1", "latest"],
        [f"{project}/model:v0", "model", "1", "1", "latest"],
    ]


def test_ls_of_one_name_shows_all_its_versions(ok: Cli, project: str, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / "a.txt").write_text(str(number))
        ok("artifact", "put", str(tmp_path / "a.txt"), "-n", "data", "-t", "dataset")

    versions = ok("artifact", "ls", "--name", "data", "--json").json()

    assert [version["path"] for version in versions] == [f"{project}/data:v{number}" for number in (2, 1, 0)]


def test_ls_of_a_type_leaves_the_others_out(ok: Cli, project: str, tmp_path: Path) -> None:
    for name in ("data", "model"):
        (tmp_path / "a.txt").write_text(name)
        ok("artifact", "put", str(tmp_path / "a.txt"), "-n", name, "-t", name)

    assert [row[0] for row in ok("artifact", "ls", "--type", "model").rows] == [f"{project}/model:v0"]


def test_show_takes_the_address_of_a_version(ok: Cli, project: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    ok("artifact", "put", str(tmp_path / "a.txt"), "-n", "my data", "-t", "dataset")
    address = ok("artifact", "show", "my data").facts["address"]

    assert ok("artifact", "show", address).facts["version"] == f"{project}/my data:v0"
